/* Triage: see triage.h. */
#include "store/triage.h"

#include <fnmatch.h>

#include "store/handle.h"

bool triage_verdict_is(const char *word) {
    static const char *const words[] = {"accepted", "false-positive", "test-data", "ticket"};

    for (size_t i = 0; i < N_ELEMENTS(words); i++) {
        if (strcmp(words[i], word) == 0)
            return true;
    }
    return false;
}

static int entry_read(sqlite3_stmt *row, Arena *a, TriageEntry *ret) {
    const char *texts[8];

    for (int i = 0; i < 8; i++) {
        texts[i] = sql_text_copy(row, i + 2, a);
        if (!texts[i])
            return -ENOMEM;
    }
    *ret = (TriageEntry){.id = sqlite3_column_int64(row, 0),
                         .created = sqlite3_column_int64(row, 1),
                         .finding = texts[0],
                         .glob = texts[1],
                         .type = texts[2],
                         .asset = texts[3],
                         .owner = texts[4],
                         .verdict = texts[5],
                         .reason = texts[6],
                         .approver = texts[7],
                         .expires = sql_time(row, 10)};
    return 0;
}

static int entries_count(Store *s, size_t *ret) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = sql_prepare(s->db, "SELECT count(*) FROM triage", &row);

    if (r == 0)
        r = sql_step(row);
    *ret = r > 0 ? (size_t)sqlite3_column_int64(row, 0) : 0;
    return r < 0 ? r : 0;
}

static int entries_fill(Store *s, Arena *a, TriageEntry *rows, size_t n, size_t *ret_n) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    size_t i = 0;
    int r = sql_prepare(s->db,
                        "SELECT id, created, finding, glob, type, asset, owner, verdict, reason,"
                        " approver, expires FROM triage ORDER BY id",
                        &row);

    while (r >= 0 && i < n && (r = sql_step(row)) > 0)
        r = entry_read(row, a, &rows[i++]);
    *ret_n = i;
    return r < 0 ? r : 0;
}

int query_triage(Store *s, Arena *a, Error *reterr, TriageEntry **ret, size_t *ret_n) {
    TriageEntry *rows = NULL;
    size_t n = 0;
    int r = entries_count(s, &n);

    if (r == 0) {
        rows = arena_array(a, n + 1, sizeof(*rows));
        r = rows ? entries_fill(s, a, rows, n, &n) : -ENOMEM;
    }
    if (r < 0)
        return handle_unread(s, r, reterr);
    *ret = rows;
    *ret_n = n;
    return 0;
}

int store_triage_put(Store *s, const TriageEntry *e, Error *reterr, int64_t *ret_id) {
    sqlite3_stmt *put;
    size_t n = 0;
    int r = entries_count(s, &n);

    if (r == 0 && n >= TRIAGE_MAX)
        return error_set(reterr, -ENOSPC,
                         "the store has %d entries of triage already; remove some, or use a glob",
                         TRIAGE_MAX);
    if (r == 0)
        r = handle_write(s, ST_TRIAGE_PUT, &put);
    if (r < 0)
        return handle_fail(s, r, reterr);
    sql_bind_int(put, 1, e->created);
    sql_bind_text(put, 2, e->finding);
    sql_bind_text(put, 3, e->glob);
    sql_bind_text(put, 4, e->type);
    sql_bind_text(put, 5, e->asset);
    sql_bind_text(put, 6, e->owner);
    sql_bind_text(put, 7, e->verdict);
    sql_bind_text(put, 8, e->reason);
    sql_bind_text(put, 9, e->approver);
    sql_bind_time(put, 10, e->expires);
    r = sql_run(put);
    if (r < 0)
        return handle_fail(s, r, reterr);
    *ret_id = sqlite3_last_insert_rowid(s->db);
    return 0;
}

