/* Closing: see closing.h. */
#include "lib/closing.h"

#include "base/clock.h"
#include "lib/decision.h"
#include "store/history.h"
#include "store/query.h"
#include "store/tally.h"
#include "store/write.h"

int closing_prepare(Closing *c, const terrier_scan_options *o, Error *reterr) {
    bool walked = !o->names_on_stdin && !o->stream && o->time_box <= 0;

    c->o = o;
    if (o->n_fail_on > CONDITIONS_MAX)
        return error_set(reterr, -EINVAL, "more than %d --fail-on conditions", CONDITIONS_MAX);
    for (size_t i = 0; i < o->n_fail_on; i++) {
        Condition *to = &c->conditions[i];
        int r = condition_parse(o->fail_on[i], reterr, to);

        if (r < 0)
            return r;
        if (condition_has(to, TERM_VIOLATION))
            return error_set(reterr, -EINVAL,
                             "--fail-on violation asks for an assessment, which is made of a run "
                             "that has ended: terrier report --fail-on violation");
        if (!walked && (condition_has(to, TERM_NEW) || condition_has(to, TERM_NEW_GAP)))
            return error_set(reterr, -EINVAL,
                             "--fail-on %.40s is for scans of directories: a list, a pipe and a "
                             "survey have no run before to be held against",
                             to->text);
    }
    c->n_conditions = o->n_fail_on;
    return 0;
}

/* ---- gaps ---- */

static int note_put(Closing *c, const GapEntry *e, const char *kind, uint64_t count,
                    Error *reterr) {
    _cleanup_(buf_done) Buf detail = {0};
    char day[16];

    decision_day(e->until, day);
    buf_printf(&detail, "%s; by %s, until %s", e->reason, e->by, day);
    return buf_error(&detail) < 0 ? -ENOMEM
                                  : store_note_put(c->store, c->run,
                                                   &(StoreNote){.kind = kind,
                                                                .subject = span_of(e->glob),
                                                                .count = count,
                                                                .detail = buf_cstr(&detail)},
                                                   reterr);
}

/* One that is over is told as long as it would accept something. */
static int expired_note(Closing *c, const GapEntry *e, Arena *a, Error *reterr) {
    GapCount count = {0};
    int r = gaps_count(c->store, c->run, e, 1, INT64_MIN, a, reterr, &count);

    return r < 0 || !count.accepted ? r : note_put(c, e, "gap-expired", count.accepted, reterr);
}

/* *ret: all that was not read was accepted. */
static int gaps_note(Closing *c, Error *reterr, bool *ret) {
    _cleanup_(arena_done) Arena a = {0};
    GapCount count = {0};
    GapEntry *entries;
    size_t n;
    int r = query_gaps(c->store, &a, reterr, &entries, &n);

    if (r == 0 && n)
        r = gaps_count(c->store, c->run, entries, n, c->now, &a, reterr, &count);
    for (size_t i = 0; r == 0 && i < n; i++) {
        if (entries[i].until <= c->now)
            r = expired_note(c, &entries[i], &a, reterr);
        else if (count.by[i])
            r = note_put(c, &entries[i], "accepted-gap", count.by[i], reterr);
    }
    *ret = n && count.accepted && count.accepted == count.objects;
    return r;
}

static int roots_are_read(Closing *c, Error *reterr, bool *ret) {
    _cleanup_(arena_done) Arena a = {0};
    RootRow *roots;
    size_t n;
    int r = query_roots(c->store, c->run, &a, reterr, &roots, &n);

    *ret = true;
    for (size_t i = 0; r == 0 && i < n; i++)
        *ret &= status_complete(roots[i].status.kind);
    return r;
}

/* Sets status and *ret_complete. */
static int completeness(Closing *c, Error *reterr, bool *ret_complete) {
    bool known = false, roots = false;
    Coverage coverage;
    int r = query_coverage(c->store, c->run, reterr, &coverage);

    if (r == 0 && !coverage.complete)
        r = gaps_note(c, reterr, &known);
    if (r == 0 && known)
        r = roots_are_read(c, reterr, &roots);
    if (r < 0)
        return r;
    *ret_complete = !c->survey && c->sound && (coverage.complete || (known && roots));
    c->status = !*ret_complete ? "partial" : coverage.complete ? "complete" : "complete-known-gaps";
    return 0;
}

/* ---- news ---- */

/* Whether anything is unread that was not unread in the profile's run before. */
static int has_news(Closing *c, Error *reterr, bool *ret) {
    uint64_t n = 0;
    bool root = false;
    int64_t before = 0;
    int r = history_before(c->store, c->o->profile, c->run, reterr, &before);

    if (r == 0)
        r = news_of_gaps(c->store, before, c->run, c->now, reterr, &n, &root);
    *ret = n || root || !before;
    return r;
}

/* The run is all there, and its lineages. */
static int on_judge(void *of, int64_t run, Error *reterr, int *exit) {
    Closing *c = of;
    const Condition *holds;
    int r = conditions_hold(c->store, run, c->conditions, c->n_conditions, c->now, reterr, &holds);

    if (r == 0 && holds) {
        char text[160];

        *exit = TERRIER_EXIT_CONDITION;
        snprintf(text, sizeof(text), "--fail-on %.80s holds for run %lld", holds->text,
                 (long long)run);
        if (c->o->notice)
            c->o->notice(c->o->of, text);
    }
    c->exit = *exit;
    return r;
}

int closing_end(Closing *c, Error *reterr) {
    StoreRunEnd end = {.ended = clock_real_ns(), .judge = on_judge, .of = c};
    bool news = true;
    int r;

    c->now = end.ended;
    r = completeness(c, reterr, &end.complete);
    if (r == 0 && !end.complete && c->o->profile && c->o->only_news && !c->survey && c->sound)
        r = has_news(c, reterr, &news);
    if (r < 0)
        return r;
    end.exit = end.complete || !news ? TERRIER_EXIT_DONE : TERRIER_EXIT_INCOMPLETE;
    c->exit = end.exit;
    return store_run_end(c->store, c->run, &end, reterr);
}
