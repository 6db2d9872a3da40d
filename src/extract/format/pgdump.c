/*
 * Pgdump: PostgreSQL's own dumps, as `pg_dump -Fc` writes them, and the table of contents of those
 * of -Fd and -Ft ("toc.dat").
 *
 *   head ─▶ contents: an entry a thing: its SQL, and for a table the COPY statement of its rows
 *        ─▶ blocks: number of the entry, then its rows in chunks, deflated or not
 *
 * Read in one pass, in order, and put together to the SQL script that pg_restore would make of it:
 * a unit inside, "restore.sql", for the reader of such scripts. So no program of PostgreSQL is
 * needed, nor a process that may start one. The layout is that of archive versions 1.10 (PostgreSQL
 * 8.0) to 1.16 (17), as pg_backup_archiver.c and pg_backup_custom.c have it; others are
 * `unsupported`.
 *
 * Counts and lengths are hostile: a string is STRING_MAX at most, and of the contents only COPY
 * statements are kept, KEPT_MAX of them.
 */
#include <zlib.h>

#include "extract/extract.h"
#include "extract/format/format.h"

enum {
    STRING_MAX = 16 << 20,
    KEPT_MAX = 64 << 20,
    STATEMENTS_MAX = 1 << 20,
    IN = 16 << 10,
    FORMAT_CUSTOM = 1,
    BLOCK_DATA = 1,
    BLOCK_BLOBS = 3,
    PLACE_UNKNOWN = 1, /* of rows; there are some, all the same */
    PLACE_KNOWN = 2,
    VERSION_LEAST = 10,
    VERSION_MOST = 16,
};

/* How rows are packed, as 1.15 has it; before that a level, 0 for not. */
typedef enum Packing { PACKED_NOT, PACKED_GZIP, PACKED_LZ4, PACKED_ZSTD } Packing;

typedef struct Statement {
    int64_t id;
    size_t at, n; /* in `kept` */
} Statement;

typedef enum Stage { CONTENTS, BLOCKS, OBJECTS, CHUNKS, ENDED } Stage;

typedef struct Dump {
    Extraction *x;
    Feed *f;
    unsigned minor, int_size, offset_size, format;
    Packing packing;
    int64_t entries; /* left in the contents */
    int64_t blocks;  /* that the contents tell of and that have not come */
    Stage stage;
    Statement *statements; /* in order of the file */
    size_t n_statements, cap;
    Buf kept;
    Buf text;      /* to be given before anything else */
    size_t given;  /* of it */
    bool objects;  /* the block at hand is of large objects */
    uint64_t left; /* in the chunk at hand */
    bool last;     /* no chunk follows */
    bool inflating;
    bool unread; /* something is packed in a way that we have no code for */
    z_stream z;
    uint8_t in[IN];
} Dump;

/* ---- what the file is made of ---- */

static int take(Dump *d, void *at, size_t n) {
    ssize_t got = feed_read(d->f, at, n);

    return got < 0 ? (int)got : (size_t)got < n ? -EBADMSG : 0;
}

/* A sign, then bytes of the size that the head tells, little end first. */
static int take_int(Dump *d, int64_t *ret) {
    uint8_t b[9] = {0};
    uint64_t v = 0;
    int r = take(d, b, 1 + d->int_size);

    for (unsigned i = d->int_size; i-- > 0;)
        v = v << 8 | b[1 + i];
    if (v > INT64_MAX)
        return -EBADMSG;
    *ret = b[0] ? -(int64_t)v : (int64_t)v;
    return r;
}

/* To `ret`, emptied first; a length below zero, which *ret_none tells, is none at all. */
static int take_string(Dump *d, Buf *ret, bool *ret_none) {
    int64_t n = 0;
    int r = take_int(d, &n);
    size_t got = 0;

    buf_clear(ret);
    if (ret_none)
        *ret_none = n < 0;
    if (r == 0 && n > STRING_MAX)
        r = -EBADMSG;
    while (r == 0 && n > 0 && got < (size_t)n) { /* memory follows what there is */
        size_t step = (size_t)n - got < IN ? (size_t)n - got : IN;
        uint8_t *at = buf_extend(ret, step);

        r = at ? take(d, at, step) : -ENOMEM;
        got += step;
    }
    return r;
}

static int skip_strings(Dump *d, unsigned n) {
    _cleanup_(buf_wipe) Buf s = {0};
    int r = 0;

    while (r == 0 && n--)
        r = take_string(d, &s, NULL);
    return r;
}

/* ---- the head ---- */

#define DUMP_E_UNKNOWN 2

static int read_packing(Dump *d) {
    int64_t level = 0;
    uint8_t how;
    int r;

    if (d->minor >= 15) {
        r = take(d, &how, 1);
        d->packing = how;
        return r;
    }
    r = take_int(d, &level);
    d->packing = level ? PACKED_GZIP : PACKED_NOT;
    return r;
}

