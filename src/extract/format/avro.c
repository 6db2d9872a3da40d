/*
 * Avro: object container files (Apache Avro specification 1.11, "Object Container Files").
 *
 *   "Obj" 1 ─▶ metadata: schema, codec ─▶ sync mark ─▶ block ─▶ block ─▶ ...
 *   block: count, size, values in the codec, sync mark
 *
 * The values of a block are read by avro-row.h. A block is in memory as a whole, BLOCK_MAX at most,
 * packed and unpacked; memory follows what there is. Counts and sizes are hostile. Where a block
 * does not end with the mark, it is read all the same if none is inside and every byte of it is a
 * value's; else its bytes are searched as they are, up to the next mark.
 */
#include "extract/extract.h"
#include "extract/format/avro-codec.h"
#include "extract/format/avro-row.h"
#include "extract/format/format.h"

enum {
    BLOCK_MAX = 64 << 20,
    KEY_MAX = 64 << 10,   /* of metadata */
    VALUE_MAX = 16 << 20, /* ... */
    STEP = 64 << 10,
    SYNC = 16,
};

typedef struct Avro {
    Extraction *x;
    Feed *f;
    AvroRow row;
    AvroCodec codec;
    uint8_t sync[SYNC];
    Buf in; /* of the file, taken up to `at`; in.at[0] is at `base` */
    size_t at;
    uint64_t base;
    Buf made; /* of the block at hand, unpacked */
    bool corrupt;
    const char *limit; /* that was met; NULL */
} Avro;

/* ---- the file's bytes ---- */

/* Makes n bytes be there from `at` on, as far as the file goes. */
static int need(Avro *a, size_t n) {
    while (a->in.n - a->at < n) {
        size_t left = n - (a->in.n - a->at), had = a->in.n;
        size_t step = left < STEP ? left : STEP;
        uint8_t *at = buf_extend(&a->in, step);
        ssize_t got = at ? feed_read(a->f, at, step) : -ENOMEM;

        if (got == -ENOMEM)
            return -ENOMEM;
        a->in.n = had + (got > 0 ? (size_t)got : 0);
        if (got < (ssize_t)step)
            return 0; /* f->error tells whether it is the end */
    }
    return 0;
}

static Span rest(const Avro *a) {
    return span(a->in.at + a->at, a->in.n - a->at);
}

/* What was taken is not needed any more; moved are no more bytes than were taken. */
static void forget(Avro *a) {
    size_t n = a->in.n - a->at;

    if (n > a->at)
        return;
    if (n)
        memmove(a->in.at, a->in.at + a->at, n);
    a->in.n = n;
    a->base += a->at;
    a->at = 0;
}

static uint64_t source_of(const Avro *a, size_t at) {
    return a->f->derived ? MARK_NOWHERE : a->base + at;
}

static int take_file_long(Avro *a, int64_t *ret) {
    int r = need(a, AVRO_LONG_MAX);
    size_t n = r == 0 ? avro_decode_long(rest(a), ret) : 0;

    a->at += n;
    return r ? r : n ? 0 : -EBADMSG;
}

/* Bytes with their length before them; borrowed until the next need(). */
static int take_file_bytes(Avro *a, int64_t most, Span *ret) {
    int64_t n = 0;
    int r = take_file_long(a, &n);

    if (r == 0 && (n < 0 || n > most))
        return n > most ? -EFBIG : -EBADMSG;
    if (r == 0)
        r = need(a, (size_t)n);
    if (r == 0 && rest(a).n < (size_t)n)
        return -EBADMSG;
    if (r == 0)
        *ret = span(rest(a).at, (size_t)n);
    a->at += r == 0 ? (size_t)n : 0;
    return r;
}

/* ---- the head ---- */

static int take_schema(Avro *a, Span json) {
    AvroSchema s;
    int r = json.n > AVRO_SCHEMA_MAX ? -EFBIG : avro_schema_parse(json, &s);

    return r < 0 ? r : avro_rows_schema(&a->row, &s);
}

/* Schemas have defaults and remarks; the rest is whatever a program wrote there. */
static int emit_metadata(Avro *a, Span key, Span value, size_t at) {
    bool schema = span_is(key, "avro.schema");
    int r = extract_part(a->x, PART_SECTION, span_of(schema ? "schema" : "metadata"));

    if (r == 0)
        r = extract_from(a->x, 0, 0, schema ? source_of(a, at) : MARK_NOWHERE);
    if (r == 0 && !schema)
        r = cells_plain(&a->row.cells, key);
    if (r == 0 && !schema)
        r = extract_text(a->x, span_of(": "));
    if (r == 0)
        r = cells_plain(&a->row.cells, value);
    return r ? r : extract_text(a->x, span_of("\n"));
}

