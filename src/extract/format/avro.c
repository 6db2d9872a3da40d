/*
 * Avro: object container files (Apache Avro specification 1.11, "Object Container Files").
 *
 *   "Obj" 1 ─▶ metadata: schema, codec ─▶ sync mark ─▶ block ─▶ block ─▶ ...
 *   block: count, size, values in the codec, sync mark
 *
 * An object is a row; a column is the path of names without array indexes ("user.ssn"), as in the
 * readers of JSON and BSON. A schema (avro-schema.h) is the program, a stack of frames the machine:
 * a frame is a record, array or map that is open, a step takes one field or item of the uppermost.
 * A record inside itself has the columns of the outer one. Keys of maps are columns, KEYS_MAX of
 * them, and stand in the row without one.
 *
 * A block is in memory as a whole, BLOCK_MAX at most, packed and unpacked; memory follows what
 * there is. Counts and sizes are hostile: every value takes bytes, those that take none are not
 * read, so nothing is repeated more often than the block has bytes. Where a block does not end with
 * the mark, it is read all the same if none is inside and every byte of it is a value's; else its
 * bytes are searched as they are, up to the next mark.
 */
#include <inttypes.h>
#include <time.h>

#include "extract/extract.h"
#include "extract/format/avro-codec.h"
#include "extract/format/avro-schema.h"
#include "extract/format/cells.h"
#include "extract/format/format.h"
#include "extract/format/little.h"

enum {
    BLOCK_MAX = 64 << 20,
    KEY_MAX = 64 << 10,   /* of metadata */
    VALUE_MAX = 16 << 20, /* ... */
    DEPTH_MAX = 512,      /* records in arrays in records ... */
    KEYS_MAX = 1024,      /* columns that keys of maps may make */
    STEP = 64 << 10,
    SYNC = 16,
    LONG_MAX_BYTES = 10,
    DECIMAL_MAX = 32, /* bytes; a longer one is bytes */
};

#define ROOT UINT64_C(1) /* the hash of a row's path */

typedef struct Frame {
    uint32_t step;
    uint32_t next; /* of its links */
    uint64_t left; /* items of a block of an array or map */
    Span name;     /* in what is around it; empty: it has the path of that */
    uint64_t hash; /* of its path */
    uint32_t path; /* the frame whose path it has: itself, or the record that it is again */
} Frame;

