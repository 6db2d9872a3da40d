/*
 * Sighting: see sighting.h.
 *
 * The temporary table has a row for each content that more than one row of the store has, or that
 * an earlier run than the one at hand has read. It is filled by one pass over all objects.
 */
#include "store/sighting.h"

#include "store/handle.h"

struct SightingCursor {
    Store *store;
    sqlite3_stmt *rows;
};

#define CONTENT_LEAST "64"

static const char copies_make[] =
    "DROP TABLE IF EXISTS temp.content; CREATE TEMP TABLE content (hash BLOB PRIMARY KEY, seen"
    " INTEGER, mtime INTEGER, here INTEGER) WITHOUT ROWID";

/* ?1: the run */
static const char copies_fill[] =
    "INSERT INTO temp.content SELECT o.hash, min(s.started), min(o.mtime), max(o.since <= ?1 AND"
    " o.until > ?1 AND o.series = (SELECT series FROM run WHERE id = ?1)) FROM object o JOIN run s"
    " ON s.id = o.since WHERE o.hash IS NOT NULL AND o.size >= " CONTENT_LEAST " AND o.since <= ?1"
    " GROUP BY o.hash HAVING count(*) > 1 OR min(o.since) < ?1";

#define COLUMNS                                                                                    \
    "SELECT coalesce(o.id, 0), r.path, o.path, o.depth, o.size, o.members, o.mtime, o.btime,"      \
    " o.uid, o.mode, o.status, o.reason, o.format"

static const char all[] = COLUMNS
    ", nullif(min(coalesce(c.seen, 9223372036854775807), s.started), n.started), iif(c.mtime <"
    " o.mtime, c.mtime, NULL) FROM root r CROSS JOIN object o ON o.series = (SELECT series FROM"
    " run WHERE id = ?1) AND o.root = r.number JOIN run s ON s.id = o.since JOIN run n ON n.id ="
    " ?1 LEFT JOIN temp.content c ON c.hash = o.hash WHERE r.run = ?1 AND o.since <= ?1 AND"
    " o.until > ?1 ORDER BY r.path, o.path";

static const char files[] = COLUMNS
    ", NULL, NULL FROM root r CROSS JOIN object o ON o.series = (SELECT series FROM run WHERE id ="
    " ?1) AND o.root = r.number WHERE r.run = ?1 AND o.since <= ?1 AND o.until > ?1 AND o.depth ="
    " 0 ORDER BY r.path, o.path";

/* ?1: the run, ?2: the one before */
static const char gone[] = COLUMNS
    ", s.started, NULL FROM root r JOIN root n ON n.run = ?1 AND n.path = r.path AND n.status ="
    " 'read' CROSS JOIN object o ON o.series = (SELECT series FROM run WHERE id = ?2) AND o.root ="
    " r.number JOIN run s ON s.id = o.since WHERE r.run = ?2 AND o.since <= ?2 AND o.until > ?2"
    " AND o.depth = 0 AND o.status IN ('read', 'partial', 'limit', 'encrypted', 'unsupported')"
    " AND NOT EXISTS (SELECT 1 FROM object w WHERE w.series = (SELECT series FROM run WHERE id ="
    " ?1) AND w.root = n.number AND w.path = o.path AND w.since <= ?1 AND w.until > ?1)"
    " AND NOT EXISTS (SELECT 1 FROM temp.content c WHERE c.hash = o.hash AND c.here) ORDER BY "
    "r.path, o.path";

/* ?1: the run, ?2: path of a root, ?3: of a directory below it */
static const char unread[] =
    "SELECT 1 FROM root r JOIN object o ON o.series = (SELECT series FROM run WHERE id = ?1) AND"
    " o.root = r.number AND o.path = ?3 AND o.since <= ?1 AND o.until > ?1 WHERE r.run = ?1 AND"
    " r.path = ?2 AND o.status IN ('error', 'excluded', 'offline', 'other-filesystem', 'limit')";

static const char before[] =
    "SELECT coalesce(max(p.id), 0) FROM run p WHERE p.id < ?1 AND p.ended IS NOT NULL AND p.survey"
    " = 0 AND EXISTS (SELECT 1 FROM root a JOIN root b ON b.run = ?1 AND b.path = a.path WHERE"
    " a.run = p.id)";

