/*
 * Write: see write.h. Rows go in through the statements of handle.c; the transaction they share is
 * kept there too.
 */
#include "store/write.h"

#include "store/carry.h"
#include "store/directory.h"
#include "store/handle.h"
#include "store/lineage.h"
#include "store/row.h"
#include "store/samples.h"
#include "store/series.h"

/*
 * Units inside a file that was never finished: it was vanishing, or the run is being ended early.
 * To look for them is a pass over all objects.
 */
static int orphans_forget(Store *s, int64_t run) {
    _cleanup_(buf_done) Buf file = {0};
    sqlite3_stmt *stmt;
    int r;

    if (!s->course.members_put)
        return 0;
    r = handle_statement(s, ST_ORPHANS_FIND, &stmt);
    while (r == 0) {
        uint32_t root = 0;

        sql_bind_int(stmt, 1, s->course.series);
        sql_bind_int(stmt, 2, run);
        r = sql_step(stmt);
        buf_clear(&file);
        if (r > 0) {
            root = (uint32_t)sqlite3_column_int64(stmt, 0);
            buf_span(&file, sql_blob(stmt, 1));
        }
        sql_reset(stmt);
        if (r <= 0)
            return r;
        r = buf_error(&file);
        if (r == 0)
            r = members_drop(s, root, buf_as_span(&file), false);
    }
    return r;
}

static int run_finish(Store *s, int64_t run, const StoreRunEnd *end, Error *reterr) {
    int exit = end->exit;
    sqlite3_stmt *stmt;
    bool balanced;
    int r;

    if ((r = course_enter(s, run)) < 0 || (r = carry_settle(s, run)) < 0 ||
        (r = directory_settle(s, run)) < 0 ||
        (r = orphans_forget(s, run)) < 0 || (r = link_settle(s, run)) < 0 ||
        (r = tally_record(s, run, &balanced)) < 0 || (r = lineage_fold(s, run)) < 0 ||
        (end->judge && (r = end->judge(end->of, run, reterr, &exit)) < 0) ||
        (r = handle_write(s, ST_RUN_END, &stmt)) < 0)
        return r;
    sql_bind_int(stmt, 1, run);
    sql_bind_time(stmt, 2, end->ended);
    sql_bind_int(stmt, 3, exit);
    sql_bind_int(stmt, 4, end->complete);
    sql_bind_int(stmt, 5, balanced);
    sql_bind_uint(stmt, 6, s->course.slots);
    r = sql_run(stmt);
    return r < 0 ? r : handle_commit(s);
}

/*
 * The last commit is made durable, and the checkpoint leaves everything in the one file; a reader
 * may hold it up, and then it happens at the next commit.
 */
int store_run_end(Store *s, int64_t run, const StoreRunEnd *end, Error *reterr) {
    int r;

    if ((r = handle_commit(s)) < 0 || (r = sql_exec(s->db, "PRAGMA synchronous = FULL")) < 0 ||
        (r = run_finish(s, run, end, reterr)) < 0 ||
        (r = sql_exec(s->db, "PRAGMA wal_checkpoint(TRUNCATE)")) < 0 ||
        (r = sql_exec(s->db, "PRAGMA synchronous = NORMAL")) < 0)
        return handle_fail(s, r, reterr);
    return 0;
}

int store_root_put(Store *s, int64_t run, const StoreRoot *root, Error *reterr) {
    sqlite3_stmt *stmt;
    int r = handle_write(s, ST_ROOT_PUT, &stmt);

    if (r < 0)
        return handle_fail(s, r, reterr);
    sql_bind_int(stmt, 1, run);
    sql_bind_int(stmt, 2, root->number);
    sql_bind_blob(stmt, 3, root->path);
    sql_bind_text(stmt, 4, root->identity);
    sql_bind_text(stmt, 5, root->fs_type);
    sql_bind_text(stmt, 6, root->mount_options);
    sql_bind_text(stmt, 7, root->atime);
    sql_bind_text(stmt, 8, status_name(root->status.kind));
    sql_bind_text(stmt, 9, root->status.reason);
    sql_bind_uint(stmt, 10, root->found);
    sql_bind_uint(stmt, 11, root->found_bytes);
    sql_bind_uint(stmt, 12, root->names);
    sql_bind_uint(stmt, 13, root->directories);
    r = sql_run(stmt);
    if (r == 0)
        r = handle_wrote(s, 1);
    return r < 0 ? handle_fail(s, r, reterr) : 0;
}

static void meta_bind(sqlite3_stmt *stmt, const FileMeta *m) {
    sql_bind_uint(stmt, 6, m->dev);
    sql_bind_uint(stmt, 7, m->ino);
    sql_bind_int(stmt, 8, m->nlink);
    sql_bind_uint(stmt, 9, m->size);
    sql_bind_time(stmt, 10, m->mtime);
    sql_bind_time(stmt, 11, m->ctime);
    sql_bind_time(stmt, 12, m->btime);
    sql_bind_int(stmt, 13, m->mode);
    sql_bind_int(stmt, 14, m->uid);
    sql_bind_int(stmt, 15, m->gid);
}

