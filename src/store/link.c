/* Link: see link.h. */
#include "store/link.h"

#include "base/buf.h"
#include "store/handle.h"

static int name_insert(Store *s, int64_t run, uint64_t dev, uint64_t ino, uint32_t root, Span path,
                       bool claimed) {
    sqlite3_stmt *stmt;
    int r = handle_write(s, ST_NAME_INSERT, &stmt);

    if (r < 0)
        return r;
    sql_bind_int(stmt, 1, run);
    sql_bind_uint(stmt, 2, dev);
    sql_bind_uint(stmt, 3, ino);
    sql_bind_int(stmt, 4, root);
    sql_bind_blob(stmt, 5, path);
    sql_bind_int(stmt, 6, claimed);
    r = sql_run(stmt);
    return r < 0 ? r : handle_wrote(s, 1);
}

/* The claimed name of an inode: 1 if it is this one, 0 if it is another, -ENOENT if there is none.
 */
static int claim_look(Store *s, int64_t run, uint64_t dev, uint64_t ino, uint32_t root, Span path) {
    sqlite3_stmt *stmt;
    int r = handle_statement(s, ST_NAME_CLAIMED, &stmt);

    if (r < 0)
        return r;
    sql_bind_int(stmt, 1, run);
    sql_bind_uint(stmt, 2, dev);
    sql_bind_uint(stmt, 3, ino);
    r = sql_step(stmt);
    if (r > 0)
        r = sqlite3_column_int64(stmt, 0) == root && span_eq(sql_blob(stmt, 1), path);
    else if (r == 0)
        r = -ENOENT;
    sql_reset(stmt);
    return r;
}

int store_link_claim(Store *s, int64_t run, uint64_t dev, uint64_t ino, uint32_t root, Span path,
                     Error *reterr, bool *ret) {
    bool first;
    int r;

    if (s->failure.code < 0)
        return handle_fail(s, s->failure.code, reterr);
    r = claim_look(s, run, dev, ino, root, path);
    first = r == 1 || r == -ENOENT;
    if (r == 0 || r == -ENOENT)
        r = name_insert(s, run, dev, ino, root, path, first);
    if (r < 0)
        return handle_fail(s, r, reterr);
    *ret = first;
    return 0;
}

int link_forget(Store *s, int64_t run) {
    sqlite3_stmt *stmt;
    int r = handle_write(s, ST_NAMES_FORGET, &stmt);

    if (r < 0)
        return r;
    sql_bind_int(stmt, 1, run);
    return sql_run(stmt);
}

int store_names(Store *s, int64_t run, uint32_t root, Error *reterr, uint64_t *ret) {
    sqlite3_stmt *stmt;
    int r = handle_statement(s, ST_NAMES_COUNT, &stmt);

    if (r == 0) {
        sql_bind_int(stmt, 1, run);
        sql_bind_int(stmt, 2, root);
        r = sql_step(stmt);
        if (r > 0)
            *ret = sql_uint(stmt, 0);
        sql_reset(stmt);
    }
    return r < 0 ? handle_unread(s, r, reterr) : 0;
}

/* One inode's names as they pass by: which is lowest, which was claimed. */
typedef struct Names {
    uint64_t dev, ino;
    int64_t lowest_root, claimed_root;
    Buf lowest_at; /* path of the lowest name's root */
    Buf lowest, claimed;
    bool any;
} Names;

static void names_done(Names *n) {
    buf_done(&n->lowest_at);
    buf_done(&n->lowest);
    buf_done(&n->claimed);
}

static void buf_set(Buf *b, Span s) {
    buf_clear(b);
    buf_span(b, s);
}

static void names_take(Names *n, sqlite3_stmt *row) {
    Span path = sql_blob(row, 3), at = sql_blob(row, 4);
    int order = n->any ? span_cmp(at, buf_as_span(&n->lowest_at)) : -1;

    if (order == 0)
        order = span_cmp(path, buf_as_span(&n->lowest));
    if (order < 0) {
        n->lowest_root = sqlite3_column_int64(row, 2);
        buf_set(&n->lowest, path);
        buf_set(&n->lowest_at, at);
    }
    if (sqlite3_column_int64(row, 5)) {
        n->claimed_root = sqlite3_column_int64(row, 2);
        buf_set(&n->claimed, path);
    }
    n->any = true;
}

