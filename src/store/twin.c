/*
 * Twin: see twin.h.
 *
 * Hashes stand in no index of the store: it would cost each row of each first scan, for nights in
 * which something moved. Instead rows are passed over once, in the order of their keys, and divided
 * into pages; of each page its first key is kept, of each file its hash and its page. A look-up
 * passes over one page. What is put later is not in it, and what was taken away is not found: both
 * are read like any other file.
 */
#include "store/twin.h"

#include "store/carry.h"
#include "store/handle.h"
#include "store/row.h"
#include "store/series.h"

enum {
    PAGE = 256,          /* rows, of any depth */
    FILES_MAX = 4 << 20, /* of which contents are kept: 64 MiB */
    SIZES_BITS = 23,     /* of the set of sizes: a mebibyte */
    LEAST = 4 << 10,     /* smaller files are read as fast as they are asked for */
    LARGE = 4 << 20,     /* larger ones are hashed only where their time speaks for it, too */
    TRIES = 8,           /* rows of the same content that are looked at */
};

typedef struct TwinFile {
    uint64_t key; /* of its hash */
    uint32_t page;
} TwinFile;

struct Twins {
    TwinFile *files; /* in order of key */
    size_t n, cap;
    Bits sizes; /* with times of large files, folded to SIZES_BITS: more are in it than were put */
    Buf firsts; /* the first path of each page */
    size_t *at; /* by page: where it begins in firsts; one more behind the last */
    uint32_t *roots;
    size_t n_pages, cap_pages;
};

Twins *twins_free(Twins *t) {
    if (t) {
        bits_done(&t->sizes);
        buf_done(&t->firsts);
        free(t->files);
        free(t->roots);
        free(t->at);
        free(t);
    }
    return NULL;
}

static uint64_t size_fold(uint64_t size, int64_t mtime) {
    uint64_t mixed = size * UINT64_C(0x9E3779B97F4A7C15);

    if (size > LARGE)
        mixed = (mixed ^ (uint64_t)mtime) * UINT64_C(0xD6E8FEB86659FD93);
    return mixed >> (64 - SIZES_BITS);
}

static uint64_t hash_key(const uint8_t *hash) {
    uint64_t key;

    memcpy(&key, hash, sizeof(key));
    return key;
}

/* ---- gathering ---- */

static int page_add(Twins *t, uint32_t root, Span path) {
    if (t->n_pages + 1 >= t->cap_pages) {
        size_t cap = t->cap_pages ? t->cap_pages * 2 : 64;
        size_t *at = reallocarray(t->at, cap, sizeof(*at));
        uint32_t *roots = at ? reallocarray(t->roots, cap, sizeof(*roots)) : NULL;

        t->at = at ? at : t->at;
        if (!roots)
            return -ENOMEM;
        t->roots = roots;
        t->cap_pages = cap;
    }
    t->roots[t->n_pages] = root;
    t->at[t->n_pages++] = t->firsts.n;
    buf_span(&t->firsts, path);
    t->at[t->n_pages] = t->firsts.n;
    return buf_error(&t->firsts);
}

static int file_add(Twins *t, uint64_t size, int64_t mtime, const uint8_t *hash) {
    int r;

    if (size < LEAST || t->n == FILES_MAX)
        return 0;
    if (t->n == t->cap) {
        size_t cap = t->cap ? t->cap * 2 : 1024;
        TwinFile *files = reallocarray(t->files, cap, sizeof(*files));

        if (!files)
            return -ENOMEM;
        t->files = files;
        t->cap = cap;
    }
    t->files[t->n++] = (TwinFile){hash_key(hash), (uint32_t)(t->n_pages - 1)};
    r = bits_put(&t->sizes, size_fold(size, mtime));
    return r < 0 ? r : 0;
}

static int file_compare(const void *a, const void *b) {
    uint64_t x = ((const TwinFile *)a)->key, y = ((const TwinFile *)b)->key;

    return (x > y) - (x < y);
}

/* Columns: root, path, depth, size, mtime, hash. */
static int gather(Store *s, Twins *t) {
    sqlite3_stmt *row;
    uint64_t n = 0;
    int r = handle_statement(s, ST_CONTENTS_READ, &row);

    if (r < 0)
        return r;
    sql_bind_int(row, 1, s->course.series);
    while ((r = sql_step(row)) > 0) {
        Span hash = sql_blob(row, 5);

        if (n++ % PAGE == 0)
            r = page_add(t, (uint32_t)sqlite3_column_int64(row, 0), sql_blob(row, 1));
        if (r >= 0 && sqlite3_column_int64(row, 2) == 0 && hash.n == 16)
            r = file_add(t, sql_uint(row, 3), sql_time(row, 4), hash.at);
        if (r < 0)
            break;
    }
    sql_reset(row);
    if (r == 0 && t->n)
        qsort(t->files, t->n, sizeof(*t->files), file_compare);
    return r;
}

