/* Text: see text.h. Lists go out row by row; only the summary's few rows are held. */
#include "report/text.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/show.h"
#include "report/coverage.h"
#include "report/judged.h"
#include "report/number.h"
#include "report/paint.h"
#include "report/preamble.h"
#include "report/remark.h"
#include "report/table.h"
#include "report/unread.h"
#include "store/allowed.h"
#include "store/name.h"
#include "store/rank.h"

#define PLACES_SHOWN 10
#define UNREAD_SHOWN 20
#define TYPES_SHOWN  50

static void heading_put(Buf *b, bool colour, const char *text) {
    buf_byte(b, '\n');
    paint_text(b, colour, PAINT_BOLD, text);
    buf_byte(b, '\n');
}

/* A sum of distinct values is an upper bound, and says so. */
static void distinct_print(const SummaryRow *row, char *ret, size_t n) {
    char number[NUMBER_TEXT_MAX];

    number_print(row->distinct, number);
    snprintf(ret, n, "%s%s", row->distinct_exact ? "" : "<=", number);
}

static int type_row(Table *t, const SummaryRow *row) {
    char objects[NUMBER_TEXT_MAX], values[NUMBER_TEXT_MAX], distinct[NUMBER_TEXT_MAX + 4];
    _cleanup_(buf_done) Buf title = {0};

    show_text(&title, row->title[0] ? row->title : row->detector);
    number_print(row->objects, objects);
    number_print(found_count(row->count), values);
    distinct_print(row, distinct, sizeof(distinct));
    table_row(t, (const char *[]){buf_cstr(&title), objects, values, distinct, tier_name(row->tier),
                                  level_name(row->level)});
    return buf_error(&title);
}

static int types_put(const SummaryRow *rows, size_t n, bool colour, Buf *b) {
    static const TableColumn columns[] = {
        {.head = "data type", .limit = 38},
        {.head = "objects", .right = true},
        {.head = "values", .right = true},
        {.head = "distinct", .right = true},
        {.head = "tier"},
        {.head = "confidence"},
    };
    _cleanup_(table_done) Table t;
    int r = 0;

    table_init(&t, columns, N_ELEMENTS(columns));
    for (size_t i = 0; r == 0 && i < n && i < TYPES_SHOWN; i++)
        r = type_row(&t, &rows[i]);
    if (r < 0)
        return r;
    heading_put(b, colour, "What was found");
    r = table_print(&t, 0, colour, b);
    if (n > TYPES_SHOWN) {
        buf_text(b, "... and ");
        number_put(b, n - TYPES_SHOWN, "more data type", "more data types");
        buf_text(b, ": terrier report --format jsonl\n");
    }
    return r;
}

static int sample_locator_put(const FoundRow *f, const Sample *sample, Buf *b) {
    _cleanup_(buf_done) Buf join = {0}, part = {0};
    Locator l;
    int r = name_locator(&join, f->root, f->path, &l);

    if (r < 0)
        return r;
    l.part = f->part;
    if (sample)
        found_place(f, sample, &part, &l);
    locator_print(b, &l);
    return buf_error(&part);
}

/* "120 values: 100 high, 20 low" */
static void levels_put(const uint64_t count[N_LEVELS], Buf *b) {
    const char *before = ": ";

    number_put(b, found_count(count), "value", "values");
    for (Level l = LEVEL_HIGH; l > LEVEL_NONE; l--) {
        char number[NUMBER_TEXT_MAX];

        if (!count[l])
            continue;
        number_print(count[l], number);
        buf_printf(b, "%s%s %s", before, number, level_name(l));
        before = ", ";
    }
}

/* "f:0123456789abcdef, first seen 2026-03-01, NEW" */
static void past_put(const FoundRow *row, bool news, Buf *b) {
    char id[LINEAGE_ID_TEXT], seen[CLOCK_TEXT_MAX];

    if (row->known) {
        lineage_id_print(row->lineage.id, id);
        clock_print(row->lineage.first_seen, seen, sizeof(seen));
        buf_printf(b, "%s, first seen %.10s%s", id, seen,
                   news && row->lineage.fresh ? ", NEW" : "");
    }
    if (row->verdict)
        buf_printf(b, "%s%s", row->known ? ", " : "", row->verdict->verdict);
}

static int place_put(size_t number, const PlaceRow *p, bool news, Buf *b) {
    const Sample *sample = p->has_sample ? &p->sample : NULL;
    int r;

    buf_printf(b, "%2zu. ", number);
    r = sample_locator_put(&p->worst, sample, b);
    if (r < 0)
        return r;
    buf_printf(b, "\n    %s, ", tier_name(p->tier));
    levels_put(p->count, b);
    buf_text(b, "\n    ");
    show_text(b, p->worst.title[0] ? p->worst.title : p->worst.detector);
    if (sample) {
        buf_text(b, "  ");
        show_text(b, sample->mask);
        buf_text(b, sample->test_value ? "  (published test value)" : "");
    }
    if (p->worst.known || p->worst.verdict) {
        buf_text(b, "\n    ");
        past_put(&p->worst, news, b);
    }
    buf_byte(b, '\n');
    return 0;
}

