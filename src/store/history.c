/* History: see history.h. The words of UNREAD are those of status_complete(); a test holds them. */
#include "store/history.h"

#include "store/handle.h"

#define OF_PROFILE                                                                                 \
    "iif(json_valid(parameters), json_extract(parameters, '$.profile'), NULL) = ?1 AND survey = 0"
/* The object, by the name that it has in a query, is of the run. */
#define OF_RUN(o, run)                                                                             \
    o ".series = " run ".series AND " o ".since <= " run ".id AND " o ".until > " run ".id"
#define UNREAD(o)                                                                                  \
    o ".status <> 'read' AND " o ".status <> 'special' AND " o ".status <> 'link' AND " o          \
      ".status <> 'excluded' AND " o ".status <> 'other-filesystem' AND " o                        \
      ".status <> 'vanished'"
#define LEFT "iif(o.depth = 0, o.size, 0)"

static int prepare(Store *s, const char *text, const char *profile, Error *reterr,
                   sqlite3_stmt **ret) {
    int r = sql_prepare(s->db, text, ret);

    if (r < 0)
        return handle_unread(s, r, reterr);
    if (profile)
        sql_bind_text(*ret, 1, profile);
    return 0;
}

/* ---- runs ---- */

/* Of what ?1 and ?2 choose, all columns that a HistoryRun has. */
static const char runs_sql[] =
    "SELECT id, started, ended, exit FROM run WHERE " OF_PROFILE " AND started >= ?2 ORDER BY id";
/* The note's subject is the time as clock_print() writes it. */
static const char starts_sql[] =
    "SELECT id, began, ended, exit FROM (SELECT id, started AS began, ended, exit, parameters,"
    " survey FROM run UNION ALL SELECT run.id, unixepoch(CAST(subject AS TEXT)) * 1000000000,"
    " ended, exit, parameters, survey FROM note JOIN run ON run.id = note.run"
    " WHERE kind = 'resumed') WHERE " OF_PROFILE " AND began >= ?2";

static int rows_count(sqlite3_stmt *rows, size_t *ret) {
    int r;

    while ((r = sql_step(rows)) > 0)
        ++*ret;
    sql_reset(rows);
    return r;
}

static HistoryRun run_of(sqlite3_stmt *row) {
    bool ended = sqlite3_column_type(row, 3) != SQLITE_NULL;

    return (HistoryRun){.id = sqlite3_column_int64(row, 0),
                        .started = sql_time(row, 1),
                        .ended = sql_time(row, 2),
                        .exit = ended ? sqlite3_column_int(row, 3) : -1};
}

static int runs_read(Store *s, const char *text, const char *profile, int64_t since, Arena *a,
                     Error *reterr, HistoryRun **ret, size_t *ret_n) {
    _cleanup_(sql_finalizep) sqlite3_stmt *rows = NULL;
    size_t n = 0, i = 0;
    HistoryRun *runs;
    int r = prepare(s, text, profile, reterr, &rows);

    if (r < 0)
        return r;
    sql_bind_int(rows, 2, since);
    if ((r = rows_count(rows, &n)) < 0)
        return handle_unread(s, r, reterr);
    runs = arena_array(a, n + 1, sizeof(*runs));
    if (!runs)
        return -ENOMEM;
    while (i < n && (r = sql_step(rows)) > 0)
        runs[i++] = run_of(rows);
    if (r < 0)
        return handle_unread(s, r, reterr);
    *ret = runs;
    *ret_n = i;
    return 0;
}

int history_runs(Store *s, const char *profile, int64_t since, Arena *a, Error *reterr,
                 HistoryRun **ret, size_t *ret_n) {
    return runs_read(s, runs_sql, profile, since, a, reterr, ret, ret_n);
}

int history_starts(Store *s, const char *profile, int64_t since, Arena *a, Error *reterr,
                   HistoryRun **ret, size_t *ret_n) {
    return runs_read(s, starts_sql, profile, since, a, reterr, ret, ret_n);
}

int history_success(Store *s, const char *profile, Error *reterr, int64_t *ret) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = prepare(s, "SELECT max(started) FROM run WHERE " OF_PROFILE " AND exit = 0", profile,
                    reterr, &row);

    if (r < 0)
        return r;
    r = sql_step(row);
    *ret = r > 0 ? sql_time(row, 0) : INT64_MIN;
    return r < 0 ? handle_unread(s, r, reterr) : 0;
}

