/* Entry: see entry.h. */
#include "store/entry.h"

#include "store/handle.h"

static void head_read(sqlite3_stmt *row, StoreHead *ret) {
    Span digest = sql_blob(row, 2);

    *ret = (StoreHead){.seq = sqlite3_column_int64(row, 0), .at = sqlite3_column_int64(row, 1)};
    if (digest.n == sizeof(ret->digest))
        memcpy(ret->digest, digest.at, sizeof(ret->digest));
    snprintf(ret->key, sizeof(ret->key), "%s", (const char *)sql_text(row, 3).at);
}

int store_entry_head(Store *s, Error *reterr, StoreHead *ret) {
    sqlite3_stmt *row;
    int r = s->mode == STORE_READ ? handle_statement(s, ST_ENTRY_LAST, &row)
                                  : handle_write(s, ST_ENTRY_LAST, &row);

    if (r < 0)
        return s->mode == STORE_READ ? handle_unread(s, r, reterr) : handle_fail(s, r, reterr);
    r = sql_step(row);
    if (r > 0)
        head_read(row, ret);
    sql_reset(row);
    return r < 0 ? handle_unread(s, r, reterr) : r;
}

static void text_bind(sqlite3_stmt *stmt, int i, Span text) {
    sqlite3_bind_text64(stmt, i, text.n ? (const char *)text.at : "", text.n, SQLITE_STATIC,
                        SQLITE_UTF8);
}

static int entry_put(Store *s, const StoreEntry *e) {
    sqlite3_stmt *stmt;
    int r = handle_write(s, ST_ENTRY_PUT, &stmt);

    if (r < 0)
        return r;
    sql_bind_int(stmt, 1, e->seq);
    sql_bind_int(stmt, 2, e->at);
    sql_bind_text(stmt, 3, e->kind);
    text_bind(stmt, 4, e->body);
    sql_bind_blob(stmt, 5, span(e->previous, sizeof(e->previous)));
    sql_bind_blob(stmt, 6, span(e->digest, sizeof(e->digest)));
    if (e->sealed)
        sql_bind_blob(stmt, 7, span(e->seal, sizeof(e->seal)));
    else
        sql_bind_null(stmt, 7);
    sql_bind_text(stmt, 8, e->key);
    return sql_run(stmt);
}

int store_entry_put(Store *s, const StoreEntry *e, Error *reterr) {
    int r = entry_put(s, e);

    return r < 0 ? handle_fail(s, r, reterr) : 0;
}

/* The level of syncing cannot be changed inside a transaction, so the sync is a commit of its own.
 */
int store_entry_commit(Store *s, Error *reterr) {
    int r = handle_commit(s);

    if (r == 0)
        r = sql_exec(s->db, "PRAGMA synchronous = FULL; BEGIN IMMEDIATE;"
                            "UPDATE meta SET one = 1; COMMIT; PRAGMA synchronous = NORMAL");
    return r < 0 ? handle_fail(s, r, reterr) : 0;
}

struct EntryCursor {
    Store *store;
    sqlite3_stmt *rows;
};

int entry_cursor_open(Store *s, int64_t from, Error *reterr, EntryCursor **ret) {
    _cleanup_(entry_cursor_closep) EntryCursor *c = calloc(1, sizeof(*c));
    int r;

    if (!c)
        return -ENOMEM;
    c->store = s;
    r = sql_prepare(s->db,
                    "SELECT seq, at, kind, body, previous, digest, seal, seal_key FROM ledger"
                    " WHERE seq >= ?1 ORDER BY seq",
                    &c->rows);
    if (r < 0)
        return handle_unread(s, r, reterr);
    sql_bind_int(c->rows, 1, from);
    *ret = TAKE(c);
    return 0;
}

/* Of another length than it has: left zero, which no digest and no seal is. */
static void fixed_read(sqlite3_stmt *row, int i, uint8_t *ret, size_t n) {
    Span bytes = sql_blob(row, i);

    if (bytes.n == n)
        memcpy(ret, bytes.at, n);
}