static int places_put(const PlaceRow *rows, size_t n, bool news, bool colour, Buf *b) {
    int r = 0;

    if (n == 0)
        return 0;
    heading_put(b, colour, n == 1 ? "The place that matters most" : "The places that matter most");
    for (size_t i = 0; r == 0 && i < n; i++)
        r = place_put(i + 1, &rows[i], news, b);
    return r;
}

/* Of the first run of a scope everything is new, which nobody needs to be told of each finding. */
static bool has_before(const Facts *f) {
    return f->has_delta && f->delta.before;
}

static int summary_put(const Preamble *p, const TextOptions *o, Buf *b) {
    const Overview *found = &p->found;
    int r;

    if (found->n_types == 0) {
        heading_put(b, o->colour,
                    p->filtered ? "Nothing that was found passes the filter."
                                : "Nothing was found in what was read.");
        return 0;
    }
    r = types_put(found->types, found->n_types, o->colour, b);
    return r < 0 ? r
                 : places_put(found->places, found->n_places, has_before(&p->facts), o->colour, b);
}

/* What the allow lists of the run are, and what each entry kept out. */
static int allows_of(Store *s, const Facts *f, bool expired, bool *heading, bool colour,
                     Error *reterr, Buf *b) {
    _cleanup_(note_cursor_closep) NoteCursor *c = NULL;
    _cleanup_(arena_done) Arena a = {0};
    AllowedRow *rows;
    size_t n;
    NoteRow row;
    int r = note_cursor_open(s, f->run.id, expired ? "allow-expired" : "allow", reterr, &c);

    if (r == 0)
        r = query_allowed(s, f->run.id, &a, reterr, &rows, &n);
    while (r == 0 && (r = note_cursor_step(c, reterr, &row)) > 0) {
        char count[NUMBER_TEXT_MAX];

        if (!*heading)
            heading_put(b, colour, "Found and not reported, by allow lists");
        *heading = true;
        number_print(expired ? 0 : allowed_count(rows, n, row.subject), count);
        buf_printf(b, "%10s  ", count);
        show_span(b, row.subject);
        buf_text(b, "\n            ");
        show_text(b, row.detail);
        buf_byte(b, '\n');
        r = 0;
    }
    return r;
}

static int allows_put(Store *s, const Facts *f, const TextOptions *o, Error *reterr, Buf *b) {
    bool heading = false;
    int r = allows_of(s, f, false, &heading, o->colour, reterr, b);

    return r < 0 ? r : allows_of(s, f, true, &heading, o->colour, reterr, b);
}

static bool has_unread(const Coverage *c) {
    for (StatusKind k = 0; k < N_STATUSES; k++) {
        if (!status_complete(k) && (c->files[k].objects || c->members[k].objects))
            return true;
    }
    return false;
}

static int gaps_put(Store *s, const Facts *f, const TextOptions *o, Error *reterr, Buf *b) {
    if (!has_unread(&f->coverage))
        return 0;
    heading_put(b, o->colour, "Not read");
    return unread_print(s, f->run.id, UNREAD_SHOWN, reterr, b);
}

static int object_put(const ObjectRow *row, Buf *b) {
    char status[STATUS_REASON_MAX + 24], size[NUMBER_TEXT_MAX];
    int r;

    status_print(&row->status, status, sizeof(status));
    number_print_size(row->meta.size, size);
    buf_printf(b, "%-22s %10s  ", status, size);
    r = name_print(b, row->root, row->path);
    buf_byte(b, '\n');
    return r;
}

/* Further names of a linked file, one a line, under its first. */
static int names_put(Store *s, int64_t run, const ObjectRow *row, Error *reterr, Buf *b) {
    _cleanup_(arena_done) Arena a = {0};
    NameRow *names;
    size_t n;
    int r;

    if (row->meta.nlink < 2 || row->depth)
        return 0;
    r = query_names(s, run, row->meta.dev, row->meta.ino, &a, reterr, &names, &n);
    for (size_t i = 0; r == 0 && i < n; i++) {
        buf_printf(b, "%-33s  = ", "");
        r = name_print(b, names[i].root, names[i].path);
        buf_byte(b, '\n');
    }
    return r;
}

static int objects_put(Store *s, int64_t run, bool unread, Outlet *to, Error *reterr) {
    _cleanup_(object_cursor_closep) ObjectCursor *c = NULL;
    ObjectRow row;
    int r = object_cursor_open(s, run, unread, reterr, &c);

    if (r < 0)
        return r;
    buf_byte(&to->buf, '\n');
    while ((r = object_cursor_step(c, reterr, &row)) > 0) {
        if ((r = object_put(&row, &to->buf)) < 0 ||
            (r = names_put(s, run, &row, reterr, &to->buf)) < 0 || (r = outlet_flush(to)) < 0)
            return r;
    }
    return r;
}

