/*
 * Tally: see tally.h. The sums of the run that is being written are kept in memory, a row a status
 * and reason, as objects are put; those of a run that was interrupted are
 * made from its objects.
 */
#include "store/tally.h"

#include "store/handle.h"

#define REASONS_MAX 4096 /* reasons are words of ours; more would be a mistake of ours */

void sums_done(Sums *s) {
    free(s->rows);
    *s = (Sums){0};
}

static bool row_is(const ReasonRow *row, const Status *status, bool members) {
    return row->members == members && row->status.kind == status->kind &&
           strcmp(row->status.reason, status->reason) == 0;
}

static int sums_grow(Sums *s) {
    size_t cap = s->cap ? s->cap * 2 : 64;
    ReasonRow *rows;

    if (s->cap >= REASONS_MAX)
        return -E2BIG;
    rows = reallocarray(s->rows, cap, sizeof(*rows));
    if (!rows)
        return -ENOMEM;
    s->rows = rows;
    s->cap = cap;
    return 0;
}

/* Most objects have the status of the one before. */
static int sums_row(Sums *s, const Status *status, bool members, ReasonRow **ret) {
    size_t i = s->last;
    int r;

    if (i >= s->n || !row_is(&s->rows[i], status, members)) {
        for (i = 0; i < s->n && !row_is(&s->rows[i], status, members); i++)
            ;
    }
    if (i == s->n) {
        if (s->n == s->cap && (r = sums_grow(s)) < 0)
            return r;
        s->rows[s->n++] = (ReasonRow){.status = *status, .members = members};
    }
    s->last = i;
    *ret = &s->rows[i];
    return 0;
}

static void tally_add(Tally *to, const Tally *t) {
    to->objects += t->objects;
    to->bytes += t->bytes;
    to->bytes_read += t->bytes_read;
    to->inside += t->inside;
}

static int sums_add(Sums *s, const Status *status, bool members, const Tally *t) {
    ReasonRow *row;
    int r = sums_row(s, status, members, &row);

    if (r == 0)
        tally_add(&row->tally, t);
    return r;
}

int tally_put(Store *s, int64_t run, const Status *status, bool member, const Tally *t) {
    return run == s->course.run ? sums_add(&s->course.sums, status, member, t) : 0;
}

/* What is taken away was added, so its row is there. */
int tally_take(Store *s, int64_t run, const Status *status, bool member, const Tally *t) {
    const Tally less = {-t->objects, -t->bytes, -t->bytes_read, -t->inside};

    return tally_put(s, run, status, member, &less);
}

uint64_t store_files(const Store *s) {
    uint64_t n = 0;

    for (size_t i = 0; i < s->course.sums.n; i++)
        n += s->course.sums.rows[i].members ? 0 : s->course.sums.rows[i].tally.objects;
    return n;
}

static int sums_from(Store *s, int64_t run, const char *text, Sums *to) {
    _cleanup_(sql_finalizep) sqlite3_stmt *rows = NULL;
    int r = sql_prepare(s->db, text, &rows);

    if (r < 0)
        return r;
    sql_bind_int(rows, 1, run);
    while ((r = sql_step(rows)) > 0) {
        Status status = handle_status(rows, 1);
        Tally t = {sql_uint(rows, 3), sql_uint(rows, 4), sql_uint(rows, 5), sql_uint(rows, 6)};

        r = sums_add(to, &status, sqlite3_column_int64(rows, 0) > 0, &t);
        if (r < 0)
            return r;
    }
    return r;
}

static int sums_recorded(Store *s, int64_t run, Sums *to) {
    return sums_from(s, run,
                     "SELECT members, status, reason, objects, bytes, bytes_read, inside"
                     " FROM coverage WHERE run = ?1",
                     to);
}

static int sums_computed(Store *s, int64_t run, Sums *to) {
    return sums_from(s, run,
                     "SELECT depth, status, reason, 1, size, bytes_read, members"
                     " FROM object WHERE series = (SELECT series FROM run WHERE id = ?1)"
                     " AND since <= ?1 AND until > ?1",
                     to);
}