static int read_metadata(Avro *a) {
    _cleanup_(buf_wipe) Buf key = {0};
    Span text;
    int r;

    forget(a);
    r = take_file_bytes(a, KEY_MAX, &text);
    buf_span(&key, r == 0 ? text : span(NULL, 0));
    if (r == 0)
        r = buf_error(&key) ? -ENOMEM : take_file_bytes(a, VALUE_MAX, &text);
    if (r == 0)
        r = emit_metadata(a, buf_as_span(&key), text, a->at - text.n);
    if (r == 0 && span_is(buf_as_span(&key), "avro.schema"))
        r = take_schema(a, text);
    if (r == 0 && span_is(buf_as_span(&key), "avro.codec"))
        avro_codec_choose(&a->codec, text);
    return r;
}

/* The number of entries or items that follow; with a size before them where it is negative. */
static int file_count(Avro *a, uint64_t *ret) {
    int64_t n = 0, size;
    int r = take_file_long(a, &n);

    if (r == 0 && n < 0)
        r = n == INT64_MIN ? -EBADMSG : take_file_long(a, &size);
    *ret = n < 0 ? -(uint64_t)n : (uint64_t)n;
    return r;
}

static int read_head(Avro *a) {
    uint64_t n = 0;
    int r = cells_end(&a->row.cells);

    a->at += 4; /* the magic */
    a->codec.kind = AVRO_CODEC_NULL;
    avro_schema_done(&a->row.schema);
    while (r == 0) {
        r = file_count(a, &n);
        for (uint64_t i = 0; r == 0 && i < n; i++)
            r = read_metadata(a);
        if (!n)
            break;
    }
    if (r == 0)
        r = need(a, SYNC);
    if (r == 0 && (rest(a).n < SYNC || !a->row.schema.n_steps))
        r = -EBADMSG;
    if (r)
        return r;
    memcpy(a->sync, rest(a).at, SYNC);
    a->at += SYNC;
    return cells_part(&a->row.cells);
}

/* ---- blocks ---- */

/* The values of a block, as far as they come: 0, -EBADMSG, -EFBIG, -ENOBUFS; -ENOMEM. */
static int unpack(Avro *a, Span data) {
    bool plain = a->codec.kind == AVRO_CODEC_NULL;
    int r;

    buf_clear(&a->made);
    r = avro_codec_unpack(&a->codec, data, BLOCK_MAX, &a->made);
    a->row.data = plain ? data : buf_as_span(&a->made);
    a->row.source = plain ? source_of(a, (size_t)(data.at - a->in.at)) : MARK_NOWHERE;
    a->row.done = a->row.value = 0;
    return r;
}

/* What no value has. */
static int emit_rest(Avro *a) {
    size_t at = a->row.value < a->row.done ? a->row.value : a->row.done;
    Span left = span(a->row.data.at + at, a->row.data.n - at);
    int r = cells_end(&a->row.cells);

    if (r == 0)
        r = extract_bytes(a->x, left,
                          a->row.source == MARK_NOWHERE ? MARK_NOWHERE : a->row.source + at,
                          ENCODING_BINARY);
    return r ? r : cells_part(&a->row.cells);
}

/* The rows of a block, and what is left when they can not be read. */
static int read_data(Avro *a, uint64_t count, Span data) {
    int flaw = unpack(a, data), r;

    if (flaw == -ENOMEM)
        return flaw;
    r = a->codec.kind == AVRO_CODEC_NULL ? 0 : extract_spend(a->x, a->row.data.n);
    if (r == 0)
        r = avro_rows_read(&a->row, count);
    if (flaw == -EFBIG || flaw == -ENOBUFS)
        a->limit = flaw == -EFBIG ? "block" : "memory";
    else
        a->corrupt |= flaw < 0 || r == -EBADMSG || (r == 0 && a->row.done < a->row.data.n);
    if (r == 0)
        a->row.value = a->row.done;
    if (r && r != -EBADMSG)
        return r;
    return a->row.done < a->row.data.n || r ? emit_rest(a) : 0;
}

/* Whether all of it are so many rows. */
static bool data_holds(Avro *a, uint64_t count, Span data) {
    int r = unpack(a, data);

    a->row.dry = true;
    if (r == 0)
        r = avro_rows_read(&a->row, count);
    a->row.dry = false;
    return r == 0 && a->row.done == a->row.data.n && a->row.data.n;
}

/* The next mark from `at` on; in.n: none. In steps, since some builds look at all that is given. */
static size_t find_sync(const Avro *a, size_t at) {
    for (; a->in.n - at >= SYNC; at += STEP - (SYNC - 1)) {
        size_t n = a->in.n - at < STEP ? a->in.n - at : STEP;
        const uint8_t *found = memmem(a->in.at + at, n, a->sync, SYNC);

        if (found)
            return (size_t)(found - a->in.at);
        if (n < STEP)
            break;
    }
    return a->in.n;
}

/* Takes n bytes as they lie. */
static int pass(Avro *a, size_t n) {
    int r = cells_end(&a->row.cells);

    if (r == 0)
        r = extract_bytes(a->x, span(rest(a).at, n), source_of(a, a->at), ENCODING_BINARY);
    a->at += n;
    return r;
}

