/* Row: see row.h. */
#include "store/row.h"

static void row_read(sqlite3_stmt *stmt, Row *ret) {
    Span hash = sql_blob(stmt, 17);

    *ret = (Row){.id = sqlite3_column_int64(stmt, 0),
                 .member = sqlite3_column_int64(stmt, 1) > 0,
                 .status = handle_status(stmt, 2),
                 .tally = {1, sql_uint(stmt, 4), sql_uint(stmt, 5), sql_uint(stmt, 6)},
                 .since = sqlite3_column_int64(stmt, 7),
                 .slot = sql_uint(stmt, 9),
                 .mtime = sql_time(stmt, 10),
                 .ctime = sql_time(stmt, 11),
                 .ino = sql_uint(stmt, 12),
                 .mode = (uint32_t)sqlite3_column_int64(stmt, 13),
                 .uid = (uint32_t)sqlite3_column_int64(stmt, 14),
                 .gid = (uint32_t)sqlite3_column_int64(stmt, 15),
                 .nlink = (uint32_t)sqlite3_column_int64(stmt, 16),
                 .hashed = hash.n == sizeof(ret->hash)};
    if (ret->hashed)
        memcpy(ret->hash, hash.at, hash.n);
}

int row_find(Store *s, uint32_t root, Span path, Row *ret) {
    sqlite3_stmt *stmt;
    int r = handle_statement(s, ST_OBJECT_FIND, &stmt);

    if (r < 0)
        return r;
    sql_bind_int(stmt, 1, s->course.series);
    sql_bind_int(stmt, 2, root);
    sql_bind_blob(stmt, 3, path);
    r = sql_step(stmt);
    if (r > 0 && sqlite3_column_int64(stmt, 8) != STORE_FOREVER)
        r = 0; /* the last one was closed */
    if (r > 0)
        row_read(stmt, ret);
    sql_reset(stmt);
    return r;
}

static int delete_of(Store *s, Statement which, int64_t id) {
    sqlite3_stmt *stmt;
    int r = handle_write(s, which, &stmt);

    if (r < 0)
        return r;
    sql_bind_int(stmt, 1, id);
    return sql_run(stmt);
}

static int found_delete(Store *s, int64_t id) {
    int r = id ? delete_of(s, ST_FINDING_DELETE, id) : 0;

    return r < 0 || !id ? r : delete_of(s, ST_FACT_DELETE, id);
}

/* If the walk has met it, what comes in its place is met anew. */
static void row_unmeet(Store *s, uint32_t root, const Row *row) {
    Course *c = &s->course;

    if (!bits_has(&c->seen, row->slot))
        return;
    bits_drop(&c->seen, row->slot);
    if (root < c->n_bytes)
        c->bytes[root] -= row->tally.bytes;
}

int row_close_alone(Store *s, uint32_t root, Span path, const Row *row) {
    bool own = row->since == s->course.run;
    sqlite3_stmt *stmt;
    int r = own ? found_delete(s, row->id) : 0;

    if (r < 0 || (r = tally_take(s, s->course.run, &row->status, row->member, &row->tally)) < 0 ||
        (r = handle_write(s, own ? ST_OBJECT_DELETE : ST_OBJECT_CLOSE, &stmt)) < 0)
        return r;
    sql_bind_int(stmt, 1, s->course.series);
    sql_bind_int(stmt, 2, root);
    sql_bind_blob(stmt, 3, path);
    sql_bind_int(stmt, 4, row->since);
    if (!own)
        sql_bind_int(stmt, 5, s->course.run);
    r = sql_run(stmt);
    if (r == 0 && !row->member)
        row_unmeet(s, root, row);
    return r < 0 ? r : handle_wrote(s, 1);
}

/* Committed together with its members: a row that is closed in part would be half an object. */
int row_close(Store *s, uint32_t root, Span path, const Row *row) {
    int r = row->member ? 0 : members_drop(s, root, path, false);

    return r < 0 ? r : row_close_alone(s, root, path, row);
}

static void bind_file(const Store *s, sqlite3_stmt *stmt, uint32_t root, Span file, int64_t run) {
    sql_bind_int(stmt, 1, s->course.series);
    sql_bind_int(stmt, 2, root);
    sql_bind_blob(stmt, 3, file);
    sql_bind_int(stmt, 4, run);
}

/* Takes them out of the sums, and what this run has found in them out of the store. */
static int members_take(Store *s, uint32_t root, Span file, int64_t before, bool *ret_any) {
    int64_t run = s->course.run;
    sqlite3_stmt *stmt;
    int r = handle_write(s, ST_MEMBERS_READ, &stmt);

    if (r < 0)
        return r;
    bind_file(s, stmt, root, file, before);
    while ((r = sql_step(stmt)) > 0) {
        Status status = handle_status(stmt, 1);
        Tally t = {1, sql_uint(stmt, 3), sql_uint(stmt, 4), sql_uint(stmt, 5)};

        *ret_any = true;
        if ((r = tally_take(s, run, &status, true, &t)) < 0 ||
            (sqlite3_column_int64(stmt, 6) == run &&
             (r = found_delete(s, sqlite3_column_int64(stmt, 0))) < 0))
            break;
    }
    sql_reset(stmt);
    return r < 0 ? r : 0;
}

static int members_run(Store *s, Statement which, uint32_t root, Span file) {
    sqlite3_stmt *stmt;
    int r = handle_write(s, which, &stmt);

    if (r < 0)
        return r;
    bind_file(s, stmt, root, file, s->course.run);
    return sql_run(stmt);
}

int members_drop(Store *s, uint32_t root, Span file, bool old) {
    bool any = false;
    int r = members_take(s, root, file, old ? s->course.run : INT64_MAX, &any);

    if (r < 0 || !any)
        return r;
    r = members_run(s, ST_MEMBERS_CLOSE, root, file);
    if (r == 0 && !old)
        r = members_run(s, ST_MEMBERS_DELETE, root, file);
    return r;
}