static int finding_put(FoundCursor *c, const FoundRow *row, bool news, Error *reterr, Buf *b) {
    Sample samples[FINDING_SAMPLES_MAX];
    size_t n;
    int r;

    if ((r = sample_locator_put(row, NULL, b)) < 0 ||
        (r = found_samples(c, row->samples, FINDING_SAMPLES_MAX, reterr, samples, &n)) < 0)
        return r;
    buf_printf(b, "\n    %s, %s, ", row->detector, tier_name(row->tier));
    levels_put(row->count, b);
    buf_text(b, row->known || row->verdict ? "\n    " : "");
    past_put(row, news, b);
    buf_byte(b, '\n');
    for (size_t i = 0; i < n; i++) {
        _cleanup_(buf_done) Buf part = {0};
        Locator at = {0};

        found_place(row, &samples[i], &part, &at);
        buf_text(b, "    ");
        locator_print(b, &at);
        buf_text(b, "  ");
        show_text(b, samples[i].mask);
        buf_text(b, samples[i].test_value ? "  (published test value)\n" : "\n");
    }
    return 0;
}

static int findings_put(Store *s, const Facts *f, const TextOptions *o, Outlet *to, Error *reterr) {
    _cleanup_(found_cursor_closep) FoundCursor *c = NULL;
    FoundRow row;
    int r = found_cursor_open(s, f->run.id, &o->filter, false, reterr, &c);

    if (r < 0)
        return r;
    buf_byte(&to->buf, '\n');
    while ((r = found_cursor_step(c, reterr, &row)) > 0) {
        if ((r = finding_put(c, &row, has_before(f), reterr, &to->buf)) < 0 ||
            (r = outlet_flush(to)) < 0)
            return r;
    }
    return r < 0 || !o->filter.judge
               ? r
               : judged_print(o->filter.judge, o->filter.judged, o->colour, &to->buf);
}

/* "tier restricted and above, type fin.*" */
static void filter_put(const Preamble *p, Buf *b) {
    const char *before = "";

    for (const PreambleRow *row = p->first; row; row = row->next) {
        if (row->section != PREAMBLE_FILTERS || strncmp(row->text, "all", 3) == 0)
            continue;
        buf_printf(b, "%s%s %s", before, row->key, row->text);
        before = ", ";
    }
}

/* How many findings follow, and how many the filters of this report leave out. */
static void shown_put(const Preamble *p, Buf *b) {
    char number[NUMBER_TEXT_MAX];

    number_print(p->found.rows, number);
    buf_printf(b, "Reported  %14s %-9s in ", number, p->found.rows == 1 ? "finding" : "findings");
    number_put(b, p->found.objects, "object", "objects");
    buf_text(b, ": ");
    number_put(b, p->found.values, "value", "values");
    buf_byte(b, '\n');
    if (!p->filtered)
        return;
    number_print(preamble_filtered(p), number);
    buf_printf(b, "Left out  %14s by the filters of this report: ", number);
    filter_put(p, b);
    buf_byte(b, '\n');
}

static int list_put(Store *s, const Preamble *p, const TextOptions *o, Outlet *to, Error *reterr) {
    const Facts *f = &p->facts;
    int r;

    switch (o->list) {
    case TEXT_UNREAD:
        return objects_put(s, f->run.id, true, to, reterr);
    case TEXT_OBJECTS:
        return objects_put(s, f->run.id, false, to, reterr);
    case TEXT_FINDINGS:
        if (o->filter.judge)
            judge_reset(o->filter.judge);
        return findings_put(s, f, o, to, reterr);
    case TEXT_SUMMARY:
    default:
        r = summary_put(p, o, &to->buf);
        if (r == 0 && o->filter.judge)
            r = judged_print(o->filter.judge, o->filter.judged, o->colour, &to->buf);
        if (r == 0)
            r = allows_put(s, f, o, reterr, &to->buf);
        if (r == 0)
            r = gaps_put(s, f, o, reterr, &to->buf);
        return r < 0 ? r : remarks_print(s, f->run.id, o->colour, reterr, &to->buf);
    }
}

int text_report(Store *s, int64_t run, const TextOptions *o, Outlet *to, Error *reterr) {
    _cleanup_(preamble_done) Preamble p = {0};
    size_t places = o->list == TEXT_SUMMARY ? PLACES_SHOWN : 0;
    int r;

    r = preamble_load(s, run, &o->filter, places, reterr, &p);
    if (r < 0)
        return r;
    r = coverage_print(s, &p.facts, o->colour, reterr, &to->buf);
    if (r < 0)
        return r;
    shown_put(&p, &to->buf);
    r = list_put(s, &p, o, to, reterr);
    return r < 0 ? r : outlet_flush(to);
}
