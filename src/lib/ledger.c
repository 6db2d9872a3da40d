/*
 * terrier_ledger_list, terrier_ledger_period: the ledger, told.
 *
 * A period is one pass over the entries of kind run. A run that began and of which nothing more is
 * said was interrupted, or still goes on: which, only its own store knows, so both words are said.
 */
#include "evidence/ledger.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/show.h"
#include "base/utf8.h"
#include "evidence/jsontree.h"
#include "lib/common.h"
#include "lib/writer.h"

#define NO_TIME INT64_MIN

typedef struct Telling {
    const terrier_ledger_options *o;
    int64_t from, to; /* NO_TIME: none */
    Store *store;
    Writer *out;
} Telling;

/* ---- bounds ---- */

/* A date, or a date and a time in UTC. */
static int bound_read(const char *text, const char *name, Error *reterr, int64_t *ret) {
    char whole[64];
    size_t n = text ? strlen(text) : 0;

    if (!text) {
        *ret = NO_TIME;
        return 0;
    }
    if (n == 10)
        snprintf(whole, sizeof(whole), "%sT00:00:00.000000000Z", text);
    else if (n == 20 && text[19] == 'Z')
        snprintf(whole, sizeof(whole), "%.19s.000000000Z", text);
    else
        whole[0] = 0;
    if (ledger_time_parse(span_of(whole), ret) == 0)
        return 0;
    return error_set(reterr, -EINVAL,
                     "%s is no date, expected 2026-03-01 or 2026-03-01T12:00:00Z (UTC)", name);
}

static int telling_open(Telling *t, Error *reterr) {
    _cleanup_(free_p) char *path = t->o->store ? strdup(t->o->store) : NULL;
    int r = bound_read(t->o->from, "--from", reterr, &t->from);

    if (r == 0)
        r = bound_read(t->o->to, "--to", reterr, &t->to);
    if (r == 0 && !path)
        r = t->o->store ? -ENOMEM : store_default_path(&path);
    return r < 0 ? r : store_open(path, STORE_READ, reterr, &t->store);
}

static bool is_within(const Telling *t, int64_t at) {
    return (t->from == NO_TIME || at >= t->from) && (t->to == NO_TIME || at < t->to);
}

/* ---- list ---- */

/* What an entry is about, in a few words. */
static void summary_put(Writer *out, const StoreEntry *e) {
    static const char *const members[] = {"status",       "event",        "key",          "id",
                                          "run",          "exit",         "schedule",     "planned",
                                          "locator",      "target",       "glob",         "reason",
                                          "operator.uid", "totals.found", "totals.unread"};
    _cleanup_(jsontree_freep) JsonTree *body = NULL;

    if (jsontree_parse(e->body, &body) < 0)
        return;
    for (size_t i = 0; i < N_ELEMENTS(members); i++) {
        const char *dot = strchr(members[i], '.'), *text = jsontree_text(body, members[i]);
        const char *name = dot ? dot + 1 : members[i];
        int64_t number;

        if (text) {
            writer_printf(out, "  %s ", name);
            if (utf8_displayable(span_of(text)))
                writer_text(out, text);
            else
                show_text(&out->buf, text);
        } else if (jsontree_int(body, members[i], &number)) {
            writer_printf(out, "  %s %lld", name, (long long)number);
        }
    }
}

static int entry_tell(const Telling *t, const StoreEntry *e) {
    char at[CLOCK_TEXT_MAX];

    if (t->o->format == TERRIER_JSONL) {
        int r = ledger_print(e, &t->out->buf);

        writer_text(t->out, "\n");
        return r < 0 ? r : writer_flush(t->out);
    }
    clock_print(e->at, at, sizeof(at));
    writer_printf(t->out, "%6lld  %s  %-9.9s", (long long)e->seq, at, e->kind);
    summary_put(t->out, e);
    writer_text(t->out, "\n");
    return writer_flush(t->out);
}

static int list(Telling *t, Error *reterr) {
    _cleanup_(entry_cursor_closep) EntryCursor *c = NULL;
    StoreEntry e;
    LedgerKind kind;
    int r = telling_open(t, reterr);

    if (r == 0 && t->o->kind && ledger_kind_parse(span_of(t->o->kind), &kind) < 0)
        r = error_set(reterr, -EINVAL,
                      "'%.40s' is no kind of entry, expected run, triage, exclusion, gap, policy, "
                      "key, reveal or store",
                      t->o->kind);
    if (r == 0)
        r = entry_cursor_open(t->store, 1, reterr, &c);
    while (r >= 0 && (r = entry_cursor_step(c, reterr, &e)) > 0) {
        if (is_within(t, e.at) && (!t->o->kind || strcmp(e.kind, t->o->kind) == 0))
            r = entry_tell(t, &e);
    }
    return r;
}

int terrier_ledger_list(const terrier_ledger_options *options, terrier_write write, void *of,
                        terrier_error *error) {
    Writer out = writer_of(write, of);
    Telling t = {.o = options, .out = &out};
    Error e = {0};
    int r = list(&t, &e);

    store_close(t.store);
    return error_out(writer_close(&out, r, &e), &e, error);
}

/* ---- period ---- */

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
    bool open_within;
    uint64_t begun, complete, partial, failed, stopped, interrupted, missed, changes, back;
    int64_t last; /* time of the entry before */
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

static void run_tell(const Telling *t, int64_t run, const char *status, const char *started,
                     const JsonTree *body) {
    const char *reason = body ? jsontree_text(body, "reason") : NULL;
    const char *schedule = body ? jsontree_text(body, "schedule") : NULL;
    int64_t found = 0, unread = 0;
    bool sums = body && jsontree_int(body, "totals.found", &found) &&
                jsontree_int(body, "totals.unread", &unread);
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
    line_end(&j, t->out);
}

/* The run that began last and said no more. */
static void open_end(Period *p, const char *status) {
    if (p->open && p->open_within) {
        p->interrupted++;
        run_tell(p->t, p->open, status, p->open_started, NULL);
    }
    p->open = 0;
}

static int on_started(Period *p, const JsonTree *body, int64_t run, const char *started,
                      bool within) {
    if (run == p->open)
        return 0; /* it goes on */
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
    if (!within)
        return;
    p->complete += strcmp(status, "complete") == 0 || strcmp(status, "complete-known-gaps") == 0;
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
    if (strcmp(status, "started") == 0)
        return on_started(p, body, run, when, is_within(p->t, at));
    if (strcmp(status, "missed") != 0) {
        on_ended(p, body, run, status, when, is_within(p->t, at));
    } else if (is_within(p->t, at)) {
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
            "\n%llu expected: %llu begun, %llu missed. Of those begun %llu complete, %llu "
            "partial, %llu stopped, %llu failed, %llu interrupted or going on. %llu "
            "changes.\n",
            (unsigned long long)(p->begun + p->missed), (unsigned long long)p->begun,
            (unsigned long long)p->missed, (unsigned long long)p->complete,
            (unsigned long long)p->partial, (unsigned long long)p->stopped,
            (unsigned long long)p->failed, (unsigned long long)p->interrupted,
            (unsigned long long)p->changes);
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