static int object_rename(Store *s, int64_t run, const Names *n) {
    sqlite3_stmt *stmt;
    int r = handle_write(s, ST_OBJECT_RENAME, &stmt);

    if (r < 0)
        return r;
    sql_bind_int(stmt, 1, s->course.series);
    sql_bind_int(stmt, 2, n->claimed_root);
    sql_bind_blob(stmt, 3, buf_as_span(&n->claimed));
    sql_bind_int(stmt, 4, n->lowest_root);
    sql_bind_blob(stmt, 5, buf_as_span(&n->lowest));
    sql_bind_int(stmt, 6, run);
    r = sql_run(stmt);
    return r < 0 ? r : sqlite3_changes(s->db);
}

/* The paths of members begin with that of their container and a NUL: they move with it. */
static int members_rename(Store *s, int64_t run, const Names *n) {
    sqlite3_stmt *stmt;
    int r = handle_write(s, ST_MEMBERS_RENAME, &stmt);

    if (r < 0)
        return r;
    sql_bind_int(stmt, 1, s->course.series);
    sql_bind_int(stmt, 2, n->claimed_root);
    sql_bind_blob(stmt, 3, buf_as_span(&n->claimed));
    sql_bind_int(stmt, 4, n->lowest_root);
    sql_bind_blob(stmt, 5, buf_as_span(&n->lowest));
    sql_bind_int(stmt, 6, run);
    return sql_run(stmt);
}

static int claim_move(Store *s, int64_t run, const Names *n) {
    sqlite3_stmt *stmt;
    int r;

    r = handle_write(s, ST_NAME_UNCLAIM, &stmt);
    if (r < 0)
        return r;
    sql_bind_int(stmt, 1, run);
    sql_bind_uint(stmt, 2, n->dev);
    sql_bind_uint(stmt, 3, n->ino);
    if ((r = sql_run(stmt)) < 0 || (r = handle_write(s, ST_NAME_CLAIM, &stmt)) < 0)
        return r;
    sql_bind_int(stmt, 1, run);
    sql_bind_uint(stmt, 2, n->dev);
    sql_bind_uint(stmt, 3, n->ino);
    sql_bind_int(stmt, 4, n->lowest_root);
    sql_bind_blob(stmt, 5, buf_as_span(&n->lowest));
    return sql_run(stmt);
}

static int names_settle(Store *s, int64_t run, const Names *n) {
    int r;

    if (buf_error(&n->lowest) < 0 || buf_error(&n->lowest_at) < 0 || buf_error(&n->claimed) < 0)
        return -ENOMEM;
    if (!n->any || (n->lowest_root == n->claimed_root &&
                    span_eq(buf_as_span(&n->lowest), buf_as_span(&n->claimed))))
        return 0;
    r = object_rename(s, run, n);
    if (r <= 0 || (r = members_rename(s, run, n)) < 0)
        return r;
    return claim_move(s, run, n);
}

static int names_walk(Store *s, int64_t run, sqlite3_stmt *rows) {
    _cleanup_(names_done) Names n = {0};
    int r;

    while ((r = sql_step(rows)) > 0) {
        uint64_t dev = sql_uint(rows, 0), ino = sql_uint(rows, 1);

        if (n.any && (dev != n.dev || ino != n.ino)) {
            r = names_settle(s, run, &n);
            if (r < 0)
                return r;
            n.any = false;
        }
        n.dev = dev;
        n.ino = ino;
        names_take(&n, rows);
    }
    return r < 0 ? r : names_settle(s, run, &n);
}

int link_settle(Store *s, int64_t run) {
    _cleanup_(sql_finalizep) sqlite3_stmt *rows = NULL;
    int r;

    r = sql_prepare(s->db,
                    "SELECT n.dev, n.ino, n.root, n.path, r.path, n.claimed FROM object_name n"
                    " CROSS JOIN root r ON r.run = n.run AND r.number = n.root WHERE n.run = ?1"
                    " ORDER BY n.dev, n.ino",
                    &rows);
    if (r < 0)
        return r;
    sql_bind_int(rows, 1, run);
    return names_walk(s, run, rows);
}