/* id 0: nothing was found in it. slot: of an outermost one. */
static int object_insert(Store *s, int64_t run, const StoreObject *o, int64_t id, uint64_t slot) {
    sqlite3_stmt *stmt;
    int r = handle_write(s, ST_OBJECT_INSERT, &stmt);

    if (r < 0)
        return r;
    sql_bind_int(stmt, 1, s->course.series);
    sql_bind_int(stmt, 2, o->root);
    sql_bind_blob(stmt, 3, o->path);
    if (id)
        sql_bind_int(stmt, 4, id);
    else
        sql_bind_null(stmt, 4);
    sql_bind_int(stmt, 5, o->depth);
    meta_bind(stmt, &o->meta);
    sql_bind_text(stmt, 16, status_name(o->status.kind));
    sql_bind_text(stmt, 17, o->status.reason);
    sql_bind_uint(stmt, 18, o->bytes_read);
    sql_bind_uint(stmt, 19, o->members);
    if (o->hash)
        sql_bind_blob(stmt, 20, span(o->hash, 16));
    else
        sql_bind_null(stmt, 20);
    sql_bind_text(stmt, 21, o->format);
    sql_bind_text(stmt, 22, o->encoding);
    sql_bind_int(stmt, 23, run);
    if (o->depth)
        sql_bind_null(stmt, 24);
    else
        sql_bind_uint(stmt, 24, slot);
    if (o->acl.n)
        sql_bind_blob(stmt, 25, o->acl);
    else
        sql_bind_null(stmt, 25);
    return sql_run(stmt);
}

/* Only objects with findings have one, so the findings know the highest. */
int object_number(Store *s, int64_t *ret) {
    sqlite3_stmt *stmt;
    int r;

    if (s->object == 0) {
        r = handle_statement(s, ST_OBJECT_LAST, &stmt);
        if (r < 0)
            return r;
        r = sql_step(stmt);
        if (r > 0)
            s->object = sqlite3_column_int64(stmt, 0);
        sql_reset(stmt);
        if (r < 0)
            return r;
    }
    *ret = ++s->object;
    return 0;
}

/* The level of the best hit; LEVEL_NONE when nothing was kept. */
static Level finding_level(const Finding *f) {
    Level l = LEVEL_HIGH;

    while (l > LEVEL_NONE && f->count[l] == 0)
        l--;
    return l;
}

static int finding_insert(Store *s, int64_t object, const Finding *f) {
    sqlite3_stmt *stmt;
    int r = handle_write(s, ST_FINDING_INSERT, &stmt);

    buf_clear(&s->samples);
    samples_put(&s->samples, f->samples, f->n_samples);
    if (r == 0)
        r = buf_error(&s->samples);
    if (r < 0)
        return r;
    sql_bind_int(stmt, 1, object);
    sql_bind_blob(stmt, 2, f->part);
    sql_bind_int(stmt, 3, f->detector);
    sql_bind_int(stmt, 4, finding_level(f));
    sql_bind_double(stmt, 5, (double)f->score);
    sql_bind_uint(stmt, 6, f->count[LEVEL_HIGH]);
    sql_bind_uint(stmt, 7, f->count[LEVEL_MEDIUM]);
    sql_bind_uint(stmt, 8, f->count[LEVEL_LOW]);
    sql_bind_uint(stmt, 9, f->tested);
    sql_bind_uint(stmt, 10, f->valid);
    sql_bind_uint(stmt, 11, f->test_values);
    sql_bind_uint(stmt, 12, f->distinct);
    sql_bind_int(stmt, 13, f->distinct_exact);
    sql_bind_blob(stmt, 14, buf_as_span(&s->samples));
    sql_bind_int(stmt, 15, f->kind);
    sql_bind_blob(stmt, 16, f->heading);
    if (f->values.n)
        sql_bind_blob(stmt, 17, f->values);
    else
        sql_bind_null(stmt, 17);
    return sql_run(stmt);
}

static bool has_hits(const Finding *findings, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (finding_level(&findings[i]) > LEVEL_NONE)
            return true;
    }
    return false;
}

static int fact_insert(Store *s, int64_t object, const StoreFact *f) {
    sqlite3_stmt *stmt;
    int r = handle_write(s, ST_FACT_INSERT, &stmt);

    if (r < 0)
        return r;
    sql_bind_int(stmt, 1, object);
    sql_bind_text(stmt, 2, fact_kind_name(f->kind));
    sql_bind_blob(stmt, 3, f->part);
    sql_bind_blob(stmt, 4, f->text);
    if (f->text.n && f->kind != FACT_ALLOWED) {
        sql_bind_null(stmt, 5);
        sql_bind_null(stmt, 6);
    } else {
        sql_bind_int(stmt, 5, f->from);
        sql_bind_int(stmt, 6, f->to);
    }
    return sql_run(stmt);
}