typedef struct Avro {
    Extraction *x;
    Feed *f;
    Cells cells;
    AvroSchema schema;
    AvroCodec codec;
    uint8_t sync[SYNC];
    Buf in; /* of the file, taken up to `at`; in.at[0] is at `base` */
    size_t at;
    uint64_t base;
    /* the block at hand */
    Buf made;        /* of it, unpacked */
    Span data;       /* its values */
    size_t done;     /* of `data` */
    size_t value;    /* where the last one that was begun begins */
    uint64_t source; /* of data.at[0]; MARK_NOWHERE */
    bool dry;        /* only looked at, nothing comes out */
    /* the row at hand */
    Frame frames[DEPTH_MAX];
    size_t depth;
    uint32_t *open; /* by step: the outermost frame of that record, from 1 */
    size_t n_keys;
    Buf path; /* scratch */
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

/* Zigzag, seven bits a byte, the lowest first: its bytes, or 0. */
static size_t decode_long(Span s, int64_t *ret) {
    uint64_t v = 0;

    for (size_t i = 0; i < s.n && i < LONG_MAX_BYTES; i++) {
        v |= (uint64_t)(s.at[i] & 0x7F) << 7 * i;
        if (s.at[i] & 0x80)
            continue;
        *ret = (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
        return i + 1;
    }
    return 0;
}

static int take_file_long(Avro *a, int64_t *ret) {
    int r = need(a, LONG_MAX_BYTES);
    size_t n = r == 0 ? decode_long(rest(a), ret) : 0;

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

    if (r < 0)
        return r;
    avro_schema_done(&a->schema);
    a->schema = s;
    free(a->open);
    a->open = calloc(s.n_steps, sizeof(*a->open));
    return a->open ? 0 : -ENOMEM;
}

/* Schemas have defaults and remarks; the rest is whatever a program wrote there. */
static int emit_metadata(Avro *a, Span key, Span value, size_t at) {
    bool schema = span_is(key, "avro.schema");
    int r = extract_part(a->x, PART_SECTION, span_of(schema ? "schema" : "metadata"));

    if (r == 0)
        r = extract_from(a->x, 0, 0, schema ? source_of(a, at) : MARK_NOWHERE);
    if (r == 0 && !schema)
        r = cells_plain(&a->cells, key);
    if (r == 0 && !schema)
        r = extract_text(a->x, span_of(": "));
    if (r == 0)
        r = cells_plain(&a->cells, value);
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
    int r = cells_end(&a->cells);

    a->at += 4; /* the magic */
    a->codec.kind = AVRO_CODEC_NULL;
    avro_schema_done(&a->schema);
    while (r == 0) {
        r = file_count(a, &n);
        for (uint64_t i = 0; r == 0 && i < n; i++)
            r = read_metadata(a);
        if (!n)
            break;
    }
    if (r == 0)
        r = need(a, SYNC);
    if (r == 0 && (rest(a).n < SYNC || !a->schema.n_steps))
        r = -EBADMSG;
    if (r)
        return r;
    memcpy(a->sync, rest(a).at, SYNC);
    a->at += SYNC;
    return cells_part(&a->cells);
}

/* ---- columns ---- */

static void put_name(Avro *a, Span name) {
    if (!name.n || a->path.n + name.n >= PART_NAME_MAX)
        return;
    buf_text(&a->path, a->path.n ? "." : "");
    buf_span(&a->path, name);
}

/* The path of a frame and of what stands around it. */
static void put_path(Avro *a, size_t i) {
    while (a->frames[i].path != i)
        i = a->frames[i].path;
    if (i)
        put_path(a, i - 1);
    put_name(a, a->frames[i].name);
}

static uint64_t hash_of(const Avro *a, Span name) {
    uint64_t around = a->depth ? a->frames[a->depth - 1].hash : ROOT;

    return name.n ? index_hash(around, name) : around;
}

static bool in_map(const Avro *a) {
    return a->depth && a->schema.steps[a->frames[a->depth - 1].step].kind == AVRO_MAP;
}

static int new_column(Avro *a, Span name, uint64_t hash, uint32_t *ret) {
    buf_clear(&a->path);
    if (a->depth)
        put_path(a, a->depth - 1);
    put_name(a, name);
    return buf_error(&a->path) ? -ENOMEM : cells_name(&a->cells, hash, buf_as_span(&a->path), ret);
}

/* The column of a value of that name in the frame at hand; 0: it has none. */
static int find_column(Avro *a, Span name, uint32_t *ret) {
    uint64_t hash = hash_of(a, name);

    *ret = hash == ROOT ? 0 : cells_find(&a->cells, hash);
    if (*ret || hash == ROOT)
        return 0;
    if (name.n && in_map(a) && a->n_keys++ >= KEYS_MAX)
        return find_column(a, span(NULL, 0), ret); /* that of the map */
    return new_column(a, name, hash, ret);
}

/* ---- leaves ---- */

static int take_long(Avro *a, int64_t *ret) {
    size_t n = decode_long(span(a->data.at + a->done, a->data.n - a->done), ret);

    a->done += n;
    return n ? 0 : -EBADMSG;
}

static int take_bytes(Avro *a, uint64_t n, Span *ret) {
    if (n > a->data.n - a->done)
        return -EBADMSG;
    *ret = span(a->data.at + a->done, (size_t)n);
    a->done += (size_t)n;
    return 0;
}

static uint64_t source_in_block(const Avro *a, Span text) {
    return a->source == MARK_NOWHERE ? MARK_NOWHERE : a->source + (uint64_t)(text.at - a->data.at);
}

/* A day, or the time of one, from seconds since 1970. */
static int emit_clock(Avro *a, uint32_t column, int64_t seconds, bool day) {
    time_t t = (time_t)seconds;
    char text[64];
    struct tm tm;

    if (!gmtime_r(&t, &tm) || !strftime(text, sizeof(text), day ? "%Y-%m-%d" : "%H:%M:%S", &tm))
        return cells_integer(&a->cells, column, seconds);
    return cells_text(&a->cells, column, span_of(text), MARK_NOWHERE);
}

static int64_t floor_by(int64_t v, int64_t by) {
    return v / by - (v % by < 0);
}

static int emit_number(Avro *a, uint32_t column, AvroMeaning meaning, int64_t v) {
    enum { DAY = 86400 };

    switch (meaning) {
    case AVRO_DATE:
        if (v > INT32_MAX || v < INT32_MIN)
            break;
        return emit_clock(a, column, v * DAY, true);
    case AVRO_TIME_MILLIS:
        return emit_clock(a, column, floor_by(v, 1000), false);
    case AVRO_TIME_MICROS:
        return emit_clock(a, column, floor_by(v, 1000000), false);
    case AVRO_STAMP_MILLIS:
        return cells_time(&a->cells, column, v);
    case AVRO_STAMP_MICROS:
        return cells_time(&a->cells, column, floor_by(v, 1000));
    case AVRO_STAMP_NANOS:
        return cells_time(&a->cells, column, floor_by(v, 1000000));
    default:
        break;
    }
    return cells_integer(&a->cells, column, v);
}

/* The digits of a whole number without its sign: two's complement, big end first. */
static size_t decimal_digits(Span s, char *ret, size_t room) {
    enum { LIMBS = DECIMAL_MAX / 4, CHUNK = 1000000000, CHUNK_DIGITS = 9 };
    uint32_t limbs[LIMBS] = {0};
    uint8_t sign = s.at[0] & 0x80 ? 0xFF : 0;
    unsigned carry = sign ? 1 : 0;
    size_t i = room;
    bool more = true;

    for (size_t k = 0; k < s.n; k++) { /* the lowest byte first */
        unsigned byte = (unsigned)(s.at[s.n - 1 - k] ^ sign) + carry;

        limbs[k / 4] |= (byte & 0xFF) << 8 * (k % 4);
        carry = byte >> 8;
    }
    while (more) {
        uint64_t left = 0;

        more = false;
        for (size_t k = LIMBS; k-- > 0;) {
            left = left << 32 | limbs[k];
            limbs[k] = (uint32_t)(left / CHUNK);
            left %= CHUNK;
            more |= limbs[k] != 0;
        }
        for (unsigned k = 0; k < CHUNK_DIGITS && i > 0; k++, left /= 10)
            ret[--i] = (char)('0' + (char)(left % 10));
    }
    while (i + 1 < room && ret[i] == '0')
        i++;
    return i;
}

static int emit_decimal(Avro *a, uint32_t column, Span s, uint32_t scale) {
    enum { DIGITS = 96 };
    char digits[DIGITS], text[DIGITS + 4];
    size_t i = decimal_digits(s, digits, sizeof(digits));
    size_t point = DIGITS - scale;

    while (scale && i >= point)
        digits[--i] = '0';
    snprintf(text, sizeof(text), "%s%.*s%s%.*s", s.at[0] & 0x80 ? "-" : "", (int)(point - i),
             digits + i, scale ? "." : "", (int)scale, digits + point);
    return cells_text(&a->cells, column, span_of(text), MARK_NOWHERE);
}

static int emit_uuid(Avro *a, uint32_t column, Span s) {
    char text[37] = "";
    size_t n = 0;

    for (size_t i = 0; i < s.n; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            text[n++] = '-';
        snprintf(text + n, sizeof(text) - n, "%02x", s.at[i]);
        n += 2;
    }
    return cells_text(&a->cells, column, span_of(text), MARK_NOWHERE);
}

/* ISO 8601. */
static int emit_duration(Avro *a, uint32_t column, Span s) {
    uint32_t ms = little32(s.at + 8);
    char text[64];

    snprintf(text, sizeof(text), "P%uM%uDT%u.%03uS", little32(s.at), little32(s.at + 4), ms / 1000,
             ms % 1000);
    return cells_text(&a->cells, column, span_of(text), MARK_NOWHERE);
}

static int emit_binary(Avro *a, uint32_t column, Span name, Span bytes) {
    buf_clear(&a->path);
    if (a->depth)
        put_path(a, a->depth - 1);
    put_name(a, name);
    return buf_error(&a->path) ? -ENOMEM
                               : cells_binary(&a->cells, column, buf_as_span(&a->path), bytes,
                                              source_in_block(a, bytes));
}

static int emit_bytes(Avro *a, const AvroStep *step, Span name, Span bytes) {
    uint32_t column = 0;
    int r = bytes.n ? find_column(a, name, &column) : 0;

    if (r || !bytes.n)
        return r;
    if (step->kind == AVRO_STRING)
        return cells_text(&a->cells, column, bytes, source_in_block(a, bytes));
    if (step->meaning == AVRO_DECIMAL && bytes.n <= DECIMAL_MAX)
        return emit_decimal(a, column, bytes, step->scale);
    if (step->meaning == AVRO_UUID)
        return emit_uuid(a, column, bytes);
    if (step->meaning == AVRO_DURATION)
        return emit_duration(a, column, bytes);
    return emit_binary(a, column, name, bytes);
}

static int read_bytes(Avro *a, const AvroStep *step, Span name) {
    int64_t n = step->size;
    Span bytes;
    int r = step->kind == AVRO_FIXED ? 0 : take_long(a, &n);

    if (r == 0 && n < 0)
        r = -EBADMSG;
    if (r == 0)
        r = take_bytes(a, (uint64_t)n, &bytes);
    return r || a->dry ? r : emit_bytes(a, step, name, bytes);
}

static int read_number(Avro *a, const AvroStep *step, Span name) {
    uint32_t column;
    int64_t v;
    int r = take_long(a, &v);

    if (r || a->dry)
        return r;
    r = find_column(a, name, &column);
    return r ? r : emit_number(a, column, step->meaning, v);
}

static int read_real(Avro *a, const AvroStep *step, Span name) {
    uint32_t column, bits;
    float narrow;
    Span s;
    int r = take_bytes(a, step->kind == AVRO_FLOAT ? 4 : 8, &s);

    if (r || a->dry)
        return r;
    r = find_column(a, name, &column);
    if (r)
        return r;
    if (step->kind == AVRO_DOUBLE)
        return cells_double(&a->cells, column, little_double(s.at));
    bits = little32(s.at);
    memcpy(&narrow, &bits, sizeof(narrow));
    return cells_double(&a->cells, column, (double)narrow);
}

static int read_word(Avro *a, const AvroStep *step, Span name) {
    uint32_t column;
    int64_t v = 0;
    Span word;
    int r = 0;

    if (step->kind == AVRO_BOOLEAN) {
        r = take_bytes(a, 1, &word);
        if (r == 0 && word.at[0] > 1)
            r = -EBADMSG;
        if (r == 0)
            word = span_of(word.at[0] ? "true" : "false");
    } else {
        r = take_long(a, &v);
        if (r == 0 && (v < 0 || v >= step->n))
            r = -EBADMSG;
        if (r == 0)
            word = a->schema.links[step->first + (uint32_t)v].name;
    }
    if (r || a->dry)
        return r;
    r = find_column(a, name, &column);
    return r ? r : cells_text(&a->cells, column, word, MARK_NOWHERE);
}

/* ---- the machine ---- */

/* A record, array or map begins. */
static int push(Avro *a, uint32_t step, Span name) {
    Frame *f = &a->frames[a->depth];
    bool record = a->schema.steps[step].kind == AVRO_RECORD;

    if (a->depth == DEPTH_MAX)
        return -EBADMSG;
    *f = (Frame){.step = step, .name = name, .hash = hash_of(a, name), .path = (uint32_t)a->depth};
    if (record && a->open[step]) {
        f->path = a->open[step] - 1;
        f->hash = a->frames[f->path].hash;
    }
    a->depth++;
    if (record && !a->open[step])
        a->open[step] = (uint32_t)a->depth;
    return 0;
}

static void pop(Avro *a) {
    uint32_t *open = &a->open[a->frames[a->depth - 1].step];

    if (*open == a->depth)
        *open = 0;
    a->depth--;
}

static int read_value(Avro *a, uint32_t number, Span name) {
    const AvroStep *step = &a->schema.steps[number];

    a->value = a->done;
    if (step->kind == AVRO_UNION) { /* none has another one inside */
        int64_t branch = 0;
        int r = take_long(a, &branch);

        if (r || branch < 0 || branch >= step->n)
            return -EBADMSG;
        number = a->schema.links[step->first + (uint32_t)branch].step;
        step = &a->schema.steps[number];
    }
    if (step->empty)
        return 0;
    switch (step->kind) {
    case AVRO_INT:
    case AVRO_LONG:
        return read_number(a, step, name);
    case AVRO_FLOAT:
    case AVRO_DOUBLE:
        return read_real(a, step, name);
    case AVRO_BYTES:
    case AVRO_STRING:
    case AVRO_FIXED:
        return read_bytes(a, step, name);
    case AVRO_BOOLEAN:
    case AVRO_ENUM:
        return read_word(a, step, name);
    case AVRO_ARRAY:
    case AVRO_MAP:
    case AVRO_RECORD:
        return push(a, number, name);
    default:
        return -EBADMSG;
    }
}

/* How many items follow; before them is their size, where the count is negative. */
static int read_count(Avro *a, uint64_t *ret) {
    int64_t n = 0, size;
    int r = take_long(a, &n);

    if (r == 0 && n < 0)
        r = n == INT64_MIN ? -EBADMSG : take_long(a, &size);
    *ret = n < 0 ? -(uint64_t)n : (uint64_t)n;
    return r;
}

static int read_key(Avro *a, Span *ret) {
    int64_t n = 0;
    int r = take_long(a, &n);

    if (r == 0 && n < 0)
        r = -EBADMSG;
    if (r == 0)
        r = take_bytes(a, (uint64_t)n, ret);
    return r || a->dry ? r : cells_text(&a->cells, 0, *ret, source_in_block(a, *ret));
}

/* The next item of an array or map. */
static int read_item(Avro *a, Frame *f) {
    const AvroStep *step = &a->schema.steps[f->step];
    uint32_t item = a->schema.links[step->first].step;
    Span key = {0};
    int r = 0;

    a->value = a->done;
    if (!f->left) {
        r = read_count(a, &f->left);
        if (r == 0 && !f->left)
            pop(a);
        if (step->kind == AVRO_ARRAY && a->schema.steps[item].empty)
            f->left = 0; /* nothing stands there, however many they are */
        return r;
    }
    f->left--;
    if (step->kind == AVRO_MAP)
        r = read_key(a, &key);
    return r ? r : read_value(a, item, key);
}

static int advance(Avro *a) {
    Frame *f = &a->frames[a->depth - 1];
    const AvroStep *step = &a->schema.steps[f->step];
    const AvroLink *link;

    if (step->kind != AVRO_RECORD)
        return read_item(a, f);
    if (f->next == step->n) {
        pop(a);
        return 0;
    }
    link = &a->schema.links[step->first + f->next++];
    return read_value(a, link->step, link->name);
}

static int read_row(Avro *a) {
    int r = read_value(a, 0, span(NULL, 0));

    while (r == 0 && a->depth)
        r = advance(a);
    if (r) {
        memset(a->open, 0, a->schema.n_steps * sizeof(*a->open));
        a->depth = 0;
    }
    return r;
}

/* ---- blocks ---- */

/* The values of a block, as far as they come: 0, -EBADMSG, -EFBIG, -ENOBUFS; -ENOMEM. */
static int unpack(Avro *a, Span data) {
    bool plain = a->codec.kind == AVRO_CODEC_NULL;
    int r;

    buf_clear(&a->made);
    r = avro_codec_unpack(&a->codec, data, BLOCK_MAX, &a->made);
    a->data = plain ? data : buf_as_span(&a->made);
    a->source = plain ? source_of(a, (size_t)(data.at - a->in.at)) : MARK_NOWHERE;
    a->done = a->value = 0;
    return r;
}

/* Up to `count` rows; -EBADMSG at the first fault. */
static int read_rows(Avro *a, uint64_t count) {
    uint64_t before = a->cells.row;
    int r = 0;

    if (a->schema.steps[0].empty)
        return 0;
    for (uint64_t i = 0; r == 0 && i < count; i++) {
        a->cells.row++;
        r = read_row(a);
    }
    if (a->dry)
        a->cells.row = before;
    else if (r == -EBADMSG && count <= a->data.n)
        a->cells.row = before + count; /* those that could not be read count, too */
    return r;
}

/* What no value has. */
static int emit_rest(Avro *a) {
    size_t at = a->value < a->done ? a->value : a->done;
    Span left = span(a->data.at + at, a->data.n - at);
    int r = cells_end(&a->cells);

    if (r == 0)
        r = extract_bytes(a->x, left, a->source == MARK_NOWHERE ? MARK_NOWHERE : a->source + at,
                          ENCODING_BINARY);
    return r ? r : cells_part(&a->cells);
}

/* The rows of a block, and what is left when they can not be read. */
static int read_data(Avro *a, uint64_t count, Span data) {
    int flaw = unpack(a, data), r;

    if (flaw == -ENOMEM)
        return flaw;
    r = a->codec.kind == AVRO_CODEC_NULL ? 0 : extract_spend(a->x, a->data.n);
    if (r == 0)
        r = read_rows(a, count);
    if (flaw == -EFBIG || flaw == -ENOBUFS)
        a->limit = flaw == -EFBIG ? "block" : "memory";
    else
        a->corrupt |= flaw < 0 || r == -EBADMSG || (r == 0 && a->done < a->data.n);
    if (r == 0)
        a->value = a->done;
    if (r && r != -EBADMSG)
        return r;
    return a->done < a->data.n || r ? emit_rest(a) : 0;
}

/* Whether all of it are so many rows. */
static bool data_holds(Avro *a, uint64_t count, Span data) {
    int r = unpack(a, data);

    a->dry = true;
    if (r == 0)
        r = read_rows(a, count);
    a->dry = false;
    return r == 0 && a->done == a->data.n && a->data.n;
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
    int r = cells_end(&a->cells);

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
    return r ? r : cells_part(&a->cells);
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
    avro_schema_done(&a->schema);
    avro_codec_done(&a->codec);
    cells_done(&a->cells);
    buf_wipe(&a->in);
    buf_wipe(&a->made);
    buf_wipe(&a->path);
    free(a->open);
    free(a);
}

static int avro_extract(Extraction *x, Feed *f, Encoding encoding _unused_, Status *ret_status) {
    Avro *a = calloc(1, sizeof(*a));
    int r;

    if (!a)
        return -ENOMEM;
    a->x = x;
    a->f = f;
    a->cells.x = x;
    r = read_file(a);
    *ret_status = status_at_end(a, r);
    if (r == AVRO_E_UNKNOWN || r == -EFBIG || r == -EBADMSG)
        r = pass(a, rest(a).n);
    if (r == 0)
        r = cells_end(&a->cells);
    avro_free(a);
    return r ? r : extract_rest(x, f, ENCODING_BINARY);
}

const Extractor avro_extractor = {
    .format = "avro",
    .place = EXTRACT_FORMAT,
    .extract = avro_extract,
};
