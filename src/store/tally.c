/* Tally: see tally.h. Sums over objects are made in one pass, with one row a status and reason. */
#include "store/tally.h"

#include "store/handle.h"

#define REASONS_MAX 4096 /* reasons are words of ours; more would be a mistake of ours */

typedef struct Reasons {
    Arena *arena;
    ReasonRow *rows;
    size_t n, cap;
} Reasons;

static bool row_is(const ReasonRow *row, const Status *status, bool members) {
    return row->members == members && row->status.kind == status->kind &&
           strcmp(row->status.reason, status->reason) == 0;
}

static int rows_grow(Reasons *t) {
    size_t cap = t->cap ? t->cap * 2 : 64;
    ReasonRow *rows;

    if (t->cap >= REASONS_MAX)
        return -E2BIG;
    rows = arena_array(t->arena, cap, sizeof(*rows));
    if (!rows)
        return -ENOMEM;
    if (t->n)
        memcpy(rows, t->rows, t->n * sizeof(*rows));
    t->rows = rows;
    t->cap = cap;
    return 0;
}

static int row_find(Reasons *t, const Status *status, bool members, ReasonRow **ret) {
    int r;

    for (size_t i = 0; i < t->n; i++) {
        if (row_is(&t->rows[i], status, members)) {
            *ret = &t->rows[i];
            return 0;
        }
    }
    if (t->n == t->cap && (r = rows_grow(t)) < 0)
        return r;
    t->rows[t->n] = (ReasonRow){.status = *status, .members = members};
    *ret = &t->rows[t->n++];
    return 0;
}

static void tally_add(Tally *to, const Tally *t) {
    to->objects += t->objects;
    to->bytes += t->bytes;
    to->bytes_read += t->bytes_read;
    to->inside += t->inside;
}

static int reasons_sum(Reasons *t, sqlite3_stmt *rows) {
    int r;

    while ((r = sql_step(rows)) > 0) {
        Status status = handle_status(rows, 1);
        Tally tally = {sql_uint(rows, 3), sql_uint(rows, 4), sql_uint(rows, 5), sql_uint(rows, 6)};
        ReasonRow *row;

        r = row_find(t, &status, sqlite3_column_int64(rows, 0) > 0, &row);
        if (r < 0)
            return r;
        tally_add(&row->tally, &tally);
    }
    return r;
}

static int reasons_from(Store *s, int64_t run, const char *text, Reasons *t) {
    _cleanup_(sql_finalizep) sqlite3_stmt *rows = NULL;
    int r = sql_prepare(s->db, text, &rows);

    if (r < 0)
        return r;
    sql_bind_int(rows, 1, run);
    return reasons_sum(t, rows);
}

static int reasons_recorded(Store *s, int64_t run, Reasons *t) {
    return reasons_from(s, run,
                        "SELECT members, status, reason, objects, bytes, bytes_read, inside"
                        " FROM coverage WHERE run = ?1",
                        t);
}

static int reasons_computed(Store *s, int64_t run, Reasons *t) {
    return reasons_from(s, run,
                        "SELECT depth, status, reason, 1, size, bytes_read, members"
                        " FROM object WHERE run = ?1",
                        t);
}

static int reason_order(const void *a, const void *b) {
    const ReasonRow *x = a, *y = b;

    if (x->members != y->members)
        return x->members - y->members;
    if (x->status.kind != y->status.kind)
        return x->status.kind < y->status.kind ? -1 : 1;
    return strcmp(x->status.reason, y->status.reason);
}

static int reasons_query(Store *s, int64_t run, Reasons *t) {
    int r = reasons_recorded(s, run, t);

    if (r == 0 && t->n == 0)
        r = reasons_computed(s, run, t);
    if (r == 0 && t->n)
        qsort(t->rows, t->n, sizeof(*t->rows), reason_order);
    return r;
}

int query_reasons(Store *s, int64_t run, Arena *a, Error *reterr, ReasonRow **ret, size_t *ret_n) {
    Reasons t = {.arena = a};
    int r = reasons_query(s, run, &t);

    if (r < 0)
        return handle_unread(s, r, reterr);
    *ret = t.rows;
    *ret_n = t.n;
    return 0;
}

