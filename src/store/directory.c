/*
 * Directory: see directory.h.
 *
 * Each has a number in its series, its slot, and a bitmap notes which the walk has met: what is not
 * in it at the end has gone. Slots are given anew from the rows that hold when a run is entered.
 */
#include "store/directory.h"

#include "store/handle.h"
#include "store/series.h"

/* ---- writing ---- */

typedef struct Held {
    int64_t since;
    uint64_t slot;
    bool same;
} Held;

static bool is_same(sqlite3_stmt *row, const StoreDirectory *d) {
    return sqlite3_column_int64(row, 2) == d->mode && sqlite3_column_int64(row, 3) == d->uid &&
           sqlite3_column_int64(row, 4) == d->gid && span_eq(sql_blob(row, 5), d->acl);
}

/* 1: it has a row that holds. */
static int held_find(Store *s, const StoreDirectory *d, Held *ret) {
    sqlite3_stmt *row;
    int r = handle_statement(s, ST_DIRECTORY_FIND, &row);

    if (r < 0)
        return r;
    sql_bind_int(row, 1, s->course.series);
    sql_bind_int(row, 2, d->root);
    sql_bind_blob(row, 3, d->path);
    r = sql_step(row);
    if (r > 0)
        *ret = (Held){sqlite3_column_int64(row, 0), sql_uint(row, 1), is_same(row, d)};
    sql_reset(row);
    return r;
}

/* Of an earlier run: it held until now. Of this one: it is replaced. */
static int held_close(Store *s, uint32_t root, Span path, int64_t since) {
    bool own = since == s->course.run;
    sqlite3_stmt *stmt;
    int r = handle_write(s, own ? ST_DIRECTORY_DELETE : ST_DIRECTORY_CLOSE, &stmt);

    if (r < 0)
        return r;
    sql_bind_int(stmt, 1, s->course.series);
    sql_bind_int(stmt, 2, root);
    sql_bind_blob(stmt, 3, path);
    sql_bind_int(stmt, 4, since);
    if (!own)
        sql_bind_int(stmt, 5, s->course.run);
    return sql_run(stmt);
}

static int directory_insert(Store *s, const StoreDirectory *d, uint64_t slot) {
    sqlite3_stmt *stmt;
    int r = handle_write(s, ST_DIRECTORY_INSERT, &stmt);

    if (r < 0)
        return r;
    sql_bind_int(stmt, 1, s->course.series);
    sql_bind_int(stmt, 2, d->root);
    sql_bind_blob(stmt, 3, d->path);
    sql_bind_int(stmt, 4, s->course.run);
    sql_bind_uint(stmt, 5, slot);
    sql_bind_int(stmt, 6, d->mode);
    sql_bind_int(stmt, 7, d->uid);
    sql_bind_int(stmt, 8, d->gid);
    if (d->acl.n)
        sql_bind_blob(stmt, 9, d->acl);
    else
        sql_bind_null(stmt, 9);
    r = sql_run(stmt);
    return r < 0 ? r : handle_wrote(s, 1);
}

/* The next slot, looked up once a run: rows of the series are few beside its objects. */
static int slot_next(Store *s, uint64_t *ret) {
    Course *c = &s->course;
    sqlite3_stmt *row;
    int r = 0;

    if (!c->directories_known) {
        r = handle_statement(s, ST_DIRECTORY_SLOT, &row);
        if (r < 0)
            return r;
        sql_bind_int(row, 1, c->series);
        r = sql_step(row);
        if (r > 0)
            c->directory_slots = sql_uint(row, 0);
        sql_reset(row);
        c->directories_known = r >= 0;
    }
    *ret = c->directory_slots++;
    return r < 0 ? r : 0;
}

static int directory_put(Store *s, int64_t run, const StoreDirectory *d) {
    Held held = {0};
    uint64_t slot = 0;
    int r = course_enter(s, run);

    if (r == 0)
        r = held_find(s, d, &held);
    if (r > 0 && !held.same) {
        bits_drop(&s->course.directories, held.slot);
        r = held_close(s, d->root, d->path, held.since);
    }
    if (r < 0)
        return r;
    if (r > 0 && held.same) {
        slot = held.slot;
    } else {
        r = slot_next(s, &slot);
        if (r == 0)
            r = directory_insert(s, d, slot);
        if (r < 0)
            return r;
    }
    r = bits_put(&s->course.directories, slot);
    return r < 0 ? r : 0;
}

int store_directory_put(Store *s, int64_t run, const StoreDirectory *d, Error *reterr) {
    int r = s->failure.code < 0 ? s->failure.code : directory_put(s, run, d);

    return r < 0 ? handle_fail(s, r, reterr) : 0;
}

