/*
 * terrier_ledger_period: the runs of a period, from the ledger.
 *
 * One pass over the entries of kind run. A run that began and of which nothing more is said was
 * interrupted, or still goes on: which, only its own store knows, so both words are said. A run
 * that was paused goes on in another night: it is one run, expected once, and each of its nights is
 * told.
 */
#include "base/json.h"
#include "base/show.h"
#include "evidence/jsontree.h"
#include "evidence/ledger.h"
#include "lib/telling.h"
#include "report/number.h"
#include "store/tally.h"

enum { REASONS_TOLD = 10 }; /* of a run */

static const char *const compared[] = {"scope", "parameters", "policy", "ruleset", "tool", "build"};

/* What the run before had of each, by schedule or without one. */
typedef struct Before {
    char *schedule, *values[N_ELEMENTS(compared)];
    int64_t run;
} Before;

typedef struct Period {
    Telling *t;
    Before *before;
    size_t n_before;
    int64_t open; /* a run that began and has not ended; 0: none */
    char *open_started;
    bool open_within, open_paused;
    uint64_t begun, complete, partial, failed, stopped, paused, interrupted, missed, changes, back;
    uint64_t nights; /* at whose end a run was paused */
    int64_t last;    /* time of the entry before */
} Period;

static void period_done(Period *p) {
    for (size_t i = 0; i < p->n_before; i++) {
        free(p->before[i].schedule);
        for (size_t k = 0; k < N_ELEMENTS(compared); k++)
            free(p->before[i].values[k]);
    }
    free(p->before);
    free(p->open_started);
}

static Before *before_of(Period *p, const char *schedule) {
    Before *all;

    for (size_t i = 0; i < p->n_before; i++) {
        if (strcmp(p->before[i].schedule, schedule) == 0)
            return &p->before[i];
    }
    all = reallocarray(p->before, p->n_before + 1, sizeof(*all));
    if (!all)
        return NULL;
    p->before = all;
    all[p->n_before] = (Before){.schedule = strdup(schedule)};
    return all[p->n_before].schedule ? &all[p->n_before++] : NULL;
}

static void line_begin(Json *j, Writer *out, const char *kind) {
    *j = json_to(&out->buf);
    json_object_begin(j);
    json_key(j, "kind");
    json_text(j, kind);
}

static int line_end(Json *j, Writer *out) {
    json_object_end(j);
    writer_text(out, "\n");
    return writer_flush(out);
}

static void member_put(Json *j, const char *key, const char *text) {
    json_key(j, key);
    json_text(j, text);
}

/* A value of a hash or a version, short enough for a line. */
static void change_tell(const Telling *t, int64_t run, const char *what, const char *from,
                        const char *to) {
    Json j;

    if (t->o->format != TERRIER_JSONL) {
        writer_printf(t->out, "  CHANGED before run %lld: %s, ", (long long)run, what);
        writer_printf(t->out, "%.12s -> %.12s\n", from[0] ? from : "none", to[0] ? to : "none");
        return;
    }
    line_begin(&j, t->out, "period-change");
    json_key(&j, "run");
    json_int(&j, run);
    member_put(&j, "what", what);
    member_put(&j, "from", from[0] ? from : NULL);
    member_put(&j, "to", to[0] ? to : NULL);
    line_end(&j, t->out);
}

/* Changes are told where the later run is within the period. */
static int compare(Period *p, const JsonTree *body, int64_t run, bool within) {
    const char *schedule = jsontree_word(body, "schedule");
    Before *b = before_of(p, schedule);

    if (!b)
        return -ENOMEM;
    for (size_t i = 0; i < N_ELEMENTS(compared); i++) {
        const char *now = jsontree_word(body, compared[i]);
        char *copy;

        if (b->run && within && strcmp(b->values[i], now) != 0) {
            p->changes++;
            change_tell(p->t, run, compared[i], b->values[i], now);
        }
        copy = strdup(now);
        if (!copy)
            return -ENOMEM;
        free(b->values[i]);
        b->values[i] = copy;
    }
    b->run = run;
    return 0;
}

/* ---- why something was not read ---- */

static int reason_compare(const void *a, const void *b) {
    const ReasonRow *x = a, *y = b;
    int order = (x->tally.objects < y->tally.objects) - (x->tally.objects > y->tally.objects);

    return order ? order : strcmp(x->status.reason, y->status.reason);
}

/* Files and members of the run that leave its coverage incomplete, the most first. */
static size_t reasons_find(const Telling *t, int64_t run, Arena *a, ReasonRow **ret) {
    size_t n, kept = 0;
    ReasonRow *rows;

    if (!run || query_reasons(t->store, run, a, NULL, &rows, &n) < 0)
        return 0;
    for (size_t i = 0; i < n; i++) {
        if (!status_complete(rows[i].status.kind) && rows[i].tally.objects)
            rows[kept++] = rows[i];
    }
    if (kept)
        qsort(rows, kept, sizeof(*rows), reason_compare);
    *ret = rows;
    return kept < REASONS_TOLD ? kept : REASONS_TOLD;
}

