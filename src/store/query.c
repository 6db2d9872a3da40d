/* Query: see query.h. Each cursor owns its statement, so several may be open at once. */
#include "store/query.h"

#include "store/handle.h"

static int prepare(Store *s, const char *text, int64_t run, Error *reterr, sqlite3_stmt **ret) {
    int r = sql_prepare(s->db, text, ret);

    if (r < 0)
        return handle_unread(s, r, reterr);
    sql_bind_int(*ret, 1, run);
    return 0;
}

static void run_read(sqlite3_stmt *row, Arena *a, RunRow *ret) {
    Span ruleset = sql_blob(row, 8);

    ret->id = sqlite3_column_int64(row, 0);
    ret->started = sql_time(row, 1);
    ret->ended = sql_time(row, 2);
    ret->exit = sqlite3_column_type(row, 3) == SQLITE_NULL ? -1 : sqlite3_column_int(row, 3);
    ret->survey = sqlite3_column_int(row, 4);
    ret->complete = sqlite3_column_int(row, 5);
    ret->balanced = sqlite3_column_int(row, 6);
    ret->tool = sql_text_copy(row, 7, a);
    if (ruleset.n == sizeof(ret->ruleset))
        memcpy(ret->ruleset, ruleset.at, sizeof(ret->ruleset));
    ret->parameters = arena_span(a, sql_text(row, 9));
    ret->key = sql_text_copy(row, 10, a);
    ret->n_detectors = (uint32_t)sqlite3_column_int64(row, 11);
}

int query_run(Store *s, int64_t run, Arena *a, Error *reterr, RunRow *ret) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    RunRow read = {0};
    int r;

    r = prepare(s,
                "SELECT id, started, ended, exit, survey, complete, balanced, tool, ruleset,"
                " iif(json_valid(parameters), json(parameters), '{}'), key, (SELECT count(*) FROM "
                "detector d WHERE d.run = run.id) FROM run"
                " WHERE id = iif(?1 > 0, ?1, (SELECT max(id) FROM run))",
                run, reterr, &row);
    if (r < 0)
        return r;
    r = sql_step(row);
    if (r < 0)
        return handle_unread(s, r, reterr);
    if (r == 0 && run > 0)
        return error_set(reterr, -ENOENT, "the store '%s' has no run %lld", s->path,
                         (long long)run);
    if (r == 0)
        return error_set(reterr, -ENOENT, "the store '%s' has no run yet; scan first", s->path);
    run_read(row, a, &read);
    if (!read.tool || !read.key || !read.parameters.at)
        return -ENOMEM;
    *ret = read;
    return 0;
}

static int root_read(sqlite3_stmt *row, Arena *a, RootRow *ret) {
    ret->number = (uint32_t)sqlite3_column_int64(row, 0);
    ret->path = arena_span(a, sql_blob(row, 1));
    ret->identity = sql_text_copy(row, 2, a);
    ret->fs_type = sql_text_copy(row, 3, a);
    ret->mount_options = sql_text_copy(row, 4, a);
    ret->atime = sql_text_copy(row, 5, a);
    ret->status = handle_status(row, 6);
    ret->found = sql_uint(row, 8);
    ret->found_bytes = sql_uint(row, 9);
    ret->names = sql_uint(row, 10);
    ret->directories = sql_uint(row, 11);
    if (!ret->path.at || !ret->identity || !ret->fs_type || !ret->mount_options || !ret->atime)
        return -ENOMEM;
    return 0;
}

static int rows_count(Store *s, const char *text, int64_t run, size_t *ret) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = prepare(s, text, run, NULL, &row);

    if (r == 0)
        r = sql_step(row);
    if (r > 0)
        *ret = (size_t)sqlite3_column_int64(row, 0);
    return r < 0 ? r : 0;
}

static int roots_fill(Store *s, int64_t run, Arena *a, RootRow *rows, size_t n, size_t *ret_n) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    size_t i = 0;
    int r;

    r = prepare(s,
                "SELECT number, path, identity, fs_type, mount_options, atime, status, reason,"
                " found, found_bytes, names, directories FROM root WHERE run = ?1 ORDER BY path",
                run, NULL, &row);
    while (r == 0 && i < n && (r = sql_step(row)) > 0)
        r = root_read(row, a, &rows[i++]);
    *ret_n = i;
    return r;
}