/* ---- gaps ---- */

int history_before(Store *s, const char *profile, int64_t run, Error *reterr, int64_t *ret) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = prepare(s,
                    "SELECT coalesce(max(id), 0) FROM run WHERE " OF_PROFILE
                    " AND ended IS NOT NULL AND id < ?2",
                    profile, reterr, &row);

    if (r < 0)
        return r;
    sql_bind_int(row, 2, run);
    r = sql_step(row);
    if (r > 0)
        *ret = sqlite3_column_int64(row, 0);
    return r < 0 ? handle_unread(s, r, reterr) : 0;
}

/* Objects are the same if their roots have the same path, whatever their numbers. */
static int count_gaps(Store *s, int64_t run, Error *reterr, Gaps *g) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = prepare(
        s,
        "WITH gap AS (SELECT " LEFT
        " AS bytes, EXISTS (SELECT 1 FROM run m JOIN root q ON q.run = m.id JOIN object p"
        " ON " OF_RUN("p", "m") " AND p.root = q.number"
                                " WHERE m.id = ?2 AND q.path = r.path AND p.path = o.path"
                                " AND p.status = o.status AND p.reason = o.reason) AS old"
                                " FROM run n JOIN root r ON r.run = n.id"
                                " JOIN object o ON " OF_RUN(
                                    "o",
                                    "n") " AND o.root = r.number"
                                         " WHERE n.id = ?1 AND " UNREAD(
                                             "o") ")"
                                                  " SELECT count(*), coalesce(sum(bytes), 0), "
                                                  "coalesce(sum(NOT old), 0),"
                                                  " coalesce(sum(iif(old, 0, bytes)), 0) FROM gap",
        NULL, reterr, &row);

    if (r < 0)
        return r;
    sql_bind_int(row, 1, run);
    sql_bind_int(row, 2, g->before);
    r = sql_step(row);
    if (r > 0) {
        g->objects = sql_uint(row, 0);
        g->bytes = sql_uint(row, 1);
        g->new_objects = sql_uint(row, 2);
        g->new_bytes = sql_uint(row, 3);
    }
    return r < 0 ? handle_unread(s, r, reterr) : 0;
}

/* Of each object that is unread now, and was in a run of the profile; the runs' names differ. */
static const char oldest_sql[] =
    "SELECT min(run.started) FROM run JOIN root q ON q.run = run.id"
    " JOIN root r ON r.run = ?2 AND r.path = q.path"
    " JOIN (SELECT id, series FROM run WHERE id = ?2) n"
    " JOIN object o ON " OF_RUN("o", "n") " AND o.root = r.number AND " UNREAD(
        "o") " JOIN object p ON " OF_RUN("p", "run") " AND p.root = q.number AND p.path = o.path "
                                                     "AND " UNREAD("p") " WHERE " OF_PROFILE
                                                                        " AND run.id <= ?2";

static int find_oldest(Store *s, const char *profile, int64_t run, Error *reterr, int64_t *ret) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = prepare(s, oldest_sql, profile, reterr, &row);

    if (r < 0)
        return r;
    sql_bind_int(row, 2, run);
    r = sql_step(row);
    if (r > 0)
        *ret = sql_time(row, 0);
    return r < 0 ? handle_unread(s, r, reterr) : 0;
}

static int look_at_roots(Store *s, int64_t run, Error *reterr, bool *ret) {
    _cleanup_(sql_finalizep) sqlite3_stmt *rows = NULL;
    int r = prepare(s, "SELECT status, reason FROM root WHERE run = ?1", NULL, reterr, &rows);

    if (r < 0)
        return r;
    sql_bind_int(rows, 1, run);
    while ((r = sql_step(rows)) > 0)
        *ret |= !status_complete(handle_status(rows, 0).kind);
    return r < 0 ? handle_unread(s, r, reterr) : 0;
}

int history_gaps(Store *s, const char *profile, int64_t run, Error *reterr, Gaps *ret) {
    Gaps g = {.oldest = INT64_MIN};
    int r = history_before(s, profile, run, reterr, &g.before);

    if (r == 0)
        r = count_gaps(s, run, reterr, &g);
    if (r == 0)
        r = look_at_roots(s, run, reterr, &g.unreadable_root);
    if (r == 0 && g.objects)
        r = find_oldest(s, profile, run, reterr, &g.oldest);
    if (r == 0)
        *ret = g;
    return r;
}
