/* Runscope: see runscope.h. */
#include "store/runscope.h"

#include "store/handle.h"

/* A merged run was not asked for roots: it has those of its parts. */
#define ROOTS                                                                                      \
    "coalesce(json_extract(run.parameters, '$.roots'), (SELECT json_group_array(path) FROM"        \
    " (SELECT hex(path) AS path FROM root WHERE root.run = run.id ORDER BY number)))"
#define SCOPE                                                                                      \
    "iif(run.survey = 0 AND json_valid(run.parameters), iif(" ROOTS " <> '[]' OR"                  \
    " json_extract(run.parameters, '$.stream') IS NOT NULL, json_array(" ROOTS ","                 \
    " json_extract(run.parameters, '$.include', '$.exclude', '$.default_excludes',"                \
    " '$.cross_filesystems', '$.max_depth', '$.shard', '$.shards', '$.stream')), NULL), NULL)"

static int number_of(Store *s, const char *text, int64_t a, int64_t b, int64_t *ret) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = sql_prepare(s->db, text, &row);

    if (r < 0)
        return r;
    if (sqlite3_bind_parameter_count(row) > 0)
        sql_bind_int(row, 1, a);
    if (sqlite3_bind_parameter_count(row) > 1)
        sql_bind_int(row, 2, b);
    r = sql_step(row);
    *ret = r > 0 ? sqlite3_column_int64(row, 0) : 0;
    return r < 0 ? r : 0;
}

int runscope_before(Store *s, int64_t run, Error *reterr, int64_t *ret) {
    int r = number_of(s,
                      "SELECT coalesce(max(id), 0) FROM run WHERE ended IS NOT NULL AND id < ?1"
                      " AND " SCOPE " = (SELECT " SCOPE " FROM run WHERE id = ?1)",
                      run, 0, ret);

    return r < 0 ? handle_unread(s, r, reterr) : 0;
}

int runscope_same(Store *s, int64_t a, int64_t b, Error *reterr, bool *ret) {
    int64_t same;
    int r = number_of(s,
                      "SELECT (SELECT " SCOPE " FROM run WHERE id = ?1) = (SELECT " SCOPE
                      " FROM run WHERE id = ?2)",
                      a, b, &same);

    if (r < 0)
        return handle_unread(s, r, reterr);
    *ret = same;
    return 0;
}

int runscope_last_pair(Store *s, Error *reterr, int64_t *ret_before, int64_t *ret_run) {
    _cleanup_(sql_finalizep) sqlite3_stmt *rows = NULL;
    int64_t before = 0;
    int r = sql_prepare(
        s->db, "SELECT id FROM run WHERE ended IS NOT NULL AND survey = 0 ORDER BY id DESC", &rows);

    while (r >= 0 && (r = sql_step(rows)) > 0) {
        int64_t run = sqlite3_column_int64(rows, 0);

        if ((r = runscope_before(s, run, reterr, &before)) < 0)
            return r;
        if (before) {
            *ret_before = before;
            *ret_run = run;
            return 0;
        }
    }
    if (r < 0)
        return handle_unread(s, r, reterr);
    return error_set(reterr, -ENOENT,
                     "the store '%s' has no two runs of the same roots and filters that ended; "
                     "name two runs, as terrier runs lists them",
                     s->path);
}

int runscope_find(Store *s, int64_t run, int64_t *ret_id, int64_t *ret_last) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = sql_prepare(s->db,
                        "SELECT coalesce(scope.id, 0), coalesce(scope.run, 0) FROM run"
                        " LEFT JOIN scope ON scope.what = " SCOPE " WHERE run.id = ?1 AND " SCOPE
                        " IS NOT NULL",
                        &row);

    if (r < 0)
        return r;
    sql_bind_int(row, 1, run);
    r = sql_step(row);
    *ret_id = r > 0 ? sqlite3_column_int64(row, 0) : 0;
    *ret_last = r > 0 ? sqlite3_column_int64(row, 1) : 0;
    return r;
}

int runscope_put(Store *s, int64_t run, int64_t *ret_id) {
    _cleanup_(sql_finalizep) sqlite3_stmt *put = NULL;
    int r = sql_prepare(s->db,
                        "INSERT INTO scope (what, run) SELECT " SCOPE
                        ", id FROM run WHERE id = ?1 ON CONFLICT (what) DO UPDATE SET run = ?1"
                        " RETURNING id",
                        &put);

    if (r < 0)
        return r;
    sql_bind_int(put, 1, run);
    r = sql_step(put);
    if (r > 0) {
        *ret_id = sqlite3_column_int64(put, 0);
        r = sql_run(put);
    }
    return r;
}

int runscope_pruned(Store *s, int64_t run, bool *ret) {
    int64_t n = 0;
    int r =
        number_of(s, "SELECT count(*) FROM note WHERE run = ?1 AND kind = 'pruned'", run, 0, &n);

    *ret = n > 0;
    return r;
}

#define LASTS "FROM (SELECT run FROM scope UNION SELECT max(id) FROM run WHERE ended IS NOT NULL)"

int runscope_lasts(Store *s, Arena *a, Error *reterr, int64_t **ret, size_t *ret_n) {
    _cleanup_(sql_finalizep) sqlite3_stmt *rows = NULL;
    int64_t n = 0, *runs = NULL;
    size_t i = 0;
    int r = number_of(s, "SELECT count(*) " LASTS, 0, 0, &n);

    if (r == 0) {
        runs = arena_array(a, (size_t)n + 1, sizeof(*runs));
        r = runs ? sql_prepare(s->db, "SELECT run " LASTS " WHERE run > 0 ORDER BY run DESC", &rows)
                 : -ENOMEM;
    }
    while (r >= 0 && i < (size_t)n && (r = sql_step(rows)) > 0)
        runs[i++] = sqlite3_column_int64(rows, 0);
    if (r < 0)
        return handle_unread(s, r, reterr);
    *ret = runs;
    *ret_n = i;
    return 0;
}