int query_roots(Store *s, int64_t run, Arena *a, Error *reterr, RootRow **ret, size_t *ret_n) {
    RootRow *rows = NULL;
    size_t n = 0;
    int r = rows_count(s, "SELECT count(*) FROM root WHERE run = ?1", run, &n);

    if (r == 0) {
        rows = arena_array(a, n, sizeof(*rows));
        r = rows ? roots_fill(s, run, a, rows, n, &n) : -ENOMEM;
    }
    if (r < 0)
        return handle_unread(s, r, reterr);
    *ret = rows;
    *ret_n = n;
    return 0;
}

static int detector_read(sqlite3_stmt *row, Arena *a, DetectorRow *ret) {
    int tier = sqlite3_column_int(row, 3);

    ret->id = sql_text_copy(row, 0, a);
    ret->title = sql_text_copy(row, 1, a);
    ret->category = sql_text_copy(row, 2, a);
    ret->tier = tier >= 0 && tier < N_TIERS ? (Tier)tier : TIER_RESTRICTED;
    return ret->id && ret->title && ret->category ? 0 : -ENOMEM;
}

static int detectors_fill(Store *s, int64_t run, Arena *a, DetectorRow *rows, size_t n) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    size_t i = 0;
    int r;

    r = prepare(s, "SELECT id, title, category, tier FROM detector WHERE run = ?1 ORDER BY number",
                run, NULL, &row);
    while (r == 0 && i < n && (r = sql_step(row)) > 0)
        r = detector_read(row, a, &rows[i++]);
    return r;
}

int query_detectors(Store *s, int64_t run, Arena *a, Error *reterr, DetectorRow **ret,
                    size_t *ret_n) {
    DetectorRow *rows = NULL;
    size_t n = 0;
    int r = rows_count(s, "SELECT count(*) FROM detector WHERE run = ?1", run, &n);

    if (r == 0) {
        rows = arena_array(a, n, sizeof(*rows));
        r = rows ? detectors_fill(s, run, a, rows, n) : -ENOMEM;
    }
    if (r < 0)
        return handle_unread(s, r, reterr);
    *ret = rows;
    *ret_n = n;
    return 0;
}

struct NoteCursor {
    Store *store;
    sqlite3_stmt *rows;
};

int note_cursor_open(Store *s, int64_t run, const char *kind, Error *reterr, NoteCursor **ret) {
    _cleanup_(note_cursor_closep) NoteCursor *c = calloc(1, sizeof(*c));
    int r;

    if (!c)
        return -ENOMEM;
    c->store = s;
    r = prepare(s,
                "SELECT subject, count, detail FROM note WHERE run = ?1 AND kind = ?2"
                " ORDER BY subject",
                run, reterr, &c->rows);
    if (r < 0)
        return r;
    sql_bind_text(c->rows, 2, kind);
    *ret = TAKE(c);
    return 0;
}

int note_cursor_step(NoteCursor *c, Error *reterr, NoteRow *ret) {
    int r = sql_step(c->rows);

    if (r < 0)
        return handle_unread(c->store, r, reterr);
    if (r > 0)
        *ret = (NoteRow){
            .subject = sql_blob(c->rows, 0),
            .count = sql_uint(c->rows, 1),
            .detail = (const char *)sql_text(c->rows, 2).at,
        };
    return r;
}

NoteCursor *note_cursor_close(NoteCursor *c) {
    if (c)
        sqlite3_finalize(c->rows);
    free(c);
    return NULL;
}

struct ObjectCursor {
    Store *store;
    sqlite3_stmt *rows;
};

#define OBJECTS(index, condition)                                                                  \
    "SELECT o.id, r.path, o.path, o.depth, o.dev, o.ino, o.nlink, o.size, o.mtime, o.ctime,"       \
    " o.btime, o.mode, o.uid, o.gid, o.status, o.reason, o.bytes_read, o.members, o.hash,"         \
    " o.format, o.encoding, o.acl FROM root r CROSS JOIN object o " index                          \
    " ON o.series = (SELECT series FROM run WHERE id = ?1) AND o.root = r.number"                  \
    " WHERE r.run = ?1 AND o.since <= ?1 AND o.until > ?1 " condition " ORDER BY r.path, o.path"

/* The words are those of status_complete() and of the index object_unread; a test holds them. */
#define UNREAD                                                                                     \
    "AND o.status <> 'read' AND o.status <> 'special' AND o.status <> 'link'"                      \
    " AND o.status <> 'excluded' AND o.status <> 'other-filesystem' AND o.status <> 'vanished'"

