/*
 * Jsonl: see jsonl.h. docs/schema/ describes each kind of line; tests hold the two together.
 */
#include "report/jsonl.h"

#include "base/clock.h"
#include "base/json.h"
#include "evidence/token.h"
#include "report/facts.h"
#include "store/name.h"

#define SCORE_DECIMALS 2

/* A line begins with its kind and ends with a newline. */
static Json line_begin(Outlet *to, const char *kind) {
    Json j = json_to(&to->buf);

    json_object_begin(&j);
    json_key(&j, "kind");
    json_text(&j, kind);
    return j;
}

static int line_end(Json *j, Outlet *to) {
    json_object_end(j);
    buf_byte(&to->buf, '\n');
    return outlet_flush(to);
}

static void text_put(Json *j, const char *key, const char *text) {
    json_key(j, key);
    json_text(j, text);
}

static void uint_put(Json *j, const char *key, uint64_t v) {
    json_key(j, key);
    json_uint(j, v);
}

static void bool_put(Json *j, const char *key, bool v) {
    json_key(j, key);
    json_bool(j, v);
}

static void time_put(Json *j, const char *key, int64_t ns) {
    char text[CLOCK_TEXT_MAX];

    json_key(j, key);
    if (ns == INT64_MIN) {
        json_null(j);
        return;
    }
    clock_print(ns, text, sizeof(text));
    json_text(j, text);
}

static void status_put(Json *j, const char *key, const Status *s) {
    char text[STATUS_REASON_MAX + 24];

    status_print(s, text, sizeof(text));
    text_put(j, key, text);
}

/* The printed locator, and the raw one in base64 where it is no UTF-8. */
static int locator_put(Json *j, const char *key, Span root, Span path) {
    _cleanup_(buf_done) Buf shown = {0}, raw = {0};
    int r = name_print(&shown, root, path);

    name_raw(&raw, root, path);
    if (r < 0 || (r = buf_error(&raw)) < 0)
        return r;
    json_name(j, key, buf_as_span(&shown), buf_as_span(&raw));
    return 0;
}

static void name_put(Json *j, const char *key, Span raw) {
    _cleanup_(buf_done) Buf shown = {0};

    locator_print_name(&shown, raw);
    json_name(j, key, buf_as_span(&shown), raw);
}

static void root_put(Json *j, const RootRow *root) {
    json_object_begin(j);
    name_put(j, "path", root->path);
    text_put(j, "identity", root->identity);
    text_put(j, "fs_type", root->fs_type);
    text_put(j, "mount_options", root->mount_options);
    text_put(j, "atime", root->atime);
    status_put(j, "status", &root->status);
    uint_put(j, "found", root->found);
    uint_put(j, "found_bytes", root->found_bytes);
    uint_put(j, "names", root->names);
    uint_put(j, "directories", root->directories);
    json_object_end(j);
}

static void flags_put(Json *j, const RunRow *run) {
    json_key(j, "flags");
    json_array_begin(j);
    if (run->survey)
        json_text(j, "survey");
    if (run->ended == INT64_MIN)
        json_text(j, "not-ended");
    if (run->complete)
        json_text(j, "complete");
    json_array_end(j);
}

static int run_put(const Facts *f, Outlet *to) {
    Json j = line_begin(to, "run");

    json_key(&j, "id");
    json_int(&j, f->run.id);
    time_put(&j, "started", f->run.started);
    time_put(&j, "ended", f->run.ended);
    json_key(&j, "exit");
    if (f->run.exit < 0)
        json_null(&j);
    else
        json_int(&j, f->run.exit);
    flags_put(&j, &f->run);
    json_key(&j, "roots");
    json_array_begin(&j);
    for (size_t i = 0; i < f->n_roots; i++)
        root_put(&j, &f->roots[i]);
    json_array_end(&j);
    json_key(&j, "ruleset");
    json_hex(&j, span(f->run.ruleset, sizeof(f->run.ruleset)));
    uint_put(&j, "detectors", f->run.n_detectors);
    text_put(&j, "tool", f->run.tool);
    text_put(&j, "key", f->run.key[0] ? f->run.key : NULL);
    json_key(&j, "parameters");
    json_raw(&j, f->run.parameters);
    return line_end(&j, to);
}

static void kinds_put(Json *j, const char *key, uint64_t found, const Tally kinds[N_STATUSES]) {
    json_key(j, key);
    json_object_begin(j);
    uint_put(j, "found", found);
    for (StatusKind k = 0; k < N_STATUSES; k++)
        uint_put(j, status_name(k), kinds[k].objects);
    json_object_end(j);
}

static void bytes_put(Json *j, const Coverage *c) {
    json_key(j, "bytes");
    json_object_begin(j);
    uint_put(j, "found", c->found_bytes);
    uint_put(j, "examined", c->all_files.bytes_read);
    for (StatusKind k = 0; k < N_STATUSES; k++)
        uint_put(j, status_name(k), c->files[k].bytes);
    json_object_end(j);
}