static int read_head(Dump *d) {
    uint8_t h[11];
    int64_t part;
    int r = take(d, h, sizeof(h));

    if (r < 0)
        return r;
    d->minor = h[6];
    d->int_size = h[8];
    d->offset_size = h[9];
    d->format = h[10];
    if (h[5] != 1 || d->minor < VERSION_LEAST || d->minor > VERSION_MOST || d->int_size < 1 ||
        d->int_size > 8 || d->offset_size > 8)
        return DUMP_E_UNKNOWN;
    r = read_packing(d);
    for (unsigned i = 0; r == 0 && i < 7; i++) /* when it was made, in local time */
        r = take_int(d, &part);
    if (r == 0)
        r = skip_strings(d, 3); /* the database, the versions of server and program */
    return r ? r : take_int(d, &d->entries);
}

/* ---- the contents ---- */

static int keep_statement(Dump *d, int64_t id, const Buf *copy) {
    if (!copy->n || d->n_statements == STATEMENTS_MAX || copy->n > KEPT_MAX - d->kept.n)
        return 0;
    if (d->n_statements == d->cap) {
        size_t cap = d->cap ? 2 * d->cap : 64;
        Statement *more = reallocarray(d->statements, cap, sizeof(*more));

        if (!more)
            return -ENOMEM;
        d->statements = more;
        d->cap = cap;
    }
    d->statements[d->n_statements++] = (Statement){.id = id, .at = d->kept.n, .n = copy->n};
    buf_span(&d->kept, buf_as_span(copy));
    return buf_error(&d->kept);
}

/* What the thing depends on: numbers as strings, until there is none. */
static int skip_dependencies(Dump *d) {
    _cleanup_(buf_wipe) Buf s = {0};
    bool none = false;
    int r = 0;

    while (r == 0 && !none)
        r = take_string(d, &s, &none);
    return r;
}

/* Where its rows begin, which nobody needs who reads in order; or the file that they are in. */
static int skip_place(Dump *d) {
    uint8_t place[9] = {0};
    int r;

    if (d->format != FORMAT_CUSTOM)
        return skip_strings(d, 1);
    r = take(d, place, 1 + d->offset_size);
    d->blocks += place[0] == PLACE_KNOWN || place[0] == PLACE_UNKNOWN;
    return r;
}

static int read_entry(Dump *d) {
    _cleanup_(buf_wipe) Buf s = {0};
    int64_t id = 0, number;
    int r = take_int(d, &id);

    if (r == 0)
        r = take_int(d, &number); /* whether it has rows */
    if (r == 0)
        r = skip_strings(d, 4); /* two oids, name, kind */
    if (r == 0 && d->minor >= 11)
        r = take_int(d, &number);
    if (r == 0)
        r = take_string(d, &d->text, NULL); /* its SQL */
    d->given = 0;
    buf_byte(&d->text, '\n');
    if (r == 0)
        r = skip_strings(d, 1); /* how to drop it */
    if (r == 0)
        r = take_string(d, &s, NULL);
    if (r == 0)
        r = keep_statement(d, id, &s);
    if (r == 0)
        r = skip_strings(d, d->minor >= 14 ? 3 : 2); /* schema, table space, access method */
    if (r == 0 && d->minor >= 16)
        r = take_int(d, &number);
    if (r == 0)
        r = skip_strings(d, 2); /* owner, and whether it has oids */
    if (r == 0)
        r = skip_dependencies(d);
    return r ? r : skip_place(d);
}

/* ---- blocks ---- */

static int begin_block(Dump *d) {
    uint8_t kind;
    ssize_t got = feed_read(d->f, &kind, 1);
    int64_t id = 0;
    int r;

    if (got <= 0) {
        d->stage = ENDED;
        return got < 0 ? (int)got : d->blocks > 0 ? -EBADMSG : 0;
    }
    d->blocks--;
    r = take_int(d, &id);
    if (r == 0 && kind != BLOCK_DATA && kind != BLOCK_BLOBS)
        r = -EBADMSG;
    if (r < 0)
        return r;
    d->objects = kind == BLOCK_BLOBS;
    d->stage = d->objects ? OBJECTS : CHUNKS;
    d->last = false;
    d->left = 0;
    buf_clear(&d->text);
    d->given = 0;
    for (size_t i = 0; i < d->n_statements; i++) {
        if (d->statements[i].id == id) {
            buf_add(&d->text, d->kept.at + d->statements[i].at, d->statements[i].n);
            break;
        }
    }
    return buf_error(&d->text);
}

/* The number of the next large object; 0 behind the last. */
static int begin_object(Dump *d) {
    int64_t oid = 0;
    int r = take_int(d, &oid);

    d->last = false;
    d->left = 0;
    d->stage = oid ? CHUNKS : BLOCKS;
    return r;
}

static int next_chunk(Dump *d) {
    int64_t n = 0;
    int r = take_int(d, &n);

    if (r == 0 && n < 0)
        return -EBADMSG;
    d->left = (uint64_t)n;
    d->last = n == 0;
    return r;
}