/* Those of the run's series, gathered when they are first asked for. */
static int twins_of(Store *s, int64_t run, const Twins **ret) {
    int r = course_enter(s, run);
    Twins *t;

    if (r == 0 && !s->course.twins) {
        t = calloc(1, sizeof(*t));
        r = t ? gather(s, t) : -ENOMEM;
        if (r < 0)
            twins_free(t);
        else
            s->course.twins = t;
    }
    *ret = s->course.twins;
    return r;
}

int store_twin_look(Store *s, int64_t run, const FileMeta *meta, Error *reterr, bool *ret) {
    const Twins *t;
    int r;

    *ret = false;
    if (meta->size < LEAST)
        return 0;
    r = twins_of(s, run, &t);
    if (r < 0)
        return handle_unread(s, r, reterr);
    *ret = bits_has(&t->sizes, size_fold(meta->size, meta->mtime));
    return 0;
}

/* ---- finding one ---- */

/* The row that was found; its words are those of the caller's buffers. */
typedef struct Twin {
    uint32_t root;
    Buf path;
    int64_t since;
    Status status;
    uint64_t bytes_read, members;
    char format[32], encoding[32];
} Twin;

static void twin_done(Twin *t) {
    buf_done(&t->path);
}

static int twin_keep(sqlite3_stmt *row, Twin *ret) {
    buf_clear(&ret->path);
    buf_span(&ret->path, sql_blob(row, 1));
    ret->root = (uint32_t)sqlite3_column_int64(row, 0);
    ret->since = sqlite3_column_int64(row, 2);
    ret->status = handle_status(row, 3);
    ret->bytes_read = sql_uint(row, 5);
    ret->members = sql_uint(row, 6);
    snprintf(ret->format, sizeof(ret->format), "%s", (const char *)sql_text(row, 7).at);
    snprintf(ret->encoding, sizeof(ret->encoding), "%s", (const char *)sql_text(row, 8).at);
    return buf_error(&ret->path);
}

/* It says of its content what a file with that content would have said again. */
static bool twin_does(const Store *s, sqlite3_stmt *row, TwinAlike *alike, void *of) {
    Status status = handle_status(row, 3);

    return carry_status_holds(&status) &&
           carry_is_settled(s, sqlite3_column_int64(row, 2), sql_time(row, 9), sql_time(row, 10)) &&
           !sqlite3_column_int(row, 11) &&
           alike(of, sql_blob(row, 1), (const char *)sql_text(row, 7).at);
}

static void page_bind(const Twins *t, sqlite3_stmt *row, uint32_t page) {
    bool last = page + 1 == t->n_pages;
    const uint8_t *at = t->firsts.at;

    sql_bind_int(row, 2, t->roots[page]);
    sql_bind_blob(row, 3, span(at + t->at[page], t->at[page + 1] - t->at[page]));
    sql_bind_int(row, 4, last ? INT64_MAX : t->roots[page + 1]);
    sql_bind_blob(
        row, 5, last ? span_of("") : span(at + t->at[page + 1], t->at[page + 2] - t->at[page + 1]));
}

/* 1: one was found. Columns: root, path, since, status, reason, bytes_read, members, format,
 * encoding, mtime, ctime, whether something was found in its name. */
static int page_search(Store *s, const Twins *t, uint32_t page, const StoreObject *o,
                       TwinAlike *alike, void *of, Twin *ret) {
    sqlite3_stmt *row;
    int r = handle_statement(s, ST_TWIN_FIND, &row);

    if (r < 0)
        return r;
    sql_bind_int(row, 1, s->course.series);
    page_bind(t, row, page);
    sql_bind_blob(row, 6, span(o->hash, 16));
    sql_bind_uint(row, 7, o->meta.size);
    while ((r = sql_step(row)) > 0) {
        if (twin_does(s, row, alike, of)) {
            r = twin_keep(row, ret);
            r = r < 0 ? r : 1;
            break;
        }
    }
    sql_reset(row);
    return r;
}

static size_t files_find(const Twins *t, uint64_t key) {
    size_t lo = 0, hi = t->n;

    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;

        if (t->files[middle].key < key)
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo;
}

static int twin_find(Store *s, const Twins *t, const StoreObject *o, TwinAlike *alike, void *of,
                     Twin *ret) {
    uint64_t key = hash_key(o->hash);
    size_t i = files_find(t, key);
    int r = 0;

    for (unsigned n = 0; n < TRIES && i < t->n && t->files[i].key == key && r == 0; n++, i++)
        r = page_search(s, t, t->files[i].page, o, alike, of, ret);
    return r;
}