static void reasons_put(Json *j, const Facts *f) {
    json_key(j, "reasons");
    json_array_begin(j);
    for (size_t i = 0; i < f->n_reasons; i++) {
        const ReasonRow *row = &f->reasons[i];

        json_object_begin(j);
        status_put(j, "status", &row->status);
        bool_put(j, "members", row->members);
        uint_put(j, "objects", row->tally.objects);
        uint_put(j, "bytes", row->tally.bytes);
        uint_put(j, "examined", row->tally.bytes_read);
        json_object_end(j);
    }
    json_array_end(j);
}

static int coverage_put(const Facts *f, Outlet *to) {
    const Coverage *c = &f->coverage;
    Json j = line_begin(to, "coverage");

    kinds_put(&j, "files", c->found, c->files);
    kinds_put(&j, "members", c->all_files.inside, c->members);
    bytes_put(&j, c);
    uint_put(&j, "names", c->names);
    uint_put(&j, "directories", c->directories);
    reasons_put(&j, f);
    bool_put(&j, "balanced", c->balanced);
    bool_put(&j, "complete", c->complete);
    uint_put(&j, "accepted_gaps", 0);
    return line_end(&j, to);
}

static int object_line(const ObjectRow *row, Span root, Span path, bool further, Outlet *to) {
    Json j = line_begin(to, "object");
    int r = locator_put(&j, "locator", root, path);

    if (r == 0 && further)
        r = locator_put(&j, "same_as", row->root, row->path);
    if (r < 0)
        return r;
    text_put(&j, "kind_of", row->format[0] ? row->format : NULL);
    text_put(&j, "encoding", row->encoding[0] ? row->encoding : NULL);
    status_put(&j, "status", &row->status);
    text_put(&j, "reason", row->status.reason[0] ? row->status.reason : NULL);
    uint_put(&j, "bytes", row->meta.size);
    uint_put(&j, "examined", row->bytes_read);
    uint_put(&j, "members", row->members);
    uint_put(&j, "depth", row->depth);
    return line_end(&j, to);
}

/* The object, and again for each further name of a file with several links. */
static int object_put(Store *s, int64_t run, const ObjectRow *row, Outlet *to, Error *reterr) {
    _cleanup_(arena_done) Arena a = {0};
    NameRow *names = NULL;
    size_t n = 0;
    int r = object_line(row, row->root, row->path, false, to);

    if (r == 0 && row->meta.nlink > 1 && !row->depth)
        r = query_names(s, run, row->meta.dev, row->meta.ino, &a, reterr, &names, &n);
    for (size_t i = 0; r == 0 && i < n; i++)
        r = object_line(row, names[i].root, names[i].path, true, to);
    return r;
}

static int objects_put(Store *s, int64_t run, bool all, Outlet *to, Error *reterr) {
    _cleanup_(object_cursor_closep) ObjectCursor *c = NULL;
    ObjectRow row;
    int r = object_cursor_open(s, run, !all, reterr, &c);

    if (r < 0)
        return r;
    while ((r = object_cursor_step(c, reterr, &row)) > 0) {
        r = object_put(s, run, &row, to, reterr);
        if (r < 0)
            return r;
    }
    return r;
}

static void token_put(Json *j, const char *key, const Sample *sample) {
    char token[TOKEN_SIZE];

    if (sample->has_token)
        token_print(key, sample->token, token);
    text_put(j, "token", sample->has_token ? token : NULL);
}

static int sample_put(Json *j, const FoundRow *row, const Sample *sample) {
    _cleanup_(buf_done) Buf printed = {0}, part = {0};
    Locator at = {0};
    Span text;

    found_place(row, sample, &part, &at);
    locator_print(&printed, &at);
    text = buf_as_span(&printed);
    json_object_begin(j);
    json_key(j, "at");
    json_span(j, text.n ? span(text.at + 1, text.n - 1) : text); /* without its '#' */
    json_key(j, "offset");
    if (sample->offset == MARK_NOWHERE)
        json_null(j);
    else
        json_uint(j, sample->offset);
    uint_put(j, "length", sample->length);
    text_put(j, "mask", sample->mask);
    token_put(j, row->key, sample);
    bool_put(j, "test_value", sample->test_value);
    json_object_end(j);
    return buf_error(&part) ? -ENOMEM : buf_error(&printed);
}

