/* Share: see share.h. */
#include "store/share.h"

#include "store/handle.h"

int store_share_put(Store *s, int64_t run, size_t n, const StoreShare *share, Error *reterr) {
    sqlite3_stmt *stmt;
    int r = handle_write(s, ST_SHARE_PUT, &stmt);

    if (r < 0)
        return handle_fail(s, r, reterr);
    sql_bind_int(stmt, 1, run);
    sql_bind_uint(stmt, 2, n);
    sql_bind_text(stmt, 3, share->nfs ? "nfs" : "samba");
    sql_bind_text(stmt, 4, share->name);
    sql_bind_blob(stmt, 5, share->path);
    sql_bind_int(stmt, 6, share->guest);
    sql_bind_int(stmt, 7, share->read_only);
    sql_bind_int(stmt, 8, share->restricted);
    sql_bind_text(stmt, 9, share->who);
    sql_bind_int(stmt, 10, share->root_squash);
    sql_bind_int(stmt, 11, share->all_squash);
    if (share->has_acts_as)
        sql_bind_int(stmt, 12, share->acts_as);
    else
        sql_bind_null(stmt, 12);
    r = sql_run(stmt);
    if (r == 0)
        r = handle_wrote(s, 1);
    return r < 0 ? handle_fail(s, r, reterr) : 0;
}

static int row_read(sqlite3_stmt *row, Arena *a, StoreShare *ret) {
    *ret = (StoreShare){.nfs = span_is(sql_text(row, 0), "nfs"),
                        .name = arena_text(a, sql_text(row, 1)),
                        .path = arena_span(a, sql_blob(row, 2)),
                        .guest = sqlite3_column_int(row, 3),
                        .read_only = sqlite3_column_int(row, 4),
                        .restricted = sqlite3_column_int(row, 5),
                        .who = arena_text(a, sql_text(row, 6)),
                        .root_squash = sqlite3_column_int(row, 7),
                        .all_squash = sqlite3_column_int(row, 8),
                        .has_acts_as = sqlite3_column_type(row, 9) != SQLITE_NULL,
                        .acts_as = (uint32_t)sqlite3_column_int64(row, 9)};
    return ret->name && ret->path.at && ret->who ? 0 : -ENOMEM;
}

static int rows_count(Store *s, int64_t run, size_t *ret) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = sql_prepare(s->db, "SELECT count(*) FROM share WHERE run = ?1", &row);

    if (r < 0)
        return r;
    sql_bind_int(row, 1, run);
    r = sql_step(row);
    *ret = r > 0 ? (size_t)sqlite3_column_int64(row, 0) : 0;
    return r < 0 ? r : 0;
}

int query_shares(Store *s, int64_t run, Arena *a, Error *reterr, StoreShare **ret, size_t *ret_n) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    StoreShare *shares = NULL;
    size_t n = 0, i = 0;
    int r = rows_count(s, run, &n);

    if (r == 0)
        r = sql_prepare(s->db,
                        "SELECT kind, name, path, guest, read_only, restricted, who, root_squash,"
                        " all_squash, acts_as FROM share WHERE run = ?1 ORDER BY number",
                        &row);
    if (r == 0)
        shares = arena_array(a, n + 1, sizeof(*shares));
    if (r == 0 && !shares)
        r = -ENOMEM;
    if (r == 0)
        sql_bind_int(row, 1, run);
    while (r >= 0 && i < n && (r = sql_step(row)) > 0) {
        r = row_read(row, a, &shares[i]);
        i += r == 0;
    }
    if (r < 0)
        return handle_unread(s, r, reterr);
    *ret = shares;
    *ret_n = i;
    return 0;
}