/* ---- putting it ---- */

/* The row, and the units inside it that it was read with. */
static void twin_bind(const Store *s, sqlite3_stmt *stmt, const Twin *t) {
    sql_bind_int(stmt, 1, s->course.series);
    sql_bind_int(stmt, 2, t->root);
    sql_bind_blob(stmt, 3, buf_as_span(&t->path));
    sql_bind_int(stmt, 4, t->since);
}

/* Ids of the new rows are those of the old ones and *ret_shift; *ret_own is the file's, or 0. */
static int ids_shift(Store *s, const Twin *t, int64_t *ret_shift, int64_t *ret_own) {
    int64_t least = 0, most = 0, own = 0, next = 0;
    sqlite3_stmt *row;
    int r = handle_statement(s, ST_TWIN_IDS, &row);

    if (r < 0)
        return r;
    twin_bind(s, row, t);
    r = sql_step(row);
    if (r > 0) {
        least = sqlite3_column_int64(row, 0);
        most = sqlite3_column_int64(row, 1);
        own = sqlite3_column_int64(row, 2);
    }
    sql_reset(row);
    if (r >= 0 && most)
        r = object_number(s, &next);
    if (r < 0 || !most)
        return r < 0 ? r : 0;
    *ret_shift = next - least;
    *ret_own = own ? own + *ret_shift : 0;
    s->object = most + *ret_shift;
    return 0;
}

/* The sums take in its members. */
static int members_tally(Store *s, int64_t run, const Twin *t) {
    sqlite3_stmt *row;
    int r = handle_statement(s, ST_TWIN_SUMS, &row);

    if (r < 0)
        return r;
    twin_bind(s, row, t);
    while ((r = sql_step(row)) > 0) {
        Status status = handle_status(row, 0);

        r = tally_put(
            s, run, &status, true,
            &(Tally){sql_uint(row, 2), sql_uint(row, 3), sql_uint(row, 4), sql_uint(row, 5)});
        if (r < 0)
            break;
    }
    sql_reset(row);
    return r;
}

static int members_put(Store *s, int64_t run, const Twin *t, const StoreObject *o, int64_t shift) {
    sqlite3_stmt *stmt;
    int r = handle_write(s, ST_TWIN_MEMBERS, &stmt);

    if (r < 0)
        return r;
    twin_bind(s, stmt, t);
    sql_bind_int(stmt, 5, o->root);
    sql_bind_blob(stmt, 6, o->path);
    sql_bind_int(stmt, 7, run);
    sql_bind_int(stmt, 8, shift);
    r = sql_run(stmt);
    return r < 0 ? r : members_tally(s, run, t);
}

static int found_put(Store *s, Statement which, const Twin *t, int64_t shift) {
    sqlite3_stmt *stmt;
    int r = handle_write(s, which, &stmt);

    if (r < 0)
        return r;
    twin_bind(s, stmt, t);
    sql_bind_int(stmt, 5, shift);
    return sql_run(stmt);
}

static int twin_put(Store *s, int64_t run, const Twin *t, const StoreObject *like) {
    StoreObject o = *like;
    int64_t shift = 0, own = 0;
    int r = ids_shift(s, t, &shift, &own);

    o.status = t->status;
    o.bytes_read = t->bytes_read;
    o.members = t->members;
    o.format = t->format;
    o.encoding = t->encoding;
    if (r == 0)
        r = object_add(s, run, &o, own);
    if (r == 0)
        r = tally_put(s, run, &o.status, false, &(Tally){1, o.meta.size, o.bytes_read, o.members});
    if (r == 0 && o.members)
        r = members_put(s, run, t, &o, shift);
    if (r == 0 && shift)
        r = found_put(s, ST_TWIN_FINDINGS, t, shift);
    if (r == 0 && shift)
        r = found_put(s, ST_TWIN_FACTS, t, shift);
    return r < 0 ? r : handle_wrote(s, 1 + (unsigned)(o.members < PAGE ? o.members : PAGE));
}

int store_twin_put(Store *s, int64_t run, const StoreObject *o, TwinAlike *alike, void *of,
                   Error *reterr, bool *ret) {
    _cleanup_(twin_done) Twin twin = {0};
    const Twins *t;
    int r = s->failure.code < 0 ? s->failure.code : twins_of(s, run, &t);

    if (r == 0)
        r = twin_find(s, t, o, alike, of, &twin);
    *ret = r > 0;
    if (r > 0)
        r = twin_put(s, run, &twin, o);
    return r < 0 ? handle_fail(s, r, reterr) : 0;
}