static int cursor_new(Store *s, const char *text, int64_t run, Error *reterr,
                      SightingCursor **ret) {
    _cleanup_(sighting_cursor_closep) SightingCursor *c = calloc(1, sizeof(*c));
    int r;

    if (!c)
        return -ENOMEM;
    c->store = s;
    r = sql_prepare(s->db, text, &c->rows);
    if (r < 0)
        return handle_unread(s, r, reterr);
    sql_bind_int(c->rows, 1, run);
    *ret = TAKE(c);
    return 0;
}

static int copies_find(Store *s, int64_t run, Error *reterr) {
    _cleanup_(sql_finalizep) sqlite3_stmt *fill = NULL;
    int r = sql_exec(s->db, copies_make);

    if (r == 0)
        r = sql_prepare(s->db, copies_fill, &fill);
    if (r == 0) {
        sql_bind_int(fill, 1, run);
        r = sql_run(fill);
    }
    return r < 0 ? handle_unread(s, r, reterr) : 0;
}

int sighting_cursor_open(Store *s, int64_t run, Error *reterr, SightingCursor **ret) {
    int r = copies_find(s, run, reterr);

    return r < 0 ? r : cursor_new(s, all, run, reterr, ret);
}

int sighting_cursor_open_files(Store *s, int64_t run, Error *reterr, SightingCursor **ret) {
    return cursor_new(s, files, run, reterr, ret);
}

static int run_before(Store *s, int64_t run, Error *reterr, int64_t *ret) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = sql_prepare(s->db, before, &row);

    if (r == 0) {
        sql_bind_int(row, 1, run);
        r = sql_step(row);
    }
    if (r < 0)
        return handle_unread(s, r, reterr);
    *ret = r > 0 ? sqlite3_column_int64(row, 0) : 0;
    return 0;
}

int sighting_cursor_open_gone(Store *s, int64_t run, Error *reterr, int64_t *ret_run,
                              SightingCursor **ret) {
    int r = run_before(s, run, reterr, ret_run);

    if (r < 0 || !*ret_run)
        return r;
    r = cursor_new(s, gone, run, reterr, ret);
    if (r == 0)
        sql_bind_int((*ret)->rows, 2, *ret_run);
    return r;
}

int sighting_hidden(Store *s, int64_t run, Span root, Span path, Error *reterr, bool *ret) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = sql_prepare(s->db, unread, &row);

    *ret = false;
    for (size_t i = path.n; r == 0 && i > 0; i--) {
        if (path.at[i - 1] != '/')
            continue;
        sql_reset(row);
        sql_bind_int(row, 1, run);
        sql_bind_blob(row, 2, root);
        sql_bind_blob(row, 3, span(path.at, i - 1));
        r = sql_step(row);
        *ret |= r > 0;
    }
    return r < 0 ? handle_unread(s, r, reterr) : 0;
}

int sighting_cursor_step(SightingCursor *c, Error *reterr, Sighting *ret) {
    sqlite3_stmt *s = c->rows;
    int r = sql_step(s);

    if (r < 0)
        return handle_unread(c->store, r, reterr);
    if (r > 0)
        *ret = (Sighting){.id = sqlite3_column_int64(s, 0),
                          .root = sql_blob(s, 1),
                          .path = sql_blob(s, 2),
                          .depth = (uint32_t)sqlite3_column_int64(s, 3),
                          .size = sql_uint(s, 4),
                          .members = sql_uint(s, 5),
                          .mtime = sql_time(s, 6),
                          .btime = sql_time(s, 7),
                          .uid = (uint32_t)sqlite3_column_int64(s, 8),
                          .mode = (uint32_t)sqlite3_column_int64(s, 9),
                          .status = handle_status(s, 10),
                          .format = (const char *)sql_text(s, 12).at,
                          .first_seen = sql_time(s, 13),
                          .copy_mtime = sql_time(s, 14)};
    return r;
}

SightingCursor *sighting_cursor_close(SightingCursor *c) {
    if (c)
        sqlite3_finalize(c->rows);
    free(c);
    return NULL;
}
