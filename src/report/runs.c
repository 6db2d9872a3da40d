/* Runs: see runs.h. */
#include "report/runs.h"

#include <stdio.h>

#include "base/clock.h"
#include "model/locator.h"
#include "report/line.h"
#include "report/number.h"
#include "report/table.h"

enum { TABLE_ROWS = 500 }; /* then the widths are taken anew: a table holds its rows */

/* How it ended, in a word. */
static const char *end_of(const RunlistRow *row) {
    if (row->ended == INT64_MIN)
        return "not ended";
    if (row->survey)
        return "survey";
    if (row->exit == 1)
        return "condition";
    if (row->complete)
        return row->accepted ? "known gaps" : "complete";
    return "incomplete";
}

/* 45s, 12m, 3h05m, 2d04h */
static void took_print(int64_t ns, char *ret, size_t n) {
    int64_t s = ns / CLOCK_NS_PER_S;

    if (s < 0)
        snprintf(ret, n, "?");
    else if (s < 60)
        snprintf(ret, n, "%llds", (long long)s);
    else if (s < 3600)
        snprintf(ret, n, "%lldm", (long long)(s / 60));
    else if (s < 86400)
        snprintf(ret, n, "%lldh%02lldm", (long long)(s / 3600), (long long)(s / 60 % 60));
    else
        snprintf(ret, n, "%lldd%02lldh", (long long)(s / 86400), (long long)(s / 3600 % 24));
}

/* The profile, or the first root and how many more there are. */
static void scope_print(const RunlistRow *row, Buf *to) {
    if (row->profile[0])
        buf_printf(to, "profile %.64s", row->profile);
    else if (row->root.n)
        locator_print_name(to, row->root);
    else
        buf_text(to, "standard input");
    if (!row->profile[0] && row->roots > 1)
        buf_printf(to, " + %llu", (unsigned long long)(row->roots - 1));
}

/* "+3 -1", "first", or "" where nothing is known. */
static void news_print(const RunlistRow *row, char *ret, size_t n) {
    if (!row->known)
        snprintf(ret, n, "%s", "");
    else if (!row->delta.before)
        snprintf(ret, n, "first");
    else
        snprintf(ret, n, "+%llu -%llu", (unsigned long long)row->delta.came,
                 (unsigned long long)row->delta.gone);
}

static int table_put(Table *t, const RunlistRow *row) {
    char id[24], began[CLOCK_TEXT_MAX], took[48] = "", news[56];
    char files[NUMBER_TEXT_MAX] = "", found[NUMBER_TEXT_MAX] = "";
    _cleanup_(buf_done) Buf scope = {0};

    snprintf(id, sizeof(id), "%lld", (long long)row->id);
    clock_print(row->started, began, sizeof(began));
    began[10] = ' ';
    began[16] = 0;
    if (row->ended != INT64_MIN)
        took_print(row->ended - row->started, took, sizeof(took));
    if (row->summed)
        number_print(row->files, files);
    if (row->known)
        number_print(row->delta.findings, found);
    news_print(row, news, sizeof(news));
    scope_print(row, &scope);
    table_row(t, (const char *[]){id, began, took, row->pruned ? "pruned" : end_of(row), files,
                                  found, news, buf_cstr(&scope)});
    return buf_error(&scope);
}

static const TableColumn columns[] = {
    {.head = "run", .right = true},
    {.head = "began (UTC)"},
    {.head = "took", .right = true},
    {.head = "end"},
    {.head = "files", .right = true},
    {.head = "findings", .right = true},
    {.head = "news"},
    {.head = "scope", .limit = 48},
};

/* 1: there may be more. */
static int table_fill(RunlistCursor *c, Table *t, size_t *ret_n, Error *reterr) {
    RunlistRow row;
    int r = 1;

    *ret_n = 0;
    while (*ret_n < TABLE_ROWS && (r = runlist_step(c, reterr, &row)) > 0) {
        r = table_put(t, &row);
        if (r < 0)
            return r;
        (*ret_n)++;
        r = 1;
    }
    return r;
}

int runs_text(Store *s, uint64_t most, bool colour, Outlet *to, Error *reterr) {
    _cleanup_(runlist_closep) RunlistCursor *c = NULL;
    bool any = false;
    int r = runlist_open(s, most, reterr, &c), more = 1;

    while (r == 0 && more > 0) {
        _cleanup_(table_done) Table t;
        size_t n;

        table_init(&t, columns, N_ELEMENTS(columns));
        more = table_fill(c, &t, &n, reterr);
        r = more < 0 ? more : n ? table_print(&t, 0, colour, &to->buf) : 0;
        any |= n > 0;
        if (r == 0)
            r = outlet_flush(to);
    }
    if (r == 0 && !any)
        buf_text(&to->buf, "The store has no run yet.\n");
    return r;
}

static void delta_put(Json *j, const RunlistRow *row) {
    const Delta *d = &row->delta;

    json_key(j, "news");
    if (!row->known) {
        json_null(j);
        return;
    }
    json_object_begin(j);
    json_key(j, "before");
    if (d->before)
        json_int(j, d->before);
    else
        json_null(j);
    line_uint(j, "new", d->came);
    line_uint(j, "gone", d->gone);
    line_uint(j, "unreadable", d->unreadable);
    line_uint(j, "moved", d->moved);
    line_uint(j, "changed", d->changed);
    line_uint(j, "tier_changed", d->tier);
    line_uint(j, "access_changed", d->access);
    json_object_end(j);
}

static void uint_or_null(Json *j, const char *key, bool known, uint64_t v) {
    json_key(j, key);
    if (known)
        json_uint(j, v);
    else
        json_null(j);
}

static int line_put(const RunlistRow *row, Outlet *to) {
    Json j = line_begin(to, "history-run");

    json_key(&j, "id");
    json_int(&j, row->id);
    line_time(&j, "started", row->started);
    line_time(&j, "ended", row->ended);
    json_key(&j, "exit");
    if (row->exit < 0)
        json_null(&j);
    else
        json_int(&j, row->exit);
    line_bool(&j, "survey", row->survey);
    line_bool(&j, "complete", row->complete);
    line_bool(&j, "pruned", row->pruned);
    line_text(&j, "profile", row->profile[0] ? row->profile : NULL);
    line_name(&j, "root", row->root);
    line_uint(&j, "roots", row->roots);
    uint_or_null(&j, "files", row->summed, row->files);
    uint_or_null(&j, "unread", row->summed, row->unread);
    line_uint(&j, "accepted_gaps", row->accepted);
    uint_or_null(&j, "findings", row->known, row->delta.findings);
    delta_put(&j, row);
    return line_end(&j, to);
}

int runs_jsonl(Store *s, uint64_t most, Outlet *to, Error *reterr) {
    _cleanup_(runlist_closep) RunlistCursor *c = NULL;
    RunlistRow row;
    int r = runlist_open(s, most, reterr, &c);

    while (r == 0 && (r = runlist_step(c, reterr, &row)) > 0)
        r = line_put(&row, to);
    return r;
}