static int roots_sum(Store *s, int64_t run, Coverage *c) {
    _cleanup_(sql_finalizep) sqlite3_stmt *rows = NULL;
    int r = sql_prepare(s->db,
                        "SELECT found, found_bytes, names, directories, status, reason"
                        " FROM root WHERE run = ?1",
                        &rows);

    if (r < 0)
        return r;
    sql_bind_int(rows, 1, run);
    while ((r = sql_step(rows)) > 0) {
        c->found += sql_uint(rows, 0);
        c->found_bytes += sql_uint(rows, 1);
        c->found_names += sql_uint(rows, 2);
        c->directories += sql_uint(rows, 3);
        c->complete = c->complete && status_complete(handle_status(rows, 4).kind);
    }
    return r;
}

static int names_count(Store *s, int64_t run, uint64_t *ret) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r =
        sql_prepare(s->db, "SELECT count(*) FROM object_name WHERE run = ?1 AND claimed = 0", &row);

    if (r < 0)
        return r;
    sql_bind_int(row, 1, run);
    r = sql_step(row);
    if (r > 0)
        *ret = sql_uint(row, 0);
    return r < 0 ? r : 0;
}

static void reasons_fold(const Reasons *t, Coverage *c) {
    for (size_t i = 0; i < t->n; i++) {
        const ReasonRow *row = &t->rows[i];
        Tally *kinds = row->members ? c->members : c->files;

        tally_add(&kinds[row->status.kind], &row->tally);
        tally_add(row->members ? &c->all_members : &c->all_files, &row->tally);
        c->complete = c->complete && status_complete(row->status.kind);
    }
    c->balanced = c->found == c->all_files.objects && c->found_bytes == c->all_files.bytes &&
                  c->found_names == c->names && c->all_files.inside == c->all_members.objects;
}

static int coverage_fold(Store *s, int64_t run, const Reasons *t, Coverage *ret) {
    Coverage c = {.complete = true};
    int r;

    if ((r = roots_sum(s, run, &c)) < 0 || (r = names_count(s, run, &c.names)) < 0)
        return r;
    reasons_fold(t, &c);
    *ret = c;
    return 0;
}

int query_coverage(Store *s, int64_t run, Error *reterr, Coverage *ret) {
    _cleanup_(arena_done) Arena a = {0};
    Reasons t = {.arena = &a};
    int r = reasons_query(s, run, &t);

    if (r == 0)
        r = coverage_fold(s, run, &t, ret);
    return r < 0 ? handle_unread(s, r, reterr) : 0;
}

static int row_record(Store *s, int64_t run, const ReasonRow *row) {
    sqlite3_stmt *stmt;
    int r = handle_write(s, ST_COVERAGE_INSERT, &stmt);

    if (r < 0)
        return r;
    sql_bind_int(stmt, 1, run);
    sql_bind_int(stmt, 2, row->members);
    sql_bind_text(stmt, 3, status_name(row->status.kind));
    sql_bind_text(stmt, 4, row->status.reason);
    sql_bind_uint(stmt, 5, row->tally.objects);
    sql_bind_uint(stmt, 6, row->tally.bytes);
    sql_bind_uint(stmt, 7, row->tally.bytes_read);
    sql_bind_uint(stmt, 8, row->tally.inside);
    return sql_run(stmt);
}

static int rows_forget(Store *s, int64_t run) {
    sqlite3_stmt *stmt;
    int r = handle_write(s, ST_COVERAGE_DELETE, &stmt);

    if (r < 0)
        return r;
    sql_bind_int(stmt, 1, run);
    return sql_run(stmt);
}

int tally_record(Store *s, int64_t run, bool *ret_balanced) {
    _cleanup_(arena_done) Arena a = {0};
    Reasons t = {.arena = &a};
    Coverage c;
    int r;

    if ((r = rows_forget(s, run)) < 0 || (r = reasons_computed(s, run, &t)) < 0 ||
        (r = coverage_fold(s, run, &t, &c)) < 0)
        return r;
    for (size_t i = 0; i < t.n; i++) {
        r = row_record(s, run, &t.rows[i]);
        if (r < 0)
            return r;
    }
    *ret_balanced = c.balanced;
    return 0;
}