static const char objects_all[] = OBJECTS("", "");
static const char objects_unread[] = OBJECTS("INDEXED BY object_unread", UNREAD);

int object_cursor_open(Store *s, int64_t run, bool unread_only, Error *reterr, ObjectCursor **ret) {
    _cleanup_(object_cursor_closep) ObjectCursor *c = calloc(1, sizeof(*c));
    int r;

    if (!c)
        return -ENOMEM;
    c->store = s;
    r = sql_prepare(s->db, unread_only ? objects_unread : objects_all, &c->rows);
    if (r < 0)
        return handle_unread(s, r, reterr);
    sql_bind_int(c->rows, 1, run);
    *ret = TAKE(c);
    return 0;
}

static FileMeta meta_read(sqlite3_stmt *row) {
    return (FileMeta){
        .dev = sql_uint(row, 4),
        .ino = sql_uint(row, 5),
        .nlink = (uint32_t)sqlite3_column_int64(row, 6),
        .size = sql_uint(row, 7),
        .mtime = sql_time(row, 8),
        .ctime = sql_time(row, 9),
        .btime = sql_time(row, 10),
        .mode = (uint32_t)sqlite3_column_int64(row, 11),
        .uid = (uint32_t)sqlite3_column_int64(row, 12),
        .gid = (uint32_t)sqlite3_column_int64(row, 13),
    };
}

static void object_read(sqlite3_stmt *row, ObjectRow *ret) {
    Span hash = sql_blob(row, 18);

    *ret = (ObjectRow){
        .id = sqlite3_column_int64(row, 0),
        .root = sql_blob(row, 1),
        .path = sql_blob(row, 2),
        .depth = (uint32_t)sqlite3_column_int64(row, 3),
        .meta = meta_read(row),
        .status = handle_status(row, 14),
        .bytes_read = sql_uint(row, 16),
        .members = sql_uint(row, 17),
        .hash = hash.n == 16 ? hash.at : NULL,
        .format = (const char *)sql_text(row, 19).at,
        .encoding = (const char *)sql_text(row, 20).at,
        .acl = sql_blob(row, 21),
    };
}

int object_cursor_step(ObjectCursor *c, Error *reterr, ObjectRow *ret) {
    int r = sql_step(c->rows);

    if (r < 0)
        return handle_unread(c->store, r, reterr);
    if (r > 0)
        object_read(c->rows, ret);
    return r;
}

ObjectCursor *object_cursor_close(ObjectCursor *c) {
    if (c)
        sqlite3_finalize(c->rows);
    free(c);
    return NULL;
}

struct FactCursor {
    Store *store;
    sqlite3_stmt *rows;
};

/* As findings in store/found.c: the order within an object is that of the key. */
static const char facts_all[] =
    "SELECT o.id, f.kind, f.part, f.text, f.time_from, f.time_to FROM root r CROSS JOIN object o"
    " INDEXED BY object_found ON o.series = (SELECT series FROM run WHERE id = ?1)"
    " AND o.root = r.number CROSS JOIN fact f ON f.object = o.id WHERE r.run = ?1"
    " AND o.since <= ?1 AND o.until > ?1 AND o.id IS NOT NULL ORDER BY r.path, o.path";

int fact_cursor_open(Store *s, int64_t run, Error *reterr, FactCursor **ret) {
    _cleanup_(fact_cursor_closep) FactCursor *c = calloc(1, sizeof(*c));
    int r;

    if (!c)
        return -ENOMEM;
    c->store = s;
    r = prepare(s, facts_all, run, reterr, &c->rows);
    if (r < 0)
        return r;
    *ret = TAKE(c);
    return 0;
}

int fact_cursor_step(FactCursor *c, Error *reterr, FactRow *ret) {
    int r = sql_step(c->rows);

    if (r < 0)
        return handle_unread(c->store, r, reterr);
    if (r > 0)
        *ret = (FactRow){
            .object = sqlite3_column_int64(c->rows, 0),
            .kind = (const char *)sql_text(c->rows, 1).at,
            .part = sql_blob(c->rows, 2),
            .text = sql_blob(c->rows, 3),
            .from = sql_time(c->rows, 4),
            .to = sql_time(c->rows, 5),
        };
    return r;
}

FactCursor *fact_cursor_close(FactCursor *c) {
    if (c)
        sqlite3_finalize(c->rows);
    free(c);
    return NULL;
}