int tally_begin(Store *s, int64_t from, bool ended) {
    sums_done(&s->course.sums);
    return ended ? sums_recorded(s, from, &s->course.sums)
                 : sums_computed(s, from, &s->course.sums);
}

static int reason_order(const void *a, const void *b) {
    const ReasonRow *x = a, *y = b;

    if (x->members != y->members)
        return x->members - y->members;
    if (x->status.kind != y->status.kind)
        return x->status.kind < y->status.kind ? -1 : 1;
    return strcmp(x->status.reason, y->status.reason);
}

static int sums_query(Store *s, int64_t run, Sums *to) {
    int r = sums_recorded(s, run, to);

    if (r == 0 && to->n == 0)
        r = sums_computed(s, run, to);
    if (r == 0 && to->n)
        qsort(to->rows, to->n, sizeof(*to->rows), reason_order);
    return r;
}

int query_reasons(Store *s, int64_t run, Arena *a, Error *reterr, ReasonRow **ret, size_t *ret_n) {
    _cleanup_(sums_done) Sums sums = {0};
    int r = sums_query(s, run, &sums);
    ReasonRow *rows;

    if (r < 0)
        return handle_unread(s, r, reterr);
    rows = arena_array(a, sums.n, sizeof(*rows));
    if (!rows)
        return -ENOMEM;
    if (sums.n)
        memcpy(rows, sums.rows, sums.n * sizeof(*rows));
    *ret = rows;
    *ret_n = sums.n;
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

/* Of a run that was pruned the names have gone; that they agreed is what `balanced` said. */
static int names_count(Store *s, int64_t run, uint64_t *ret) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = sql_prepare(s->db,
                        "SELECT iif(EXISTS (SELECT 1 FROM note WHERE run = ?1 AND kind = 'pruned'),"
                        " (SELECT sum(names) FROM root WHERE run = ?1),"
                        " (SELECT count(*) FROM object_name WHERE run = ?1 AND claimed = 0))",
                        &row);

    if (r < 0)
        return r;
    sql_bind_int(row, 1, run);
    r = sql_step(row);
    if (r > 0)
        *ret = sql_uint(row, 0);
    return r < 0 ? r : 0;
}

static void sums_fold(const Sums *sums, Coverage *c) {
    for (size_t i = 0; i < sums->n; i++) {
        const ReasonRow *row = &sums->rows[i];
        Tally *kinds = row->members ? c->members : c->files;

        tally_add(&kinds[row->status.kind], &row->tally);
        tally_add(row->members ? &c->all_members : &c->all_files, &row->tally);
        c->complete = c->complete && status_complete(row->status.kind);
    }
    c->balanced = c->found == c->all_files.objects && c->found_bytes == c->all_files.bytes &&
                  c->found_names == c->names && c->all_files.inside == c->all_members.objects;
}

static int coverage_fold(Store *s, int64_t run, const Sums *sums, Coverage *ret) {
    Coverage c = {.complete = true};
    int r;

    if ((r = roots_sum(s, run, &c)) < 0 || (r = names_count(s, run, &c.names)) < 0)
        return r;
    sums_fold(sums, &c);
    *ret = c;
    return 0;
}

int query_coverage(Store *s, int64_t run, Error *reterr, Coverage *ret) {
    _cleanup_(sums_done) Sums sums = {0};
    int r = sums_query(s, run, &sums);

    if (r == 0)
        r = coverage_fold(s, run, &sums, ret);
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
    _cleanup_(sums_done) Sums made = {0};
    const Sums *sums = run == s->course.run ? &s->course.sums : &made;
    Coverage c;
    int r = sums == &made ? sums_computed(s, run, &made) : 0;

    if (r < 0 || (r = rows_forget(s, run)) < 0 || (r = coverage_fold(s, run, sums, &c)) < 0)
        return r;
    for (size_t i = 0; r == 0 && i < sums->n; i++) {
        if (sums->rows[i].tally.objects) /* all of them may have been put again as something else */
            r = row_record(s, run, &sums->rows[i]);
    }
    if (r == 0)
        *ret_balanced = c.balanced;
    return r;
}
