/*
 * Pgdump: PostgreSQL's own dumps, as `pg_dump -Fc` writes them, and the table of contents of those
 * of -Fd and -Ft ("toc.dat").
 *
 *   head ─▶ contents: an entry a thing: its SQL, and for a table the COPY statement of its rows
 *        ─▶ blocks: number of the entry, then its rows in chunks, deflated or not
 *
 * Read in one pass, in order, and put together to the SQL script that pg_restore would make of it:
 * a unit inside, "restore.sql", for the reader of such scripts. So no program of PostgreSQL is
 * needed, nor a process that may start one. The layout of blocks is that of pg_backup_custom.c;
 * versions that pgcontents.h does not know are `unsupported`.
 *
 * Counts and lengths are hostile; of the contents only COPY statements are kept, KEPT_MAX bytes of
 * them.
 */
#include <zlib.h>

#include "extract/extract.h"
#include "extract/format/format.h"
#include "extract/format/pgtables.h"

enum {
    KEPT_MAX = 64 << 20,
    STATEMENTS_MAX = 1 << 20,
    IN = 16 << 10,
    BLOCK_DATA = 1,
    BLOCK_BLOBS = 3,
};

typedef struct Statement {
    int64_t id;
    size_t at, n; /* in `kept` */
} Statement;

typedef enum Stage { CONTENTS, BLOCKS, OBJECTS, CHUNKS, ENDED } Stage;

typedef struct Dump {
    Extraction *x;
    Feed *f;
    PgContents contents;
    PgEntry entry;
    PgTables *tables; /* whom to tell which file has which rows; borrowed; NULL: nobody */
    int64_t blocks;   /* that the contents tell of and that have not come */
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

static int read_entry(Dump *d) {
    int r = pgcontents_next(&d->contents, &d->entry);

    if (r == 0)
        d->stage = d->contents.format == PG_FORMAT_CUSTOM ? BLOCKS : ENDED;
    if (r <= 0)
        return r;
    buf_clear(&d->text);
    buf_span(&d->text, buf_as_span(&d->entry.sql));
    buf_byte(&d->text, '\n');
    d->given = 0;
    d->blocks += d->entry.rows;
    r = d->tables ? pgtables_keep(d->tables, &d->entry)
                  : keep_statement(d, d->entry.id, &d->entry.copy);
    return r ? r : buf_error(&d->text);
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
    r = pgcontents_int(&d->contents, &id);
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
    int r = pgcontents_int(&d->contents, &oid);

    d->last = false;
    d->left = 0;
    d->stage = oid ? CHUNKS : BLOCKS;
    return r;
}

static int next_chunk(Dump *d) {
    int64_t n = 0;
    int r = pgcontents_int(&d->contents, &n);

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

    if (d->contents.packing == PG_PACKED_NOT)
        got = chunk_bytes(d, at, n);
    else if (d->contents.packing == PG_PACKED_GZIP)
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
        return read_entry(d);
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

/* Rows in other files: units that follow this one want to know. */
static int tell_others(Dump *d) {
    Companion *c = extract_companion(d->x);
    int r = c && !c->feed && !c->read ? pgtables_new(&c->read) : 0;

    d->tables = r == 0 && c && !c->feed ? c->read : NULL;
    return r;
}

static int pgdump_extract(Extraction *x, Feed *f, Encoding encoding _unused_, Status *ret_status) {
    Dump *d = calloc(1, sizeof(*d));
    int r = d ? 0 : -ENOMEM;

    if (r < 0)
        return r;
    d->x = x;
    d->f = f;
    r = pgcontents_open(f, &d->contents);
    if (r == 0 && d->contents.format != PG_FORMAT_CUSTOM)
        r = tell_others(d);
    if (r == PGCONTENTS_E_UNKNOWN)
        *ret_status = status_of(STATUS_UNSUPPORTED, "pgdump");
    else if (r == -EBADMSG)
        *ret_status = status_of(STATUS_PARTIAL, "corrupt");
    else if (r == 0)
        r = read_script(d);
    if (d->unread && ret_status->kind == STATUS_READ)
        *ret_status = status_of(STATUS_PARTIAL, "compression");
    if (r == PGCONTENTS_E_UNKNOWN || r == -EBADMSG)
        r = 0;
    if (d->inflating)
        inflateEnd(&d->z);
    free(d->statements);
    buf_wipe(&d->kept);
    buf_wipe(&d->text);
    pgentry_done(&d->entry);
    free(d);
    return r ? r : extract_rest(x, f, ENCODING_BINARY); /* what was not understood */
}

const Extractor pgdump_extractor = {
    .format = "pgdump",
    .place = EXTRACT_FORMAT,
    .extract = pgdump_extract,
};