/* Bytes of the chunks as they lie: how many, 0 behind the last. */
static ssize_t chunk_bytes(Dump *d, uint8_t *at, size_t n) {
    ssize_t got;

    if (!d->left && !d->last) {
        int r = next_chunk(d);

        if (r < 0)
            return r;
    }
    if (d->last)
        return 0;
    got = feed_some(d->f, at, n < d->left ? n : (size_t)d->left);
    if (got == 0)
        return -EBADMSG;
    d->left -= got > 0 ? (uint64_t)got : 0;
    return got;
}

static void end_rows(Dump *d) {
    if (d->inflating)
        inflateEnd(&d->z);
    d->inflating = false;
    d->stage = d->objects ? OBJECTS : BLOCKS;
}

static ssize_t inflate_rows(Dump *d, uint8_t *at, size_t n) {
    int z = Z_OK;

    if (!d->inflating) {
        d->z = (z_stream){0};
        if (inflateInit(&d->z) != Z_OK)
            return -ENOMEM;
        d->inflating = true;
    }
    d->z.next_out = at;
    d->z.avail_out = (uInt)n;
    while (z == Z_OK && d->z.avail_out == n) {
        ssize_t got = d->z.avail_in ? 0 : chunk_bytes(d, d->in, sizeof(d->in));

        if (got < 0)
            return got;
        if (got > 0) {
            d->z.next_in = d->in;
            d->z.avail_in = (uInt)got;
        }
        if (!d->z.avail_in)
            return 0;
        z = inflate(&d->z, Z_NO_FLUSH);
    }
    return z == Z_OK || z == Z_STREAM_END ? (ssize_t)(n - d->z.avail_out) : -EBADMSG;
}

/* What follows the end of a stream in its chunks, or is packed in another way, is no SQL. */
static int drop_chunks(Dump *d) {
    ssize_t got;

    while ((got = chunk_bytes(d, d->in, sizeof(d->in))) > 0)
        ;
    return (int)got;
}

static ssize_t give_rows(Dump *d, uint8_t *at, size_t n) {
    ssize_t got = 0;

    if (d->packing == PACKED_NOT)
        got = chunk_bytes(d, at, n);
    else if (d->packing == PACKED_GZIP)
        got = inflate_rows(d, at, n);
    else
        d->unread = true;
    if (got)
        return got;
    got = drop_chunks(d);
    end_rows(d);
    return got;
}

/* ---- the script ---- */

static int advance(Dump *d) {
    switch (d->stage) {
    case CONTENTS:
        if (d->entries-- > 0)
            return read_entry(d);
        d->stage = d->format == FORMAT_CUSTOM ? BLOCKS : ENDED;
        return 0;
    case BLOCKS:
        return begin_block(d);
    case OBJECTS:
        return begin_object(d);
    default:
        return 0;
    }
}

static ssize_t script_read(Feed *f, uint8_t *at, size_t n) {
    Dump *d = f->of;
    ssize_t got = 0;

    while (n && d->stage != ENDED) {
        size_t left = d->text.n - d->given;
        int r;

        if (left) {
            n = n < left ? n : left;
            memcpy(at, d->text.at + d->given, n);
            d->given += n;
            return (ssize_t)n;
        }
        if (d->stage == CHUNKS) {
            got = give_rows(d, at, n);
            if (got)
                return got;
            continue;
        }
        r = advance(d);
        if (r < 0)
            return r;
    }
    return 0;
}

static int read_script(Dump *d) {
    static const FeedKind kind = {.read = script_read};
    Feed f = feed_of(&kind, d, FEED_SIZE_UNKNOWN);
    Entry e = {.name = span_of("restore.sql"), .size = FEED_SIZE_UNKNOWN, .mtime = INT64_MIN};
    int r = extract_unit_as(d->x, &e, &f, "sqldump");

    feed_done(&f);
    return r;
}

static int pgdump_extract(Extraction *x, Feed *f, Encoding encoding _unused_, Status *ret_status) {
    Dump *d = calloc(1, sizeof(*d));
    int r = d ? 0 : -ENOMEM;

    if (r < 0)
        return r;
    d->x = x;
    d->f = f;
    r = read_head(d);
    if (r == DUMP_E_UNKNOWN)
        *ret_status = status_of(STATUS_UNSUPPORTED, "pgdump");
    else if (r == -EBADMSG)
        *ret_status = status_of(STATUS_PARTIAL, "corrupt");
    else if (r == 0)
        r = read_script(d);
    if (d->unread && ret_status->kind == STATUS_READ)
        *ret_status = status_of(STATUS_PARTIAL, "compression");
    if (r == DUMP_E_UNKNOWN || r == -EBADMSG)
        r = 0;
    if (d->inflating)
        inflateEnd(&d->z);
    free(d->statements);
    buf_wipe(&d->kept);
    buf_wipe(&d->text);
    free(d);
    return r ? r : extract_rest(x, f, ENCODING_BINARY); /* what was not understood */
}

const Extractor pgdump_extractor = {
    .format = "pgdump",
    .place = EXTRACT_FORMAT,
    .extract = pgdump_extract,
};
