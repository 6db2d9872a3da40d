/*
 * Avro rows: see avro-row.h.
 *
 * A stack of frames is the machine, a schema its program: a frame is a record, array or map that is
 * open, a step takes one field or item of the uppermost.
 */
#include "extract/format/avro-row.h"

#include <inttypes.h>
#include <time.h>

#include "extract/format/little.h"

enum {
    KEYS_MAX = 1024,  /* columns that keys of maps may make */
    DECIMAL_MAX = 32, /* bytes; a longer one is bytes */
};

#define ROOT UINT64_C(1) /* the hash of a row's path */

size_t avro_decode_long(Span s, int64_t *ret) {
    uint64_t v = 0;

    for (size_t i = 0; i < s.n && i < AVRO_LONG_MAX; i++) {
        v |= (uint64_t)(s.at[i] & 0x7F) << 7 * i;
        if (s.at[i] & 0x80)
            continue;
        *ret = (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
        return i + 1;
    }
    return 0;
}

/* ---- columns ---- */

static void put_name(AvroRow *a, Span name) {
    if (!name.n || a->path.n + name.n >= PART_NAME_MAX)
        return;
    buf_text(&a->path, a->path.n ? "." : "");
    buf_span(&a->path, name);
}

/* The path of a frame and of what stands around it. */
static void put_path(AvroRow *a, size_t i) {
    while (a->frames[i].path != i)
        i = a->frames[i].path;
    if (i)
        put_path(a, i - 1);
    put_name(a, a->frames[i].name);
}

static uint64_t hash_of(const AvroRow *a, Span name) {
    uint64_t around = a->depth ? a->frames[a->depth - 1].hash : ROOT;

    return name.n ? index_hash(around, name) : around;
}

static bool in_map(const AvroRow *a) {
    return a->depth && a->schema.steps[a->frames[a->depth - 1].step].kind == AVRO_MAP;
}

static int new_column(AvroRow *a, Span name, uint64_t hash, uint32_t *ret) {
    buf_clear(&a->path);
    if (a->depth)
        put_path(a, a->depth - 1);
    put_name(a, name);
    return buf_error(&a->path) ? -ENOMEM : cells_name(&a->cells, hash, buf_as_span(&a->path), ret);
}

/* The column of a value of that name in the frame at hand; 0: it has none. */
static int find_column(AvroRow *a, Span name, uint32_t *ret) {
    uint64_t hash = hash_of(a, name);

    *ret = hash == ROOT ? 0 : cells_find(&a->cells, hash);
    if (*ret || hash == ROOT)
        return 0;
    if (name.n && in_map(a) && a->n_keys++ >= KEYS_MAX)
        return find_column(a, span(NULL, 0), ret); /* that of the map */
    return new_column(a, name, hash, ret);
}

/* ---- leaves ---- */

static int take_long(AvroRow *a, int64_t *ret) {
    size_t n = avro_decode_long(span(a->data.at + a->done, a->data.n - a->done), ret);

    a->done += n;
    return n ? 0 : -EBADMSG;
}

static int take_bytes(AvroRow *a, uint64_t n, Span *ret) {
    if (n > a->data.n - a->done)
        return -EBADMSG;
    *ret = span(a->data.at + a->done, (size_t)n);
    a->done += (size_t)n;
    return 0;
}

static uint64_t source_in_block(const AvroRow *a, Span text) {
    return a->source == MARK_NOWHERE ? MARK_NOWHERE : a->source + (uint64_t)(text.at - a->data.at);
}

/* A day, or the time of one, from seconds since 1970. */
static int emit_clock(AvroRow *a, uint32_t column, int64_t seconds, bool day) {
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

static int emit_number(AvroRow *a, uint32_t column, AvroMeaning meaning, int64_t v) {
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

static int emit_decimal(AvroRow *a, uint32_t column, Span s, uint32_t scale) {
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

static int emit_uuid(AvroRow *a, uint32_t column, Span s) {
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
static int emit_duration(AvroRow *a, uint32_t column, Span s) {
    uint32_t ms = little32(s.at + 8);
    char text[64];

    snprintf(text, sizeof(text), "P%uM%uDT%u.%03uS", little32(s.at), little32(s.at + 4), ms / 1000,
             ms % 1000);
    return cells_text(&a->cells, column, span_of(text), MARK_NOWHERE);
}

static int emit_binary(AvroRow *a, uint32_t column, Span name, Span bytes) {
    buf_clear(&a->path);
    if (a->depth)
        put_path(a, a->depth - 1);
    put_name(a, name);
    return buf_error(&a->path) ? -ENOMEM
                               : cells_binary(&a->cells, column, buf_as_span(&a->path), bytes,
                                              source_in_block(a, bytes));
}

static int emit_bytes(AvroRow *a, const AvroStep *step, Span name, Span bytes) {
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

static int read_bytes(AvroRow *a, const AvroStep *step, Span name) {
    int64_t n = step->size;
    Span bytes;
    int r = step->kind == AVRO_FIXED ? 0 : take_long(a, &n);

    if (r == 0 && n < 0)
        r = -EBADMSG;
    if (r == 0)
        r = take_bytes(a, (uint64_t)n, &bytes);
    return r || a->dry ? r : emit_bytes(a, step, name, bytes);
}

static int read_number(AvroRow *a, const AvroStep *step, Span name) {
    uint32_t column;
    int64_t v;
    int r = take_long(a, &v);

    if (r || a->dry)
        return r;
    r = find_column(a, name, &column);
    return r ? r : emit_number(a, column, step->meaning, v);
}

static int read_real(AvroRow *a, const AvroStep *step, Span name) {
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

static int read_word(AvroRow *a, const AvroStep *step, Span name) {
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
static int push(AvroRow *a, uint32_t step, Span name) {
    AvroFrame *f = &a->frames[a->depth];
    bool record = a->schema.steps[step].kind == AVRO_RECORD;

    if (a->depth == AVRO_DEPTH_MAX)
        return -EBADMSG;
    *f = (AvroFrame){
        .step = step, .name = name, .hash = hash_of(a, name), .path = (uint32_t)a->depth};
    if (record && a->open[step]) {
        f->path = a->open[step] - 1;
        f->hash = a->frames[f->path].hash;
    }
    a->depth++;
    if (record && !a->open[step])
        a->open[step] = (uint32_t)a->depth;
    return 0;
}

static void pop(AvroRow *a) {
    uint32_t *open = &a->open[a->frames[a->depth - 1].step];

    if (*open == a->depth)
        *open = 0;
    a->depth--;
}

static int read_value(AvroRow *a, uint32_t number, Span name) {
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
static int read_count(AvroRow *a, uint64_t *ret) {
    int64_t n = 0, size;
    int r = take_long(a, &n);

    if (r == 0 && n < 0)
        r = n == INT64_MIN ? -EBADMSG : take_long(a, &size);
    *ret = n < 0 ? -(uint64_t)n : (uint64_t)n;
    return r;
}

static int read_key(AvroRow *a, Span *ret) {
    int64_t n = 0;
    int r = take_long(a, &n);

    if (r == 0 && n < 0)
        r = -EBADMSG;
    if (r == 0)
        r = take_bytes(a, (uint64_t)n, ret);
    return r || a->dry ? r : cells_text(&a->cells, 0, *ret, source_in_block(a, *ret));
}

/* The next item of an array or map. */
static int read_item(AvroRow *a, AvroFrame *f) {
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

static int advance(AvroRow *a) {
    AvroFrame *f = &a->frames[a->depth - 1];
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

static int read_row(AvroRow *a) {
    int r = read_value(a, 0, span(NULL, 0));

    while (r == 0 && a->depth)
        r = advance(a);
    if (r) {
        memset(a->open, 0, a->schema.n_steps * sizeof(*a->open));
        a->depth = 0;
    }
    return r;
}

int avro_rows_read(AvroRow *a, uint64_t count) {
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

int avro_rows_schema(AvroRow *a, const AvroSchema *schema) {
    avro_schema_done(&a->schema);
    a->schema = *schema;
    free(a->open);
    a->open = calloc(schema->n_steps, sizeof(*a->open));
    return a->open ? 0 : -ENOMEM;
}

void avro_rows_done(AvroRow *a) {
    avro_schema_done(&a->schema);
    cells_done(&a->cells);
    buf_wipe(&a->path);
    free(a->open);
}