static bool meta_same(const Row *row, const FileMeta *m) {
    return row->tally.bytes == m->size && row->mtime == m->mtime && row->ctime == m->ctime &&
           row->ino == m->ino && row->mode == m->mode && row->uid == m->uid && row->gid == m->gid &&
           row->nlink == m->nlink;
}

/* What the walk says of what is no file: it says so each time. */
static bool object_same(const Row *row, const StoreObject *o) {
    return !row->id && !row->hashed && !o->hash && row->status.kind == o->status.kind &&
           strcmp(row->status.reason, o->status.reason) == 0 && meta_same(row, &o->meta) &&
           row->tally.bytes_read == o->bytes_read && row->tally.inside == o->members;
}

/* 1: a row of an earlier run says the same; 0: it was closed, or there is none. */
static int object_replace(Store *s, const StoreObject *o, bool any) {
    Row row;
    int r = row_find(s, o->root, o->path, &row);

    if (r <= 0)
        return r;
    if (!any && !o->depth && object_same(&row, o)) {
        r = carry_meet(s, o->root, row.slot, row.tally.bytes);
        return r < 0 ? r : 1;
    }
    if (!row.member && row.since < s->course.run)
        r = members_drop(s, o->root, o->path, true);
    return r < 0 ? r : row_close_alone(s, o->root, o->path, &row);
}

int object_add(Store *s, int64_t run, const StoreObject *o, int64_t id) {
    uint64_t slot = s->course.slots;
    int r = object_insert(s, run, o, id, slot);

    if (r == -EEXIST) { /* put before by this run */
        r = object_replace(s, o, true);
        if (r == 0)
            r = object_insert(s, run, o, id, slot);
    }
    if (r < 0)
        return r;
    s->course.members_put |= o->depth > 0;
    if (o->depth)
        return 0;
    s->course.slots++;
    r = bits_put(&s->course.put, slot);
    return r < 0 ? r : carry_meet(s, o->root, slot, o->meta.size);
}

static int object_put(Store *s, int64_t run, const StoreObject *o, const Finding *findings,
                      size_t n_findings) {
    bool any = has_hits(findings, n_findings) || o->n_facts;
    unsigned rows = 1;
    int64_t id = 0;
    int r = course_enter(s, run);

    if (r == 0 && s->course.series != run)
        r = object_replace(s, o, any);
    if (r != 0)
        return r < 0 ? r : 0;
    if (any)
        r = object_number(s, &id);
    if (r == 0)
        r = object_add(s, run, o, id);
    if (r == 0)
        r = tally_put(s, run, &o->status, o->depth > 0,
                      &(Tally){1, o->meta.size, o->bytes_read, o->members});
    for (size_t i = 0; r == 0 && i < n_findings; i++) {
        if (finding_level(&findings[i]) == LEVEL_NONE)
            continue;
        r = finding_insert(s, id, &findings[i]);
        rows++;
    }
    for (size_t i = 0; r == 0 && i < o->n_facts; i++, rows++)
        r = fact_insert(s, id, &o->facts[i]);
    return r < 0 ? r : handle_wrote(s, rows);
}

int store_object_put(Store *s, int64_t run, const StoreObject *object, const Finding *findings,
                     size_t n_findings, Error *reterr) {
    int r = object_put(s, run, object, findings, n_findings);

    return r < 0 ? handle_fail(s, r, reterr) : 0;
}

int store_members_forget(Store *s, int64_t run, uint32_t root, Span file, Error *reterr) {
    int r = course_enter(s, run);

    if (r == 0)
        r = members_drop(s, root, file, false);
    if (r == 0)
        r = handle_wrote(s, 1);
    return r < 0 ? handle_fail(s, r, reterr) : 0;
}

int store_object_done(Store *s, int64_t run, uint32_t root, Span path, Error *reterr, bool *ret) {
    Row row;
    int r = course_enter(s, run);

    if (r == 0)
        r = row_find(s, root, path, &row);
    if (r < 0)
        return handle_unread(s, r, reterr);
    *ret = r > 0;
    return 0;
}

int store_note_put(Store *s, int64_t run, const StoreNote *note, Error *reterr) {
    sqlite3_stmt *stmt;
    int r = handle_write(s, ST_NOTE_PUT, &stmt);

    if (r < 0)
        return handle_fail(s, r, reterr);
    sql_bind_int(stmt, 1, run);
    sql_bind_text(stmt, 2, note->kind);
    sql_bind_blob(stmt, 3, note->subject);
    sql_bind_uint(stmt, 4, note->count);
    sql_bind_text(stmt, 5, note->detail);
    r = sql_run(stmt);
    if (r == 0)
        r = handle_wrote(s, 1);
    return r < 0 ? handle_fail(s, r, reterr) : 0;
}

int store_commit(Store *s, Error *reterr) {
    int r = handle_commit(s);

    return r < 0 ? handle_fail(s, r, reterr) : 0;
}