static void reasons_text(const Telling *t, const ReasonRow *rows, size_t n) {
    char status[STATUS_REASON_MAX + 24];

    for (size_t i = 0; i < n; i++) {
        status_print(&rows[i].status, status, sizeof(status));
        writer_text(t->out, i ? ", " : "      not read: ");
        number_put(&t->out->buf, rows[i].tally.objects, rows[i].members ? "member" : "file",
                   rows[i].members ? "members" : "files");
        writer_printf(t->out, " %s", status);
    }
    writer_text(t->out, n ? "\n" : "");
}

static void reasons_json(Json *j, const ReasonRow *rows, size_t n) {
    json_key(j, "not_read");
    json_array_begin(j);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(j);
        member_put(j, "status", status_name(rows[i].status.kind));
        member_put(j, "reason", rows[i].status.reason[0] ? rows[i].status.reason : NULL);
        json_key(j, "members");
        json_bool(j, rows[i].members);
        json_key(j, "objects");
        json_uint(j, rows[i].tally.objects);
        json_object_end(j);
    }
    json_array_end(j);
}

/* ---- runs ---- */

static void run_tell(const Telling *t, int64_t run, const char *status, const char *started,
                     const JsonTree *body) {
    const char *reason = body ? jsontree_text(body, "reason") : NULL;
    const char *schedule = body ? jsontree_text(body, "schedule") : NULL;
    _cleanup_(arena_done) Arena a = {0};
    ReasonRow *reasons = NULL;
    int64_t found = 0, unread = 0;
    bool sums = body && jsontree_int(body, "totals.found", &found) &&
                jsontree_int(body, "totals.unread", &unread);
    size_t n = sums ? reasons_find(t, run, &a, &reasons) : 0;
    Json j;

    if (t->o->format != TERRIER_JSONL) {
        writer_printf(t->out, "%.19s  ", started);
        if (run)
            writer_printf(t->out, "run %-6lld  %-12s", (long long)run, status);
        else
            writer_printf(t->out, "%-10s  %-12s", "no run", status);
        if (sums)
            writer_printf(t->out, "  %lld found, %lld not read", (long long)found,
                          (long long)unread);
        writer_text(t->out, schedule ? "  " : "");
        show_text(&t->out->buf, schedule ? schedule : "");
        writer_text(t->out, reason ? "  " : "");
        show_text(&t->out->buf, reason ? reason : "");
        writer_text(t->out, "\n");
        reasons_text(t, reasons, n);
        return;
    }
    line_begin(&j, t->out, "period-run");
    json_key(&j, "run");
    if (run)
        json_int(&j, run);
    else
        json_null(&j);
    member_put(&j, "status", status);
    member_put(&j, "schedule", schedule);
    member_put(&j, "started", run ? started : NULL);
    member_put(&j, "planned", body ? jsontree_text(body, "planned") : NULL);
    member_put(&j, "ended", body ? jsontree_text(body, "ended") : NULL);
    member_put(&j, "manifest", body ? jsontree_text(body, "manifest") : NULL);
    member_put(&j, "reason", reason);
    reasons_json(&j, reasons, n);
    line_end(&j, t->out);
}

/* The run that began last and said no more, or that it was paused. */
static void open_end(Period *p, const char *status) {
    if (p->open && p->open_within && p->open_paused)
        p->paused++;
    if (p->open && p->open_within && !p->open_paused) {
        p->interrupted++;
        run_tell(p->t, p->open, status, p->open_started, NULL);
    }
    p->open = 0;
    p->open_paused = false;
}

/* A night of a run that goes on in another one. */
static void on_paused(Period *p, const JsonTree *body, int64_t run, const char *started,
                      bool within) {
    p->open = run;
    p->open_paused = true;
    p->nights += within;
    if (within)
        run_tell(p->t, run, "paused", started, body);
}

static int on_started(Period *p, const JsonTree *body, int64_t run, const char *started,
                      bool within) {
    if (run == p->open) { /* it goes on */
        p->open_paused = false;
        return 0;
    }
    open_end(p, "interrupted");
    p->begun += within;
    p->open = run;
    p->open_within = within;
    free(p->open_started);
    p->open_started = strdup(started);
    return p->open_started ? compare(p, body, run, within) : -ENOMEM;
}

