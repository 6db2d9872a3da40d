/* Event: see event.h. */
#include "assess/event.h"

#include "store/name.h"
#include "store/retained.h"
#include "store/tally.h"

typedef struct Events {
    Store *store;
    const RunRow *run;
    const EventSink *to;
    Error *reterr;
} Events;

/* ---- what was not read, and what did not take place ---- */

typedef struct Gap {
    const char *status, *reason;
    uint64_t objects, bytes;
} Gap;

static int gap_take(const Events *e, CaseEvent event, const Gap *g) {
    Case c;

    case_clear(&c);
    case_put(&c, CASE_EVENT, event);
    case_put(&c, CASE_RUN_ID, e->run->id);
    case_put_text(&c, CASE_GAP_STATUS, span_of(g->status));
    case_put_text(&c, CASE_GAP_REASON, span_of(g->reason[0] ? g->reason : g->status));
    case_put(&c, CASE_GAP_OBJECTS, (int64_t)g->objects);
    case_put(&c, CASE_GAP_BYTES, (int64_t)g->bytes);
    return e->to->take(e->to->of, &c, e->reterr);
}

static int unread_each(const Events *e, Arena *a) {
    ReasonRow *rows;
    size_t n;
    int r = query_reasons(e->store, e->run->id, a, e->reterr, &rows, &n);

    for (size_t i = 0; i < n && r == 0; i++) {
        const Tally *t = &rows[i].tally;
        StatusKind kind = rows[i].status.kind;
        bool opaque = kind == STATUS_ENCRYPTED || kind == STATUS_UNSUPPORTED;
        const Gap g = {.status = status_name(kind),
                       .reason = rows[i].status.reason,
                       .objects = t->objects,
                       .bytes = opaque                     ? t->bytes
                                : t->bytes > t->bytes_read ? t->bytes - t->bytes_read
                                                           : 0};

        if (!status_complete(kind))
            r = gap_take(e, EVENT_COVERAGE_GAP, &g);
    }
    return r;
}

/* Roots that could not be entered at all. */
static int roots_each(const Events *e, Arena *a) {
    RootRow *rows;
    size_t n;
    int r = query_roots(e->store, e->run->id, a, e->reterr, &rows, &n);

    for (size_t i = 0; i < n && r == 0; i++) {
        const Gap g = {.status = "root", .reason = rows[i].status.reason, .objects = 1};

        if (!status_complete(rows[i].status.kind))
            r = gap_take(e, EVENT_COVERAGE_GAP, &g);
    }
    return r;
}

/* All notes of a kind are one gap, as large as there are notes. */
static int notes_take(const Events *e, CaseEvent event, const char *kind) {
    _cleanup_(note_cursor_closep) NoteCursor *c = NULL;
    Gap g = {.status = kind, .reason = ""};
    NoteRow row;
    int r = note_cursor_open(e->store, e->run->id, kind, e->reterr, &c);

    while (r >= 0 && (r = note_cursor_step(c, e->reterr, &row)) > 0)
        g.objects++;
    return r < 0 || !g.objects ? r : gap_take(e, event, &g);
}

static int gaps_each(const Events *e) {
    _cleanup_(arena_done) Arena a = {0};
    const Gap interrupted = {.status = "interrupted", .reason = "", .objects = 1};
    const Gap unbalanced = {.status = "unbalanced", .reason = "", .objects = 1};
    int r;

    if ((r = unread_each(e, &a)) < 0 || (r = roots_each(e, &a)) < 0 ||
        (r = notes_take(e, EVENT_COVERAGE_GAP, "skipped-mount")) < 0 ||
        (r = notes_take(e, EVENT_COVERAGE_GAP, "uncovered")) < 0)
        return r;
    if (e->run->ended == INT64_MIN)
        return gap_take(e, EVENT_COVERAGE_GAP, &interrupted);
    r = e->run->balanced ? 0 : gap_take(e, EVENT_COVERAGE_GAP, &unbalanced);
    return r < 0 ? r : notes_take(e, EVENT_LEDGER_GAP, "missed-slot");
}

/* ---- the run itself ---- */

static int run_take(const Events *e) {
    Coverage sums;
    Case c;
    int r = query_coverage(e->store, e->run->id, e->reterr, &sums);

    if (r < 0 || e->run->ended == INT64_MIN)
        return r;
    case_clear(&c);
    case_put(&c, CASE_EVENT, EVENT_RUN_COMPLETE);
    case_put(&c, CASE_RUN_ID, e->run->id);
    case_put(&c, CASE_RUN_COMPLETE, e->run->complete && e->run->balanced && !e->run->survey);
    case_put(&c, CASE_RUN_COVERAGE, /* rounded down, so as not to flatter */
             sums.found_bytes
                 ? (int64_t)((double)sums.all_files.bytes_read * 100 / (double)sums.found_bytes)
                 : 100);
    return e->to->take(e->to->of, &c, e->reterr);
}

/* ---- what is gone and had to be kept ---- */

static int premature_take(const Events *e, const RetainedRow *row) {
    _cleanup_(buf_done) Buf shown = {0}, raw = {0};
    Case c;
    int r = name_print(&shown, row->root, row->path);

    name_raw(&raw, row->root, row->path);
    if (r < 0 || buf_error(&raw) < 0)
        return -ENOMEM;
    case_clear(&c);
    case_put_path(&c, buf_as_span(&raw), buf_as_span(&shown));
    case_put(&c, CASE_EVENT, EVENT_PREMATURE_DISPOSAL);
    case_put(&c, CASE_RUN_ID, e->run->id);
    case_put(&c, CASE_AGE_STATE, AGE_PREMATURE_DISPOSAL);
    case_put_text(&c, CASE_RETENTION_RULE, span_of(row->rule));
    return e->to->take(e->to->of, &c, e->reterr);
}

static int premature_each(const Events *e, Day as_of) {
    _cleanup_(retained_cursor_closep) RetainedCursor *rows = NULL;
    _cleanup_(arena_done) Arena a = {0};
    char day[DAY_TEXT_MAX];
    const char *version;
    RetainedRow row;
    int64_t judged;
    int r;

    day_print(as_of, day);
    r = retained_last(e->store, e->run->id, day, &a, e->reterr, &judged, &version);
    if (r < 0 || !judged)
        return r;
    r = retained_cursor_open(e->store, judged, "premature_disposal", e->reterr, &rows);
    while (r >= 0 && (r = retained_cursor_step(rows, e->reterr, &row)) > 0)
        r = premature_take(e, &row);
    return r;
}

int event_each(Store *s, const RunRow *run, Day as_of, const EventSink *to, Error *reterr) {
    const Events e = {s, run, to, reterr};
    int r = run_take(&e);

    if (r == 0)
        r = gaps_each(&e);
    return r < 0 ? r : premature_each(&e, as_of);
}
