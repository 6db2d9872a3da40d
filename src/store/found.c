/* Found: see found.h. The filter by type is decided once a detector, that by path once an object.
 */
#include "store/found.h"

#include <fnmatch.h>

#include "store/handle.h"
#include "store/name.h"
#include "store/query.h"
#include "store/samples.h"

struct FoundCursor {
    Store *store;
    FoundFilter filter;
    Arena arena; /* detectors and keep */
    DetectorRow *detectors;
    size_t n_detectors;
    bool *keep;      /* by detector number */
    const char *key; /* of the run's tokens */
    sqlite3_stmt *rows;
    int64_t object; /* the last one seen, and whether its path passes */
    bool object_passes;
    LineageLook *look; /* NULL: not wanted */
    int64_t located;   /* the object whose locator is in `locator` */
    Buf locator;
    bool whole; /* rows have the columns of found_whole */
};

/*
 * The index has the object's path and id: without its names, the object itself is not read. Within
 * an object the order is that of the key by which its findings are looked up (part, detector);
 * asked for in words, SQLite would sort the findings of each object once more. A test holds both
 * the plan and the order.
 */
#define FOUND(names, more)                                                                         \
    "SELECT o.id, r.path, o.path, f.part, f.detector, f.level, f.score, f.count_high,"             \
    " f.count_medium, f.count_low, f.tested, f.valid, f.test_values, f.distinct_values,"           \
    " f.distinct_exact, f.samples, " names ", f.part_kind, f.heading, f.sketch" more               \
    " FROM root r CROSS JOIN object o INDEXED BY object_found"                                     \
    " ON o.series = (SELECT series FROM run WHERE id = ?1) AND o.root = r.number"                  \
    " CROSS JOIN finding f ON f.object = o.id"                                                     \
    " WHERE r.run = ?1 AND o.since <= ?1 AND o.until > ?1 AND f.level >= ?2 AND o.id IS NOT NULL"  \
    " ORDER BY r.path, o.path"

/* A column of the file that a member is in; the object's own where it is a file. */
#define OF_FILE(column)                                                                            \
    "iif(o.depth = 0, o." column ", (SELECT h." column " FROM object h WHERE h.series = o.series"  \
    " AND h.root = o.root AND h.path = substr(o.path, 1, instr(o.path, x'00') - 1)"                \
    " AND h.since <= ?1 AND h.until > ?1))"

static const char found_named[] = FOUND("o.dev, o.ino, o.nlink, " OF_FILE("uid"), "");
static const char found_whole[] =
    FOUND("o.dev, o.ino, o.nlink, " OF_FILE("uid"),
          ", o.size, o.mtime, o.ctime, o.btime, " OF_FILE("mode") ", " OF_FILE(
              "gid") ", o.status, o.reason, o.format, " OF_FILE("acl"));
static const char found_plain[] = FOUND("0, 0, 1, 0", "");

static bool detector_passes(const DetectorRow *d, const FoundFilter *f) {
    if (d->tier < f->tier)
        return false;
    return !f->type || fnmatch(f->type, d->id, 0) == 0 || fnmatch(f->type, d->category, 0) == 0;
}

static int detectors_load(FoundCursor *c, int64_t run, Error *reterr) {
    int r = query_detectors(c->store, run, &c->arena, reterr, &c->detectors, &c->n_detectors);

    if (r < 0)
        return r;
    c->keep = arena_array(&c->arena, c->n_detectors, sizeof(*c->keep));
    if (!c->keep)
        return -ENOMEM;
    for (size_t i = 0; i < c->n_detectors; i++)
        c->keep[i] = detector_passes(&c->detectors[i], &c->filter);
    return 0;
}

