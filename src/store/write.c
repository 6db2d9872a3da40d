/*
 * Write: see write.h. Rows go in through the statements of handle.c; the transaction they share is
 * kept there too.
 */
#include "store/write.h"

#include "store/handle.h"
#include "store/samples.h"
#include "store/tally.h"

static int detector_insert(Store *s, int64_t run, size_t number, const StoreDetector *d) {
    sqlite3_stmt *stmt;
    int r = handle_write(s, ST_DETECTOR_INSERT, &stmt);

    if (r < 0)
        return r;
    sql_bind_int(stmt, 1, run);
    sql_bind_uint(stmt, 2, number);
    sql_bind_text(stmt, 3, d->id);
    sql_bind_text(stmt, 4, d->title);
    sql_bind_text(stmt, 5, d->category);
    sql_bind_int(stmt, 6, d->tier);
    return sql_run(stmt);
}

static int run_insert(Store *s, const StoreRun *run, int64_t *ret) {
    sqlite3_stmt *stmt;
    int r = handle_write(s, ST_RUN_INSERT, &stmt);

    if (r < 0)
        return r;
    sql_bind_time(stmt, 1, run->started);
    sql_bind_int(stmt, 2, run->survey);
    sql_bind_text(stmt, 3, run->tool);
    if (run->key)
        sql_bind_text(stmt, 4, run->key);
    else
        sql_bind_null(stmt, 4);
    sql_bind_blob(stmt, 5, span(run->ruleset, sizeof(run->ruleset)));
    sqlite3_bind_text64(stmt, 6, run->parameters.n ? (const char *)run->parameters.at : "{}",
                        run->parameters.n ? run->parameters.n : 2, SQLITE_STATIC, SQLITE_UTF8);
    r = sql_run(stmt);
    if (r < 0)
        return r;
    *ret = sqlite3_last_insert_rowid(s->db);
    return 0;
}

int store_run_begin(Store *s, const StoreRun *run, Error *reterr, int64_t *ret) {
    int64_t id;
    int r = run_insert(s, run, &id);

    for (size_t i = 0; r == 0 && i < run->n_detectors; i++)
        r = detector_insert(s, id, i, &run->detectors[i]);
    if (r == 0)
        r = handle_commit(s);
    if (r < 0)
        return handle_fail(s, r, reterr);
    sums_done(&s->sums);
    s->summed = id;
    *ret = id;
    return 0;
}

static int run_unfinished(Store *s, int64_t *ret) {
    sqlite3_stmt *stmt;
    int r = handle_statement(s, ST_RUN_LAST, &stmt);

    if (r < 0)
        return r;
    r = sql_step(stmt);
    if (r > 0 && sqlite3_column_type(stmt, 1) == SQLITE_NULL)
        *ret = sqlite3_column_int64(stmt, 0);
    else if (r >= 0)
        r = -ENOENT;
    sql_reset(stmt);
    return r < 0 ? r : 0;
}

int store_run_resume(Store *s, Error *reterr, int64_t *ret) {
    int64_t run;
    int r = run_unfinished(s, &run);

    if (r == -ENOENT)
        return error_set(reterr, r, "the store '%s' has no interrupted run", s->path);
    if (r == 0)
        r = link_give_up(s, run);
    if (r == 0)
        r = handle_commit(s);
    if (r < 0)
        return handle_fail(s, r, reterr);
    *ret = run;
    return 0;
}

static int members_forget(Store *s, int64_t run, uint32_t root, Span file);

/*
 * Units inside a file that was never finished: it was vanishing, or the run is being ended early.
 * To look for them is a pass over all objects.
 */
static int orphans_forget(Store *s, int64_t run) {
    _cleanup_(buf_done) Buf file = {0};
    sqlite3_stmt *stmt;
    int r;

    if (!tally_members(s, run))
        return 0;
    r = handle_statement(s, ST_ORPHANS_FIND, &stmt);
    while (r == 0) {
        uint32_t root = 0;

        sql_bind_int(stmt, 1, run);
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
            r = members_forget(s, run, root, buf_as_span(&file));
    }
    return r;
}

