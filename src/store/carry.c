/* Carry: see carry.h. */
#include "store/carry.h"

#include "store/handle.h"
#include "store/row.h"
#include "store/series.h"

enum { PAGE = 512 }; /* rows closed before the next are looked for */

int store_walk_begin(Store *s, int64_t run, Error *reterr) {
    Course *c = &s->course;
    int r = course_enter(s, run);

    if (r == 0)
        r = link_forget(s, run);
    if (r < 0)
        return handle_fail(s, r, reterr);
    bits_clear(&c->seen);
    bits_clear(&c->directories);
    if (c->n_bytes)
        memset(c->bytes, 0, c->n_bytes * sizeof(*c->bytes));
    c->walked = true;
    return 0;
}

int store_object_met(Store *s, int64_t run, uint32_t root, Span path, Error *reterr, bool *ret) {
    sqlite3_stmt *row;
    int r = handle_statement(s, ST_OBJECT_SLOT, &row);

    if (r < 0)
        return handle_unread(s, r, reterr);
    sql_bind_int(row, 1, run);
    sql_bind_int(row, 2, root);
    sql_bind_blob(row, 3, path);
    r = sql_step(row);
    if (r > 0)
        *ret = bits_has(&s->course.seen, sql_uint(row, 0));
    else if (r == 0)
        *ret = false;
    sql_reset(row);
    return r < 0 ? handle_unread(s, r, reterr) : 0;
}

uint64_t store_met_bytes(const Store *s, uint32_t root) {
    return root < s->course.n_bytes ? s->course.bytes[root] : 0;
}

int carry_meet(Store *s, uint32_t root, uint64_t slot, uint64_t size) {
    Course *c = &s->course;
    int r;

    if (root >= c->n_bytes) {
        size_t n = (size_t)root + 8;
        uint64_t *bytes = reallocarray(c->bytes, n, sizeof(*bytes));

        if (!bytes)
            return -ENOMEM;
        memset(bytes + c->n_bytes, 0, (n - c->n_bytes) * sizeof(*bytes));
        c->bytes = bytes;
        c->n_bytes = n;
    }
    r = bits_put(&c->seen, slot);
    if (r > 0)
        c->bytes[root] += size;
    return r < 0 ? r : 0;
}

bool carry_status_holds(const Status *s) {
    switch (s->kind) {
    case STATUS_READ:
    case STATUS_PARTIAL:
    case STATUS_LIMIT:
    case STATUS_ENCRYPTED:
    case STATUS_UNSUPPORTED:
        return true;
    default:
        return false;
    }
}

/* Put by this process, a moment ago: by a scanner that died since. */
static bool is_own(const Store *s, const Row *row) {
    return row->since == s->course.run && bits_has(&s->course.put, row->slot);
}

bool carry_is_settled(const Store *s, int64_t since, int64_t mtime, int64_t ctime) {
    int64_t read = course_started(s, since);

    return read != INT64_MAX && ctime != INT64_MIN && ctime < read - CARRY_MARGIN_NS &&
           mtime != INT64_MIN && (mtime < read - CARRY_MARGIN_NS || mtime > read);
}

static bool is_same(const Row *row, const StoreKnown *k) {
    const FileMeta *m = &k->meta;

    return m->mode && row->mode == m->mode && row->tally.bytes == m->size &&
           row->mtime == m->mtime && row->ctime == m->ctime && (!k->inodes || row->ino == m->ino);
}

static bool row_holds(const Store *s, const Row *row, const StoreKnown *k) {
    return k->meta.nlink == 1 && carry_status_holds(&row->status) && is_same(row, k) &&
           (is_own(s, row) || (course_trusts(s, row->since, k->root) &&
                               carry_is_settled(s, row->since, row->mtime, row->ctime)));
}