int entry_cursor_step(EntryCursor *c, Error *reterr, StoreEntry *ret) {
    int r = sql_step(c->rows);

    if (r < 0)
        return handle_unread(c->store, r, reterr);
    if (r == 0)
        return 0;
    *ret = (StoreEntry){.seq = sqlite3_column_int64(c->rows, 0),
                        .at = sqlite3_column_int64(c->rows, 1),
                        .kind = (const char *)sql_text(c->rows, 2).at,
                        .body = sql_text(c->rows, 3),
                        .sealed = sqlite3_column_type(c->rows, 6) != SQLITE_NULL,
                        .key = (const char *)sql_text(c->rows, 7).at};
    fixed_read(c->rows, 4, ret->previous, sizeof(ret->previous));
    fixed_read(c->rows, 5, ret->digest, sizeof(ret->digest));
    fixed_read(c->rows, 6, ret->seal, sizeof(ret->seal));
    return 1;
}

EntryCursor *entry_cursor_close(EntryCursor *c) {
    if (c)
        sqlite3_finalize(c->rows);
    free(c);
    return NULL;
}

int store_manifest_put(Store *s, const StoreManifest *m, Error *reterr) {
    sqlite3_stmt *stmt;
    int r = handle_write(s, ST_MANIFEST_PUT, &stmt);

    if (r < 0)
        return handle_fail(s, r, reterr);
    sql_bind_int(stmt, 1, m->run);
    text_bind(stmt, 2, m->body);
    sql_bind_blob(stmt, 3, span(m->digest, sizeof(m->digest)));
    sql_bind_blob(stmt, 4, span(m->seal, sizeof(m->seal)));
    sql_bind_text(stmt, 5, m->key);
    r = sql_run(stmt);
    return r < 0 ? handle_fail(s, r, reterr) : 0;
}

int query_manifest(Store *s, int64_t run, Arena *a, Error *reterr, StoreManifest *ret) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = sql_prepare(s->db, "SELECT body, digest, seal, seal_key FROM manifest WHERE run = ?1",
                        &row);

    if (r == 0) {
        sql_bind_int(row, 1, run);
        r = sql_step(row);
    }
    if (r < 0)
        return handle_unread(s, r, reterr);
    if (r == 0)
        return 0;
    *ret = (StoreManifest){.run = run, .body = arena_span(a, sql_text(row, 0))};
    fixed_read(row, 1, ret->digest, sizeof(ret->digest));
    fixed_read(row, 2, ret->seal, sizeof(ret->seal));
    ret->key = sql_text_copy(row, 3, a);
    return ret->body.at && ret->key ? 1 : -ENOMEM;
}

int query_meta(Store *s, Error *reterr, char ret_uuid[37], int64_t *ret_created) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = sql_prepare(s->db, "SELECT uuid, created FROM meta", &row);

    if (r == 0)
        r = sql_step(row);
    if (r <= 0)
        return handle_unread(s, r < 0 ? r : -EUCLEAN, reterr);
    snprintf(ret_uuid, 37, "%s", (const char *)sql_text(row, 0).at);
    *ret_created = sqlite3_column_int64(row, 1);
    return 0;
}

struct ManifestCursor {
    Store *store;
    sqlite3_stmt *rows;
};

int manifest_cursor_open(Store *s, Error *reterr, ManifestCursor **ret) {
    _cleanup_(manifest_cursor_closep) ManifestCursor *c = calloc(1, sizeof(*c));
    int r;

    if (!c)
        return -ENOMEM;
    c->store = s;
    r = sql_prepare(s->db, "SELECT run, body, digest, seal, seal_key FROM manifest ORDER BY run",
                    &c->rows);
    if (r < 0)
        return handle_unread(s, r, reterr);
    *ret = TAKE(c);
    return 0;
}

int manifest_cursor_step(ManifestCursor *c, Error *reterr, StoreManifest *ret) {
    int r = sql_step(c->rows);

    if (r < 0)
        return handle_unread(c->store, r, reterr);
    if (r == 0)
        return 0;
    *ret = (StoreManifest){.run = sqlite3_column_int64(c->rows, 0),
                           .body = sql_text(c->rows, 1),
                           .key = (const char *)sql_text(c->rows, 4).at};
    fixed_read(c->rows, 2, ret->digest, sizeof(ret->digest));
    fixed_read(c->rows, 3, ret->seal, sizeof(ret->seal));
    return 1;
}

ManifestCursor *manifest_cursor_close(ManifestCursor *c) {
    if (c)
        sqlite3_finalize(c->rows);
    free(c);
    return NULL;
}