int store_triage_remove(Store *s, int64_t id, Error *reterr, bool *ret) {
    sqlite3_stmt *stmt;
    int r = handle_write(s, ST_TRIAGE_DELETE, &stmt);

    if (r == 0) {
        sql_bind_int(stmt, 1, id);
        r = sql_run(stmt);
    }
    if (r < 0)
        return handle_fail(s, r, reterr);
    *ret = sqlite3_changes(s->db) > 0;
    return 0;
}

/* ---- judging ---- */

/* Owners stand as numbers: who writes an entry looks the name up. */
static int64_t uid_of(const char *owner) {
    char *end;
    unsigned long uid = strtoul(owner, &end, 10);

    return owner[0] && !*end && uid < UINT32_MAX ? (int64_t)uid : -1;
}

static int by_finding(const void *a, const void *b) {
    const TriageEntry *x = *(const TriageEntry *const *)a, *y = *(const TriageEntry *const *)b;
    int r = strcmp(x->finding, y->finding);

    return r ? r : x->id < y->id ? -1 : x->id > y->id;
}

void judge_reset(Judge *j) {
    if (j->n)
        memset(j->counts, 0, j->n * sizeof(*j->counts));
}

bool judge_expired(const Judge *j, const TriageEntry *e) {
    return e->expires != INT64_MIN && e->expires <= j->now;
}

int judge_load(Store *s, int64_t now, Error *reterr, Judge *j) {
    int r = query_triage(s, &j->arena, reterr, &j->entries, &j->n);

    if (r < 0)
        return r;
    j->now = now;
    j->counts = arena_array(&j->arena, j->n + 1, sizeof(*j->counts));
    j->by_id = arena_array(&j->arena, j->n + 1, sizeof(*j->by_id));
    j->others = arena_array(&j->arena, j->n + 1, sizeof(*j->others));
    j->uids = arena_array(&j->arena, j->n + 1, sizeof(*j->uids));
    if (!j->counts || !j->by_id || !j->others || !j->uids)
        return -ENOMEM;
    for (size_t i = 0; i < j->n; i++) {
        const TriageEntry *e = &j->entries[i];

        if (judge_expired(j, e))
            continue;
        j->uids[i] = uid_of(e->owner);
        j->owners |= e->owner[0] != 0;
        if (e->finding[0])
            j->by_id[j->n_by_id++] = e;
        else
            j->others[j->n_others++] = e;
    }
    if (j->n_by_id)
        qsort(j->by_id, j->n_by_id, sizeof(const TriageEntry *), by_finding);
    return 0;
}

void judge_done(Judge *j) {
    arena_done(&j->arena);
}

static bool entry_holds(const Judge *j, const TriageEntry *e, const JudgeCase *c) {
    if (e->owner[0] && j->uids[e - j->entries] != (int64_t)c->uid)
        return false;
    if (e->asset[0] && strcmp(e->asset, c->asset) != 0)
        return false;
    if (e->type[0] && fnmatch(e->type, c->detector, 0) != 0 &&
        fnmatch(e->type, c->category, 0) != 0)
        return false;
    return !e->glob[0] || fnmatch(e->glob, c->locator, FNM_NOESCAPE) == 0;
}

/* The first with that finding, or where one would stand. */
static size_t first_of(const Judge *j, const char *finding) {
    size_t lo = 0, hi = j->n_by_id;

    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;

        if (strcmp(j->by_id[middle]->finding, finding) < 0)
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo;
}

const TriageEntry *judge_find(Judge *j, const JudgeCase *c) {
    const TriageEntry *found = NULL;

    for (size_t i = first_of(j, c->finding); !found && c->finding[0] && i < j->n_by_id; i++) {
        if (strcmp(j->by_id[i]->finding, c->finding) != 0)
            break;
        if (entry_holds(j, j->by_id[i], c))
            found = j->by_id[i];
    }
    for (size_t i = 0; i < j->n_others && (!found || j->others[i]->id < found->id); i++) {
        if (entry_holds(j, j->others[i], c)) {
            found = j->others[i];
            break;
        }
    }
    if (found)
        j->counts[found - j->entries]++;
    return found;
}