static void on_ended(Period *p, const JsonTree *body, int64_t run, const char *status,
                     const char *started, bool within) {
    p->open = 0;
    p->open_paused = false;
    if (!within)
        return;
    p->complete += strncmp(status, "complete", 8) == 0; /* also with known gaps */
    p->partial += strcmp(status, "partial") == 0;
    p->failed += strcmp(status, "failed") == 0;
    p->stopped += strcmp(status, "stopped") == 0;
    run_tell(p->t, run, status, started, body);
}

static int run_entry(Period *p, const StoreEntry *e) {
    _cleanup_(jsontree_freep) JsonTree *body = NULL;
    const char *status, *when;
    int64_t run = 0, at = e->at;

    if (jsontree_parse(e->body, &body) < 0)
        return 0;
    status = jsontree_word(body, "status");
    jsontree_int(body, "run", &run);
    when = jsontree_word(body, strcmp(status, "missed") == 0 ? "planned" : "started");
    ledger_time_parse(span_of(when), &at); /* else as the entry is dated */
    if (!telling_is_of(p->t, jsontree_word(body, "schedule")))
        return 0;
    if (strcmp(status, "started") == 0)
        return on_started(p, body, run, when, telling_is_within(p->t, at));
    if (strcmp(status, "paused") == 0) {
        on_paused(p, body, run, when, telling_is_within(p->t, at));
    } else if (strcmp(status, "missed") != 0) {
        on_ended(p, body, run, status, when, telling_is_within(p->t, at));
    } else if (telling_is_within(p->t, at)) {
        p->missed++;
        run_tell(p->t, 0, status, when, body);
    }
    return 0;
}

static void count_put(Json *j, const char *key, uint64_t n) {
    json_key(j, key);
    json_uint(j, n);
}

static void period_sum(Period *p) {
    Json j;

    if (p->t->o->format != TERRIER_JSONL) {
        writer_printf(
            p->t->out,
            "\n%llu expected: %llu begun, %llu missed.\nOf those begun %llu complete, %llu "
            "partial, %llu stopped, %llu failed, %llu paused, %llu interrupted or going on. %llu "
            "changes.\n",
            (unsigned long long)(p->begun + p->missed), (unsigned long long)p->begun,
            (unsigned long long)p->missed, (unsigned long long)p->complete,
            (unsigned long long)p->partial, (unsigned long long)p->stopped,
            (unsigned long long)p->failed, (unsigned long long)p->paused,
            (unsigned long long)p->interrupted, (unsigned long long)p->changes);
        if (p->nights)
            writer_printf(p->t->out,
                          "%llu times a run was paused to go on in another night: it is one run, "
                          "and none of its nights was missed.\n",
                          (unsigned long long)p->nights);
        if (p->back)
            writer_printf(p->t->out,
                          "The clock was set back: %llu entries are dated before the one "
                          "in front of them.\n",
                          (unsigned long long)p->back);
        return;
    }
    line_begin(&j, p->t->out, "period");
    member_put(&j, "from", p->t->o->from);
    member_put(&j, "to", p->t->o->to);
    count_put(&j, "expected", p->begun + p->missed);
    count_put(&j, "begun", p->begun);
    count_put(&j, "missed", p->missed);
    count_put(&j, "complete", p->complete);
    count_put(&j, "partial", p->partial);
    count_put(&j, "stopped", p->stopped);
    count_put(&j, "failed", p->failed);
    count_put(&j, "paused", p->paused);
    count_put(&j, "paused_nights", p->nights);
    count_put(&j, "interrupted", p->interrupted);
    count_put(&j, "changes", p->changes);
    count_put(&j, "dated_back", p->back);
    line_end(&j, p->t->out);
}

static int period(Period *p, Error *reterr) {
    _cleanup_(entry_cursor_closep) EntryCursor *c = NULL;
    StoreEntry e;
    int r = telling_open(p->t, reterr);

    if (r == 0)
        r = entry_cursor_open(p->t->store, 1, reterr, &c);
    while (r >= 0 && (r = entry_cursor_step(c, reterr, &e)) > 0) {
        p->back += e.at < p->last;
        p->last = e.at;
        if (strcmp(e.kind, "run") == 0)
            r = run_entry(p, &e);
        if (r >= 0)
            r = writer_flush(p->t->out);
    }
    if (r < 0)
        return r;
    open_end(p, "not ended");
    period_sum(p);
    return 0;
}

int terrier_ledger_period(const terrier_ledger_options *options, terrier_write write, void *of,
                          terrier_error *error) {
    Writer out = writer_of(write, of);
    Telling t = {.o = options, .out = &out};
    Period p = {.t = &t, .last = INT64_MIN};
    Error e = {0};
    int r = period(&p, &e);

    period_done(&p);
    store_close(t.store);
    return error_out(writer_close(&out, r, &e), &e, error);
}