/* Of the other kinds each member has some: they are not looked at. min() says whose path it is. */
static const char remarks_all[] =
    "SELECT f.kind, f.text, count(DISTINCT o.id), r.path, min(o.path) FROM root r CROSS JOIN object"
    " o INDEXED BY object_found ON o.series = (SELECT series FROM run WHERE id = ?1)"
    " AND o.root = r.number CROSS JOIN fact f"
    " ON f.object = o.id AND f.kind IN ('label', 'macros', 'no-contents', 'wal')"
    " WHERE r.run = ?1 AND o.since <= ?1 AND o.until > ?1 AND o.id IS NOT NULL GROUP BY f.kind, "
    "f.text ORDER BY f.kind, 3 DESC, f.text"
    " LIMIT 1000";

int query_remarks(Store *s, int64_t run, Arena *a, Error *reterr, RemarkRow **ret, size_t *ret_n) {
    _cleanup_(sql_finalizep) sqlite3_stmt *rows = NULL;
    _cleanup_(buf_done) Buf all = {0};
    int r = prepare(s, remarks_all, run, reterr, &rows);

    if (r < 0)
        return r;
    while ((r = sql_step(rows)) > 0) {
        RemarkRow row = {.kind = arena_text(a, sql_text(rows, 0)),
                         .text = arena_span(a, sql_blob(rows, 1)),
                         .objects = sql_uint(rows, 2),
                         .root = arena_span(a, sql_blob(rows, 3)),
                         .path = arena_span(a, sql_blob(rows, 4))};

        if (!row.kind || !row.text.at || !row.root.at || !row.path.at)
            return -ENOMEM;
        buf_add(&all, &row, sizeof(row));
    }
    if (r < 0)
        return handle_unread(s, r, reterr);
    *ret_n = all.n / sizeof(**ret);
    *ret = arena_array(a, *ret_n, sizeof(**ret));
    if (buf_error(&all) || !*ret)
        return -ENOMEM;
    if (all.n)
        memcpy(*ret, all.at, all.n);
    return 0;
}

static int names_prepare(Store *s, const char *text, int64_t run, uint64_t dev, uint64_t ino,
                         sqlite3_stmt **ret) {
    int r = prepare(s, text, run, NULL, ret);

    if (r < 0)
        return r;
    sql_bind_uint(*ret, 2, dev);
    sql_bind_uint(*ret, 3, ino);
    return 0;
}

static int names_fill(Store *s, int64_t run, uint64_t dev, uint64_t ino, Arena *a, NameRow *rows,
                      size_t n, size_t *ret_n) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    size_t i = 0;
    int r;

    r = names_prepare(s,
                      "SELECT r.path, n.path FROM object_name n JOIN root r ON r.run = n.run AND"
                      " r.number = n.root WHERE n.run = ?1 AND n.dev = ?2 AND n.ino = ?3 AND"
                      " n.claimed = 0 ORDER BY r.path, n.path",
                      run, dev, ino, &row);
    while (r == 0 && i < n && (r = sql_step(row)) > 0) {
        rows[i] = (NameRow){arena_span(a, sql_blob(row, 0)), arena_span(a, sql_blob(row, 1))};
        r = rows[i].root.at && rows[i].path.at ? 0 : -ENOMEM;
        i++;
    }
    *ret_n = i;
    return r;
}

static int names_count(Store *s, int64_t run, uint64_t dev, uint64_t ino, size_t *ret) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r;

    r = names_prepare(s,
                      "SELECT count(*) FROM object_name WHERE run = ?1 AND dev = ?2 AND ino = ?3"
                      " AND claimed = 0",
                      run, dev, ino, &row);
    if (r == 0)
        r = sql_step(row);
    if (r > 0)
        *ret = (size_t)sqlite3_column_int64(row, 0);
    return r < 0 ? r : 0;
}

int query_names(Store *s, int64_t run, uint64_t dev, uint64_t ino, Arena *a, Error *reterr,
                NameRow **ret, size_t *ret_n) {
    NameRow *rows = NULL;
    size_t n = 0;
    int r = names_count(s, run, dev, ino, &n);

    if (r == 0) {
        rows = arena_array(a, n, sizeof(*rows));
        r = rows ? names_fill(s, run, dev, ino, a, rows, n, &n) : -ENOMEM;
    }
    if (r < 0)
        return handle_unread(s, r, reterr);
    *ret = rows;
    *ret_n = n;
    return 0;
}