static int carry(Store *s, int64_t run, const StoreKnown *k, StoreHeld *ret) {
    Row row;
    int r = course_enter(s, run);

    *ret = (StoreHeld){.answer = STORE_TO_READ};
    if (r == 0)
        r = row_find(s, k->root, k->path, &row);
    if (r == 0)
        return members_drop(s, k->root, k->path, false); /* of a file that was never finished */
    if (r < 0)
        return r;
    if (bits_has(&s->course.seen, row.slot)) {
        ret->answer = STORE_MET;
        return 0;
    }
    if (row_holds(s, &row, k)) {
        ret->rechecked = k->drawn;
        ret->hashed = row.hashed;
        memcpy(ret->hash, row.hash, sizeof(ret->hash));
        if (!k->drawn) {
            ret->answer = STORE_CARRIED;
            return carry_meet(s, k->root, row.slot, row.tally.bytes);
        }
    }
    return row_close(s, k->root, k->path, &row);
}

int store_carry(Store *s, int64_t run, const StoreKnown *known, Error *reterr, StoreHeld *ret) {
    int r = s->failure.code < 0 ? s->failure.code : carry(s, run, known, ret);

    return r < 0 ? handle_fail(s, r, reterr) : 0;
}

/* ---- what has gone ---- */

/* A page of rows that no walk has met: root, length and bytes of the path of each. */
typedef struct Gone {
    Buf rows;
    size_t n;
    int64_t root; /* of the last row looked at */
    Buf path;
} Gone;

static void gone_done(Gone *g) {
    buf_done(&g->rows);
    buf_done(&g->path);
}

static void gone_add(Gone *g, uint32_t root, Span path) {
    uint64_t n = path.n;

    buf_add(&g->rows, &root, sizeof(root));
    buf_add(&g->rows, &n, sizeof(n));
    buf_span(&g->rows, path);
    g->n++;
}

/* 1: there may be more behind it. */
static int gone_page(Store *s, Gone *g) {
    sqlite3_stmt *stmt;
    int r = handle_statement(s, ST_UNSEEN_READ, &stmt);

    if (r < 0)
        return r;
    buf_clear(&g->rows);
    g->n = 0;
    sql_bind_int(stmt, 1, s->course.series);
    sql_bind_int(stmt, 2, g->root);
    sql_bind_blob(stmt, 3, buf_as_span(&g->path));
    while (g->n < PAGE && (r = sql_step(stmt)) > 0) {
        if (!bits_has(&s->course.seen, sql_uint(stmt, 2)))
            gone_add(g, (uint32_t)sqlite3_column_int64(stmt, 0), sql_blob(stmt, 1));
        if (g->n == PAGE) {
            g->root = sqlite3_column_int64(stmt, 0);
            buf_clear(&g->path);
            buf_span(&g->path, sql_blob(stmt, 1));
        }
    }
    sql_reset(stmt);
    if (r >= 0 && (buf_error(&g->rows) || buf_error(&g->path)))
        r = -ENOMEM;
    return r < 0 ? r : g->n == PAGE;
}

static int gone_close(Store *s, const Gone *g) {
    const uint8_t *at = g->rows.at;
    int r = 0;

    for (size_t i = 0; i < g->n && r == 0; i++) {
        uint32_t root;
        uint64_t n;
        Row row;

        memcpy(&root, at, sizeof(root));
        memcpy(&n, at + sizeof(root), sizeof(n));
        at += sizeof(root) + sizeof(n);
        r = row_find(s, root, span(at, n), &row);
        if (r > 0)
            r = row_close(s, root, span(at, n), &row);
        at += n;
    }
    return r;
}

/* Where as many were met as hold, all of them were. */
int carry_settle(Store *s, int64_t run) {
    _cleanup_(gone_done) Gone g = {.root = -1};
    int r = course_enter(s, run), more = 1;

    if (r < 0 || !s->course.walked || s->course.seen.count == store_files(s))
        return r;
    while (r == 0 && more > 0) {
        more = gone_page(s, &g);
        r = more < 0 ? more : gone_close(s, &g);
    }
    return r;
}
