/* Principal: see principal.h. */
#include "store/principal.h"

#include "store/handle.h"

static int principal_run(Store *s, Statement which, int64_t run, const Principal *p) {
    sqlite3_stmt *stmt;
    int r = handle_write(s, which, &stmt);

    if (r < 0)
        return r;
    sql_bind_int(stmt, 1, run);
    sql_bind_int(stmt, 2, p->group);
    sql_bind_int(stmt, 3, p->id);
    if (p->name)
        sql_bind_text(stmt, 4, p->name);
    else
        sql_bind_null(stmt, 4);
    r = sql_run(stmt);
    return r < 0 ? r : handle_wrote(s, 1);
}

int store_principal_put(Store *s, int64_t run, const Principal *p, Error *reterr) {
    int r = principal_run(s, ST_PRINCIPAL_PUT, run, p);

    return r < 0 ? handle_fail(s, r, reterr) : 0;
}

int store_principal_join(Store *s, int64_t run, const Principal *p, Error *reterr) {
    int r = principal_run(s, ST_PRINCIPAL_JOIN, run, p);

    return r < 0 ? handle_fail(s, r, reterr) : 0;
}

int store_principals_follow(Store *s, int64_t run, Error *reterr) {
    sqlite3_stmt *stmt;
    int r = handle_write(s, ST_PRINCIPALS_FOLLOW, &stmt);

    if (r == 0) {
        sql_bind_int(stmt, 1, run);
        r = sql_run(stmt);
    }
    if (r == 0)
        r = handle_wrote(s, 1);
    return r < 0 ? handle_fail(s, r, reterr) : 0;
}

static int rows_count(Store *s, int64_t run, size_t *ret) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = sql_prepare(s->db, "SELECT count(*) FROM principal WHERE run = ?1", &row);

    if (r < 0)
        return r;
    sql_bind_int(row, 1, run);
    r = sql_step(row);
    *ret = r > 0 ? (size_t)sqlite3_column_int64(row, 0) : 0;
    return r < 0 ? r : 0;
}

static int rows_read(Store *s, int64_t run, Arena *a, Principal *to, size_t *n) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    size_t cap = *n;
    int r = sql_prepare(
        s->db, "SELECT grp, id, name FROM principal WHERE run = ?1 ORDER BY grp, id", &row);

    if (r < 0)
        return r;
    sql_bind_int(row, 1, run);
    for (*n = 0; *n < cap && (r = sql_step(row)) > 0; ++*n) {
        Principal *p = &to[*n];

        *p = (Principal){.group = sqlite3_column_int(row, 0),
                         .id = (uint32_t)sqlite3_column_int64(row, 1)};
        if (sqlite3_column_type(row, 2) == SQLITE_NULL)
            continue;
        p->name = arena_text(a, sql_text(row, 2));
        if (!p->name)
            return -ENOMEM;
    }
    return r < 0 ? r : 0;
}

int query_principals(Store *s, int64_t run, Arena *a, Error *reterr, Principal **ret,
                     size_t *ret_n) {
    Principal *principals;
    size_t n;
    int r = rows_count(s, run, &n);

    principals = r == 0 ? arena_array(a, n + 1, sizeof(*principals)) : NULL;
    if (r == 0)
        r = principals ? rows_read(s, run, a, principals, &n) : -ENOMEM;
    if (r < 0)
        return handle_unread(s, r, reterr);
    *ret = principals;
    *ret_n = n;
    return 0;
}