static int run_finish(Store *s, int64_t run, const StoreRunEnd *end) {
    sqlite3_stmt *stmt;
    bool balanced;
    int r;

    if ((r = orphans_forget(s, run)) < 0 || (r = link_settle(s, run)) < 0 ||
        (r = tally_record(s, run, &balanced)) < 0 || (r = handle_write(s, ST_RUN_END, &stmt)) < 0)
        return r;
    sql_bind_int(stmt, 1, run);
    sql_bind_time(stmt, 2, end->ended);
    sql_bind_int(stmt, 3, end->exit);
    sql_bind_int(stmt, 4, end->complete);
    sql_bind_int(stmt, 5, balanced);
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
        (r = run_finish(s, run, end)) < 0 ||
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

/* id 0: nothing was found in it. */
static int object_insert(Store *s, int64_t run, const StoreObject *o, int64_t id) {
    sqlite3_stmt *stmt;
    int r = handle_write(s, ST_OBJECT_INSERT, &stmt);

    if (r < 0)
        return r;
    sql_bind_int(stmt, 1, run);
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
    return sql_run(stmt);
}

/* What of a row has to be known to take it away again. */
typedef struct Old {
    int64_t id; /* 0: nothing was found in it */
    Status status;
    bool member;
    Tally tally;
} Old;

/* 1 if it is there, 0 if not. */
static int object_find(Store *s, int64_t run, uint32_t root, Span path, Old *ret) {
    sqlite3_stmt *stmt;
    int r = handle_statement(s, ST_OBJECT_FIND, &stmt);

    if (r < 0)
        return r;
    sql_bind_int(stmt, 1, run);
    sql_bind_int(stmt, 2, root);
    sql_bind_blob(stmt, 3, path);
    r = sql_step(stmt);
    if (r > 0)
        *ret = (Old){.id = sqlite3_column_int64(stmt, 0),
                     .member = sqlite3_column_int64(stmt, 1) > 0,
                     .status = handle_status(stmt, 2),
                     .tally = {1, sql_uint(stmt, 4), sql_uint(stmt, 5), sql_uint(stmt, 6)}};
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
    int r = delete_of(s, ST_FINDING_DELETE, id);

    return r < 0 ? r : delete_of(s, ST_FACT_DELETE, id);
}

static int object_delete(Store *s, int64_t run, uint32_t root, Span path) {
    sqlite3_stmt *stmt;
    Old old;
    int r = object_find(s, run, root, path, &old);

    if (r <= 0)
        return r;
    if ((r = found_delete(s, old.id)) < 0 ||
        (r = tally_take(s, run, &old.status, old.member, &old.tally)) < 0 ||
        (r = handle_write(s, ST_OBJECT_DELETE, &stmt)) < 0)
        return r;
    sql_bind_int(stmt, 1, run);
    sql_bind_int(stmt, 2, root);
    sql_bind_blob(stmt, 3, path);
    return sql_run(stmt);
}

/* The next id: only objects with findings have one, so the findings know the highest. */
static int object_number(Store *s, int64_t *ret) {
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

static int object_put(Store *s, int64_t run, const StoreObject *o, const Finding *findings,
                      size_t n_findings) {
    unsigned rows = 1;
    int64_t id = 0;
    int r = 0;

    if (has_hits(findings, n_findings) || o->n_facts)
        r = object_number(s, &id);
    if (r == 0)
        r = object_insert(s, run, o, id);
    if (r == -EEXIST) {
        r = object_delete(s, run, o->root, o->path);
        if (r == 0)
            r = object_insert(s, run, o, id);
    }
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

/* 1 if path is a further name of a linked file, 0 otherwise. */
static int name_find(Store *s, int64_t run, uint32_t root, Span path) {
    sqlite3_stmt *stmt;
    int r = handle_statement(s, ST_NAME_FIND, &stmt);

    if (r < 0)
        return r;
    sql_bind_int(stmt, 1, run);
    sql_bind_int(stmt, 2, root);
    sql_bind_blob(stmt, 3, path);
    r = sql_step(stmt);
    if (r > 0)
        r = sqlite3_column_int(stmt, 0) == 0;
    sql_reset(stmt);
    return r;
}

int store_object_done(Store *s, int64_t run, uint32_t root, Span path, Error *reterr, bool *ret) {
    Old old;
    int r = object_find(s, run, root, path, &old);

    if (r == 0)
        r = name_find(s, run, root, path);
    if (r < 0)
        return handle_unread(s, r, reterr);
    *ret = r > 0;
    return 0;
}

/* 1: the path of some unit inside the file, in ret; 0: there is none. */
static int member_find(Store *s, int64_t run, uint32_t root, Span file, Buf *ret) {
    sqlite3_stmt *stmt;
    int r = handle_statement(s, ST_MEMBERS_FIND, &stmt);

    if (r < 0)
        return r;
    sql_bind_int(stmt, 1, run);
    sql_bind_int(stmt, 2, root);
    sql_bind_blob(stmt, 3, file);
    r = sql_step(stmt);
    buf_clear(ret);
    if (r > 0)
        buf_span(ret, sql_blob(stmt, 0));
    sql_reset(stmt);
    return r > 0 && buf_error(ret) ? -ENOMEM : r;
}

static int members_forget(Store *s, int64_t run, uint32_t root, Span file) {
    _cleanup_(buf_done) Buf member = {0};
    int r;

    while ((r = member_find(s, run, root, file, &member)) > 0) {
        r = object_delete(s, run, root, buf_as_span(&member));
        if (r == 0)
            r = handle_wrote(s, 1);
        if (r < 0)
            return r;
    }
    return r;
}

int store_members_forget(Store *s, int64_t run, uint32_t root, Span file, Error *reterr) {
    int r = members_forget(s, run, root, file);

    return r < 0 ? handle_fail(s, r, reterr) : 0;
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