static int cursor_open(Store *s, int64_t run, const FoundFilter *filter, const char *sql,
                       Error *reterr, FoundCursor **ret) {
    _cleanup_(found_cursor_closep) FoundCursor *c = calloc(1, sizeof(*c));
    RunRow of;
    int r;

    if (!c)
        return -ENOMEM;
    c->store = s;
    c->filter = *filter;
    if ((r = detectors_load(c, run, reterr)) < 0 ||
        (r = query_run(s, run, &c->arena, reterr, &of)) < 0)
        return r;
    c->key = of.key;
    if (filter->lineage || filter->fresh || (filter->judge && filter->judge->n_by_id))
        r = lineage_open(s, of.id, reterr, &c->look);
    if (r < 0)
        return r;
    c->whole = sql == found_whole;
    r = sql_prepare(s->db, sql, &c->rows);
    if (r < 0)
        return handle_unread(s, r, reterr);
    sql_bind_int(c->rows, 1, run);
    sql_bind_int(c->rows, 2, filter->least);
    *ret = TAKE(c);
    return 0;
}

int found_cursor_open(Store *s, int64_t run, const FoundFilter *filter, bool names, Error *reterr,
                      FoundCursor **ret) {
    names |= filter->judge && filter->judge->owners;
    return cursor_open(s, run, filter, names ? found_named : found_plain, reterr, ret);
}

int found_cursor_open_whole(Store *s, int64_t run, Error *reterr, FoundCursor **ret) {
    static const FoundFilter all = {0};

    return cursor_open(s, run, &all, found_whole, reterr, ret);
}

FoundCursor *found_cursor_close(FoundCursor *c) {
    if (!c)
        return NULL;
    sqlite3_finalize(c->rows);
    lineage_close(c->look);
    buf_done(&c->locator);
    arena_done(&c->arena);
    free(c);
    return NULL;
}

/* The printed locator of the row's object, made once for all its rows. */
static int locator_make(FoundCursor *c, const FoundRow *row) {
    if (c->located == row->object)
        return 0;
    buf_clear(&c->locator);
    c->located = row->object;
    return name_print(&c->locator, row->root, row->path);
}

/* Backslashes of a pasted locator (`\x1b`) mean themselves. */
static int path_passes(FoundCursor *c, const FoundRow *row) {
    int r;

    if (!c->filter.path)
        return 1;
    if (c->object == row->object)
        return c->object_passes;
    r = locator_make(c, row);
    if (r < 0)
        return r;
    c->object = row->object;
    c->object_passes = fnmatch(c->filter.path, buf_cstr(&c->locator), FNM_NOESCAPE) == 0;
    return c->object_passes;
}

/* 1: what is known of its past passes. */
static int lineage_passes(FoundCursor *c, FoundRow *row, Error *reterr) {
    int r;

    if (!c->look)
        return 1;
    r = lineage_find(c->look, row->root, row->path, row->part, row->detector, reterr,
                     &row->lineage);
    row->known = r > 0;
    return r < 0 ? r : !c->filter.fresh || (row->known && row->lineage.fresh);
}

/* 1: nobody decided that it is not to be shown. */
static int judge_passes(FoundCursor *c, FoundRow *row) {
    Judge *j = c->filter.judge;
    char id[LINEAGE_ID_TEXT] = "";
    JudgeCase of = {.finding = id,
                    .detector = row->detector,
                    .category = row->category,
                    .asset = "",
                    .uid = row->uid};
    int r;

    if (!j || (!j->n_by_id && !j->n_others))
        return 1;
    r = locator_make(c, row);
    if (r < 0)
        return r;
    of.locator = buf_cstr(&c->locator);
    if (row->known)
        lineage_id_print(row->lineage.id, id);
    row->verdict = judge_find(j, &of);
    return !row->verdict || c->filter.judged;
}

static Level level_read(sqlite3_stmt *row, int i) {
    int level = sqlite3_column_int(row, i);

    return level > LEVEL_NONE && level < N_LEVELS ? (Level)level : LEVEL_LOW;
}

static PartKind kind_read(sqlite3_stmt *row, int i) {
    int kind = sqlite3_column_int(row, i);

    return kind > PART_BYTES && kind < N_PART_KINDS ? (PartKind)kind : PART_BYTES;
}

