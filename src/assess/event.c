/* Event: see event.h. */
#include "assess/event.h"

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
        const Gap g = {.status = status_name(rows[i].status.kind),
                       .reason = rows[i].status.reason,
                       .objects = t->objects,
                       .bytes = t->bytes > t->bytes_read ? t->bytes - t->bytes_read : 0};

        if (!status_complete(rows[i].status.kind))
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

int event_each(Store *s, const RunRow *run, const EventSink *to, Error *reterr) {
    const Events e = {s, run, to, reterr};
    int r = run_take(&e);

    return r < 0 ? r : gaps_each(&e);
}