static void counts_put(Json *j, const FoundRow *row) {
    uint64_t count = found_count(row->count);

    text_put(j, "confidence", level_name(row->level));
    json_key(j, "score");
    json_double(j, row->score, SCORE_DECIMALS);
    uint_put(j, "count", count);
    uint_put(j, "high", row->count[LEVEL_HIGH]);
    uint_put(j, "medium", row->count[LEVEL_MEDIUM]);
    uint_put(j, "low", row->count[LEVEL_LOW]);
    uint_put(j, "tested", row->tested);
    json_key(j, "valid_share");
    if (row->tested)
        json_double(j, (double)row->valid / (double)row->tested, 4);
    else
        json_null(j);
    uint_put(j, "distinct", row->distinct);
    bool_put(j, "distinct_exact", row->distinct_exact);
    bool_put(j, "test_value", row->test_values > 0 && row->test_values >= count);
    uint_put(j, "test_values", row->test_values);
}

/* A finding under one name of its object; same_as is the first name where that is another. */
typedef struct Named {
    Span root, path;
    bool further;
} Named;

static int finding_put(const FoundRow *row, const Named *named, const Sample *samples, size_t n,
                       Outlet *to) {
    Json j = line_begin(to, "finding");
    int r = locator_put(&j, "object", named->root, named->path);

    if (r == 0 && named->further)
        r = locator_put(&j, "same_as", row->root, row->path);
    if (r < 0)
        return r;
    name_put(&j, "part", row->part);
    if (row->heading.n)
        name_put(&j, "heading", row->heading);
    text_put(&j, "detector", row->detector);
    text_put(&j, "category", row->category);
    text_put(&j, "tier", tier_name(row->tier));
    counts_put(&j, row);
    json_key(&j, "samples");
    json_array_begin(&j);
    for (size_t i = 0; i < n && r == 0; i++)
        r = sample_put(&j, row, &samples[i]);
    json_array_end(&j);
    return r < 0 ? r : line_end(&j, to);
}

/* The finding, and again for each further name of a file with several links. */
static int finding_names_put(Store *s, int64_t run, FoundCursor *c, const FoundRow *row, Outlet *to,
                             Error *reterr) {
    _cleanup_(arena_done) Arena a = {0};
    Sample samples[FINDING_SAMPLES_MAX];
    NameRow *names = NULL;
    size_t n, n_names = 0;
    int r = found_samples(c, row->samples, FINDING_SAMPLES_MAX, reterr, samples, &n);

    if (r == 0 && row->nlink > 1)
        r = query_names(s, run, row->dev, row->ino, &a, reterr, &names, &n_names);
    if (r == 0)
        r = finding_put(row, &(Named){row->root, row->path, false}, samples, n, to);
    for (size_t i = 0; i < n_names && r == 0; i++)
        r = finding_put(row, &(Named){names[i].root, names[i].path, true}, samples, n, to);
    return r;
}

static int findings_put(Store *s, int64_t run, const FoundFilter *filter, Outlet *to,
                        Error *reterr) {
    _cleanup_(found_cursor_closep) FoundCursor *c = NULL;
    FoundRow row;
    int r = found_cursor_open(s, run, filter, true, reterr, &c);

    if (r < 0)
        return r;
    while ((r = found_cursor_step(c, reterr, &row)) > 0) {
        r = finding_names_put(s, run, c, &row, to, reterr);
        if (r < 0)
            return r;
    }
    return r;
}

static int events_of(Store *s, int64_t run, const char *kind, Outlet *to, Error *reterr) {
    _cleanup_(note_cursor_closep) NoteCursor *c = NULL;
    NoteRow row;
    int r = note_cursor_open(s, run, kind, reterr, &c);

    if (r < 0)
        return r;
    while ((r = note_cursor_step(c, reterr, &row)) > 0) {
        Json j = line_begin(to, "event");

        text_put(&j, "event", kind);
        name_put(&j, "subject", row.subject);
        uint_put(&j, "count", row.count);
        text_put(&j, "detail", row.detail[0] ? row.detail : NULL);
        r = line_end(&j, to);
        if (r < 0)
            return r;
    }
    return r;
}

static int events_put(Store *s, int64_t run, Outlet *to, Error *reterr) {
    static const char *const kinds[] = {"skipped-mount", "excluded",    "in-flight", "restart",
                                        "resumed",       "missed-slot", "uncovered"};
    int r = 0;

    for (size_t i = 0; r == 0 && i < N_ELEMENTS(kinds); i++)
        r = events_of(s, run, kinds[i], to, reterr);
    return r;
}

int jsonl_report(Store *s, int64_t run, const JsonlOptions *o, Outlet *to, Error *reterr) {
    _cleanup_(facts_done) Facts f = {0};
    int r = facts_load(s, run, reterr, &f);

    if (r < 0)
        return r;
    if ((r = run_put(&f, to)) < 0 || (r = coverage_put(&f, to)) < 0 ||
        (r = objects_put(s, f.run.id, o->all_objects, to, reterr)) < 0 ||
        (r = findings_put(s, f.run.id, &o->filter, to, reterr)) < 0)
        return r;
    return events_put(s, f.run.id, to, reterr);
}
