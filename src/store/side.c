/* Side: see side.h. */
#include "store/side.h"

#include "store/handle.h"
#include "store/query.h"

struct SideCursor {
    Store *store;
    Arena arena; /* detectors */
    DetectorRow *detectors;
    size_t n_detectors;
    int64_t series;
    sqlite3_stmt *rows, *object;
};

/* Within an object the order is that of the key of its findings, as in store/found.c. ?3 is the
 * other run where it is of the same series, else 0, before any `since`. */
static const char side_sql[] =
    "SELECT r.number, r.path, o.path, f.part, f.part_kind, f.detector, f.level,"
    " f.count_high + f.count_medium + f.count_low, f.distinct_values, o.id, o.since, f.samples"
    " FROM root r CROSS JOIN object o INDEXED BY object_found ON o.series = ?2"
    " AND o.root = r.number CROSS JOIN finding f ON f.object = o.id"
    " WHERE r.run = ?1 AND o.since <= ?1 AND o.until > ?1 AND o.id IS NOT NULL"
    " AND NOT (o.since <= ?3 AND o.until > ?3) ORDER BY r.path, o.path";

static const char object_sql[] = "SELECT mode, uid, gid, hash,"
                                 " status = 'partial' AND reason = 'no-ocr' FROM object"
                                 " WHERE series = ?1 AND root = ?2 AND path = ?3 AND since = ?4";

int side_cmp(const SideRow *a, const SideRow *b) {
    int r = span_cmp(a->root_path, b->root_path);

    if (r == 0)
        r = span_cmp(a->path, b->path);
    if (r == 0)
        r = span_cmp(a->part, b->part);
    return r ? r : strcmp(a->detector, b->detector);
}

bool side_same_object(const SideRow *a, const SideRow *b) {
    return span_eq(a->root_path, b->root_path) && span_eq(a->path, b->path);
}

static int series_of(Store *s, int64_t run, int64_t *ret) {
    _cleanup_(sql_finalizep) sqlite3_stmt *row = NULL;
    int r = sql_prepare(s->db, "SELECT series FROM run WHERE id = ?1", &row);

    if (r < 0)
        return r;
    sql_bind_int(row, 1, run);
    r = sql_step(row);
    *ret = r > 0 ? sqlite3_column_int64(row, 0) : -1;
    return r < 0 ? r : 0;
}

static int prepare(SideCursor *c, int64_t run, int64_t other) {
    Store *s = c->store;
    int64_t series = -1;
    int r;

    if ((r = series_of(s, run, &c->series)) < 0 ||
        (other && (r = series_of(s, other, &series)) < 0) ||
        (r = sql_prepare(s->db, side_sql, &c->rows)) < 0 ||
        (r = sql_prepare(s->db, object_sql, &c->object)) < 0)
        return r;
    sql_bind_int(c->rows, 1, run);
    sql_bind_int(c->rows, 2, c->series);
    sql_bind_int(c->rows, 3, series == c->series ? other : 0);
    return 0;
}

int side_open(Store *s, int64_t run, int64_t other, Error *reterr, SideCursor **ret) {
    _cleanup_(side_closep) SideCursor *c = calloc(1, sizeof(*c));
    int r;

    if (!c)
        return -ENOMEM;
    c->store = s;
    r = query_detectors(s, run, &c->arena, reterr, &c->detectors, &c->n_detectors);
    if (r < 0)
        return r;
    r = prepare(c, run, other);
    if (r < 0)
        return handle_unread(s, r, reterr);
    *ret = TAKE(c);
    return 0;
}

static Level level_read(int level) {
    return level > LEVEL_NONE && level < N_LEVELS ? (Level)level : LEVEL_LOW;
}

static PartKind kind_read(int kind) {
    return kind > PART_BYTES && kind < N_PART_KINDS ? (PartKind)kind : PART_BYTES;
}

static int row_read(const SideCursor *c, SideRow *ret) {
    int64_t number = sqlite3_column_int64(c->rows, 5);
    const DetectorRow *d;

    if (number < 0 || (uint64_t)number >= c->n_detectors)
        return -EUCLEAN;
    d = &c->detectors[number];
    *ret = (SideRow){.root = (uint32_t)sqlite3_column_int64(c->rows, 0),
                     .root_path = sql_blob(c->rows, 1),
                     .path = sql_blob(c->rows, 2),
                     .part = sql_blob(c->rows, 3),
                     .kind = kind_read(sqlite3_column_int(c->rows, 4)),
                     .detector = d->id,
                     .title = d->title,
                     .category = d->category,
                     .tier = d->tier,
                     .level = level_read(sqlite3_column_int(c->rows, 6)),
                     .count = sql_uint(c->rows, 7),
                     .distinct = sql_uint(c->rows, 8),
                     .object = sqlite3_column_int64(c->rows, 9),
                     .since = sqlite3_column_int64(c->rows, 10),
                     .samples = sql_blob(c->rows, 11)};
    return 1;
}

int side_step(SideCursor *c, Error *reterr, SideRow *ret) {
    int r = sql_step(c->rows);

    if (r > 0)
        r = row_read(c, ret);
    return r < 0 ? handle_unread(c->store, r, reterr) : r;
}

static void object_read(sqlite3_stmt *row, SideObject *ret) {
    Span hash = sql_blob(row, 3);

    *ret = (SideObject){.mode = (uint32_t)sqlite3_column_int64(row, 0),
                        .uid = (uint32_t)sqlite3_column_int64(row, 1),
                        .gid = (uint32_t)sqlite3_column_int64(row, 2),
                        .pictures = sqlite3_column_int(row, 4),
                        .hashed = hash.n == sizeof(ret->hash)};
    if (ret->hashed)
        memcpy(ret->hash, hash.at, hash.n);
}

int side_object(SideCursor *c, const SideRow *row, Error *reterr, SideObject *ret) {
    int r;

    sql_bind_int(c->object, 1, c->series);
    sql_bind_int(c->object, 2, row->root);
    sql_bind_blob(c->object, 3, row->path);
    sql_bind_int(c->object, 4, row->since);
    r = sql_step(c->object);
    *ret = (SideObject){0};
    if (r > 0)
        object_read(c->object, ret);
    sql_reset(c->object);
    return r < 0 ? handle_unread(c->store, r, reterr) : 0;
}

/* By id, in whose order they are. */
bool side_has_detector(const SideCursor *c, const char *id) {
    size_t lo = 0, hi = c->n_detectors;

    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;
        int r = strcmp(c->detectors[middle].id, id);

        if (r == 0)
            return true;
        if (r < 0)
            lo = middle + 1;
        else
            hi = middle;
    }
    return false;
}

SideCursor *side_close(SideCursor *c) {
    if (!c)
        return NULL;
    sqlite3_finalize(c->rows);
    sqlite3_finalize(c->object);
    arena_done(&c->arena);
    free(c);
    return NULL;
}