/* ---- what has gone ---- */

/* The first row that holds and was not met; 1: there is one. */
static int gone_find(Store *s, int64_t *root, Buf *path, int64_t *ret_since) {
    sqlite3_stmt *row;
    int r = handle_statement(s, ST_DIRECTORY_UNSEEN, &row);

    if (r < 0)
        return r;
    sql_bind_int(row, 1, s->course.series);
    sql_bind_int(row, 2, *root);
    sql_bind_blob(row, 3, buf_as_span(path));
    while ((r = sql_step(row)) > 0 && bits_has(&s->course.directories, sql_uint(row, 2)))
        ;
    if (r > 0) {
        *root = sqlite3_column_int64(row, 0);
        *ret_since = sqlite3_column_int64(row, 3);
        buf_clear(path);
        buf_span(path, sql_blob(row, 1));
    }
    sql_reset(row);
    return r > 0 && buf_error(path) ? -ENOMEM : r;
}

int directory_settle(Store *s, int64_t run) {
    _cleanup_(buf_done) Buf path = {0};
    int64_t root = -1, since;
    int r = course_enter(s, run);

    if (r < 0 || !s->course.walked)
        return r;
    while ((r = gone_find(s, &root, &path, &since)) > 0) {
        r = held_close(s, (uint32_t)root, buf_as_span(&path), since);
        if (r == 0)
            r = handle_wrote(s, 1);
        if (r < 0)
            break;
    }
    return r;
}

/* ---- reading ---- */

static void facts_read(sqlite3_stmt *row, int i, StoreDirectory *ret) {
    ret->mode = (uint32_t)sqlite3_column_int64(row, i);
    ret->uid = (uint32_t)sqlite3_column_int64(row, i + 1);
    ret->gid = (uint32_t)sqlite3_column_int64(row, i + 2);
    ret->acl = sql_blob(row, i + 3);
}

int query_directory(Store *s, int64_t run, uint32_t root, Span path, Buf *acl, Error *reterr,
                    StoreDirectory *ret) {
    sqlite3_stmt *row;
    int r = handle_statement(s, ST_DIRECTORY_READ, &row);

    if (r < 0)
        return handle_unread(s, r, reterr);
    sql_bind_int(row, 1, run);
    sql_bind_int(row, 2, root);
    sql_bind_blob(row, 3, path);
    r = sql_step(row);
    if (r > 0) {
        *ret = (StoreDirectory){.root = root, .path = path};
        facts_read(row, 0, ret);
        buf_clear(acl);
        buf_span(acl, ret->acl);
        ret->acl = buf_as_span(acl);
    }
    sql_reset(row);
    if (r > 0 && buf_error(acl) < 0)
        r = -ENOMEM;
    return r < 0 ? handle_unread(s, r, reterr) : r;
}

struct DirectoryCursor {
    Store *store;
    sqlite3_stmt *rows;
};

int directory_cursor_open(Store *s, int64_t run, Error *reterr, DirectoryCursor **ret) {
    _cleanup_(directory_cursor_closep) DirectoryCursor *c = calloc(1, sizeof(*c));
    int r;

    if (!c)
        return -ENOMEM;
    c->store = s;
    r = sql_prepare(s->db,
                    "SELECT r.path, d.root, d.path, d.mode, d.uid, d.gid, d.acl FROM root r CROSS"
                    " JOIN directory d ON d.series = (SELECT series FROM run WHERE id = ?1) AND"
                    " d.root = r.number WHERE r.run = ?1 AND d.since <= ?1 AND d.until > ?1"
                    " ORDER BY r.path, d.path",
                    &c->rows);
    if (r < 0)
        return handle_unread(s, r, reterr);
    sql_bind_int(c->rows, 1, run);
    *ret = TAKE(c);
    return 0;
}

int directory_cursor_step(DirectoryCursor *c, Error *reterr, DirectoryRow *ret) {
    int r = sql_step(c->rows);

    if (r > 0) {
        *ret = (DirectoryRow){.root = sql_blob(c->rows, 0),
                              .is = {.root = (uint32_t)sqlite3_column_int64(c->rows, 1),
                                     .path = sql_blob(c->rows, 2)}};
        facts_read(c->rows, 3, &ret->is);
    }
    return r < 0 ? handle_unread(c->store, r, reterr) : r;
}

DirectoryCursor *directory_cursor_close(DirectoryCursor *c) {
    if (c)
        sqlite3_finalize(c->rows);
    free(c);
    return NULL;
}