static void row_read(const FoundCursor *c, FoundRow *ret) {
    const DetectorRow *d = &c->detectors[sqlite3_column_int64(c->rows, 4)];

    *ret = (FoundRow){
        .object = sqlite3_column_int64(c->rows, 0),
        .root = sql_blob(c->rows, 1),
        .path = sql_blob(c->rows, 2),
        .part = sql_blob(c->rows, 3),
        .kind = kind_read(c->rows, 20),
        .heading = sql_blob(c->rows, 21),
        .values = sql_blob(c->rows, 22),
        .number = (uint32_t)sqlite3_column_int64(c->rows, 4),
        .detector = d->id,
        .title = d->title,
        .category = d->category,
        .tier = d->tier,
        .level = level_read(c->rows, 5),
        .score = sqlite3_column_double(c->rows, 6),
        .count[LEVEL_HIGH] = sql_uint(c->rows, 7),
        .count[LEVEL_MEDIUM] = sql_uint(c->rows, 8),
        .count[LEVEL_LOW] = sql_uint(c->rows, 9),
        .tested = sql_uint(c->rows, 10),
        .valid = sql_uint(c->rows, 11),
        .test_values = sql_uint(c->rows, 12),
        .distinct = sql_uint(c->rows, 13),
        .distinct_exact = sqlite3_column_int(c->rows, 14),
        .samples = sql_blob(c->rows, 15),
        .key = c->key,
        .dev = sql_uint(c->rows, 16),
        .ino = sql_uint(c->rows, 17),
        .nlink = (uint32_t)sqlite3_column_int64(c->rows, 18),
        .uid = (uint32_t)sqlite3_column_int64(c->rows, 19),
    };
}

static void object_read(const FoundCursor *c, FoundRow *ret) {
    ret->meta = (FileMeta){
        .dev = ret->dev,
        .ino = ret->ino,
        .nlink = ret->nlink,
        .size = sql_uint(c->rows, 23),
        .mtime = sql_time(c->rows, 24),
        .ctime = sql_time(c->rows, 25),
        .btime = sql_time(c->rows, 26),
        .mode = (uint32_t)sqlite3_column_int64(c->rows, 27),
        .uid = ret->uid,
        .gid = (uint32_t)sqlite3_column_int64(c->rows, 28),
    };
    ret->status = handle_status(c->rows, 29);
    ret->format = (const char *)sql_text(c->rows, 31).at;
    ret->acl = sql_blob(c->rows, 32);
}

/* 1: *ret is a row that passes, 0: one that does not. */
static int row_take(FoundCursor *c, Error *reterr, FoundRow *ret) {
    int64_t number = sqlite3_column_int64(c->rows, 4);
    int r;

    if (number < 0 || (uint64_t)number >= c->n_detectors)
        return -EUCLEAN;
    if (!c->keep[number])
        return 0;
    row_read(c, ret);
    if (c->whole)
        object_read(c, ret);
    r = path_passes(c, ret);
    if (r > 0)
        r = lineage_passes(c, ret, reterr);
    return r > 0 ? judge_passes(c, ret) : r;
}

int found_cursor_step(FoundCursor *c, Error *reterr, FoundRow *ret) {
    FoundRow row;
    int r;

    while ((r = sql_step(c->rows)) > 0) {
        r = row_take(c, reterr, &row);
        if (r > 0)
            *ret = row;
        if (r != 0)
            break;
    }
    return r < 0 ? handle_unread(c->store, r, reterr) : r;
}

int found_samples(FoundCursor *c, Span samples, size_t most, Error *reterr, Sample *ret,
                  size_t *ret_n) {
    int r = samples_get(samples, most, ret, ret_n);

    return r < 0 ? handle_unread(c->store, r, reterr) : 0;
}

void found_place(const FoundRow *row, const Sample *sample, Buf *part, Locator *l) {
    buf_clear(part);
    part_print_row(part, row->kind, row->part, sample->line);
    l->part = buf_as_span(part);
    if (part_has_rows(row->kind))
        return;
    l->line = sample->line;
    l->has_offset = sample->offset != MARK_NOWHERE;
    l->offset = l->has_offset ? sample->offset : 0;
}