/* From `at` on, up to behind the next mark or to the end; *ret: bytes before the mark. */
static int pass_to_sync(Avro *a, uint64_t *ret) {
    int r = 0;

    *ret = 0;
    while (r == 0) {
        size_t found, left;

        r = need(a, STEP);
        found = find_sync(a, a->at);
        left = rest(a).n;
        if (r)
            break;
        if (found < a->in.n) {
            *ret += found - a->at;
            r = pass(a, found - a->at);
            a->at += SYNC;
            break;
        }
        r = pass(a, left < STEP ? left : left - (SYNC - 1));
        *ret += left < STEP ? left : left - (SYNC - 1);
        if (left < STEP)
            break;
        forget(a);
    }
    return r ? r : cells_part(&a->row.cells);
}

/* A block that is too large, or is none: what is it? */
static int skip_block(Avro *a, size_t head, int64_t size) {
    uint64_t passed;
    int r;

    a->at = head;
    r = pass_to_sync(a, &passed);
    if (size > BLOCK_MAX && passed == (uint64_t)size)
        a->limit = "block";
    else
        a->corrupt = true;
    return r;
}

/* The file ends before the block does: its size is wrong, or the file is cut. */
static int read_cut_block(Avro *a, uint64_t count, int64_t size) {
    Span data = rest(a);
    int r;

    a->corrupt = true;
    if (find_sync(a, a->at) < a->in.n)
        return skip_block(a, a->at, size);
    if (data.n > (size_t)size)
        data.n = (size_t)size;
    r = read_data(a, count, data);
    a->at = a->in.n;
    return r;
}

static int read_block(Avro *a) {
    int64_t count = 0, size = -1;
    size_t start = a->at;
    int r = take_file_long(a, &count);
    Span data;

    if (r == 0)
        r = take_file_long(a, &size);
    if (r == -ENOMEM)
        return r;
    if (r < 0 || count < 0 || size < 0 || size > BLOCK_MAX)
        return skip_block(a, size > BLOCK_MAX ? a->at : start, size);
    r = need(a, (size_t)size + SYNC);
    if (r < 0)
        return r;
    if (rest(a).n < (size_t)size + SYNC)
        return read_cut_block(a, (uint64_t)count, size);
    data = span(rest(a).at, (size_t)size);
    if (memcmp(data.at + data.n, a->sync, SYNC) != 0) {
        a->corrupt = true;
        /* looked into only where all of it is passed then: no byte is looked at often */
        if (find_sync(a, a->at) < a->at + data.n || !data_holds(a, (uint64_t)count, data))
            return skip_block(a, a->at, size);
    }
    r = read_data(a, (uint64_t)count, data);
    a->at += (size_t)size + SYNC;
    return r;
}

/* ---- all of it ---- */

#define AVRO_E_UNKNOWN 2

static int read_file(Avro *a) {
    bool begun = false;

    for (;;) {
        int r;

        forget(a);
        r = need(a, 4);
        if (r || !rest(a).n)
            return r;
        if (rest(a).n == 4 && memcmp(rest(a).at, "Obj\1", 4) == 0) /* or one behind the other */
            r = read_head(a);
        else
            r = begun ? read_block(a) : -EBADMSG;
        begun = true;
        if (r == 0 && a->codec.kind == AVRO_CODEC_UNKNOWN)
            r = AVRO_E_UNKNOWN;
        if (r)
            return r;
    }
}

static Status status_at_end(const Avro *a, int r) {
    if (r == AVRO_E_UNKNOWN)
        return status_of(STATUS_UNSUPPORTED, "avro");
    if (r == -EFBIG)
        return status_of(STATUS_LIMIT, "metadata");
    if (r == -EBADMSG || a->corrupt)
        return status_of(STATUS_PARTIAL, "corrupt");
    return a->limit ? status_of(STATUS_LIMIT, a->limit) : status_of(STATUS_READ, NULL);
}

static void avro_free(Avro *a) {
    avro_rows_done(&a->row);
    avro_codec_done(&a->codec);
    buf_wipe(&a->in);
    buf_wipe(&a->made);
    free(a);
}

static int avro_extract(Extraction *x, Feed *f, Encoding encoding _unused_, Status *ret_status) {
    Avro *a = calloc(1, sizeof(*a));
    int r;

    if (!a)
        return -ENOMEM;
    a->x = x;
    a->f = f;
    a->row.cells.x = x;
    r = read_file(a);
    *ret_status = status_at_end(a, r);
    if (r == AVRO_E_UNKNOWN || r == -EFBIG || r == -EBADMSG)
        r = pass(a, rest(a).n);
    if (r == 0)
        r = cells_end(&a->row.cells);
    avro_free(a);
    return r ? r : extract_rest(x, f, ENCODING_BINARY);
}

const Extractor avro_extractor = {
    .format = "avro",
    .place = EXTRACT_FORMAT,
    .extract = avro_extract,
};
