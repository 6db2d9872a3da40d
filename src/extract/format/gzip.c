/*
 * Gzip: a member of RFC 1952, by Inflate.
 *
 *     header, field by field -> body -> trailer
 *
 * A sum or a length that does not hold is a flaw, told when the members behind it are read, too.
 */
#include "extract/format/decoder.h"

#include "extract/format/inflate.h"

enum {
    NAME_LIMIT = 4096,
    FIELD_LIMIT = 1 << 20, /* bytes of a header, which may have a name and a comment without end */
};

enum { HAS_CRC = 2, HAS_EXTRA = 4, HAS_NAME = 8, HAS_COMMENT = 16, RESERVED = 0xE0 };

typedef enum Place { FIXED, EXTRA_SIZE, EXTRA, NAME, COMMENT, HEADER_CRC, BODY, TRAILER } Place;

typedef struct Gzip {
    int flaw;
    Inflate *inflate;
    Place place;
    uint8_t field[10]; /* of fixed length, as far as it is here */
    size_t n;          /* bytes of the field at hand */
    size_t extra;
    uint8_t flags;
    bool named; /* by the first member, or not */
    Buf name;
    uint32_t time;
    uint32_t crc, size; /* of the member so far */
} Gzip;

static int gzip_start(void *state) {
    Gzip *g = state;

    if (!g->inflate && inflate_new(&g->inflate) < 0)
        return -ENOMEM;
    inflate_start(g->inflate);
    g->place = FIXED;
    g->n = 0;
    g->crc = g->size = 0;
    return 0;
}

static uint32_t little(const uint8_t *at, unsigned n) {
    uint32_t v = 0;

    while (n--)
        v = v << 8 | at[n];
    return v;
}

static bool there(const Gzip *g, Place place) {
    switch (place) {
    case EXTRA_SIZE:
    case EXTRA:
        return g->flags & HAS_EXTRA;
    case NAME:
        return g->flags & HAS_NAME;
    case COMMENT:
        return g->flags & HAS_COMMENT;
    case HEADER_CRC:
        return g->flags & HAS_CRC;
    default:
        return true;
    }
}

/* The next place that this member has. */
static void move_on(Gzip *g) {
    do
        g->place++;
    while (!there(g, g->place));
    g->n = 0;
}

/* The field at hand is whole: 0, or -EBADMSG. */
static int field_done(Gzip *g) {
    switch (g->place) {
    case FIXED:
        g->flags = g->field[3];
        if (little(g->field, 3) != 0x088B1F || g->flags & RESERVED)
            return -EBADMSG;
        if (!g->named)
            g->time = little(g->field + 4, 4);
        break;
    case EXTRA_SIZE:
        g->extra = little(g->field, 2);
        break;
    case TRAILER:
        if (little(g->field, 4) != g->crc)
            g->flaw = -EBADMSG;
        else if (little(g->field + 4, 4) != g->size && !g->flaw)
            g->flaw = -EPROTO;
        break;
    default:
        break;
    }
    return 0;
}

/* A byte of a header or trailer: 1 when the field is whole, 0, or an error. */
static int field_byte(Gzip *g, uint8_t byte) {
    static const uint8_t sizes[] = {
        [FIXED] = 10, [EXTRA_SIZE] = 2, [HEADER_CRC] = 2, [TRAILER] = 8};

    g->n++;
    switch (g->place) {
    case EXTRA:
        return g->n == g->extra;
    case NAME:
    case COMMENT:
        if (byte && g->place == NAME && !g->named && g->name.n < NAME_LIMIT)
            buf_byte(&g->name, byte);
        return byte == 0 ? 1 : g->n < FIELD_LIMIT ? 0 : -EBADMSG;
    default:
        g->field[g->n - 1] = byte;
        return g->n == sizes[g->place];
    }
}

static ssize_t gzip_step(void *state, Span *in, uint8_t *at, size_t n, bool *ret_end) {
    Gzip *g = state;
    bool end = false;
    ssize_t made = 0;

    while (g->place != BODY && in->n) {
        int r = field_byte(g, in->at[0]);

        *in = span(in->at + 1, in->n - 1);
        if (r > 0)
            r = field_done(g) < 0 ? -EBADMSG : 1;
        if (r < 0)
            return r;
        if (r && g->place == TRAILER) {
            *ret_end = true;
            return 0;
        }
        if (r)
            move_on(g);
        if (g->place == EXTRA && g->extra == 0)
            move_on(g);
    }
    g->named |= g->place == BODY;
    if (g->place != BODY || !in->n)
        return buf_error(&g->name);
    made = inflate_step(g->inflate, in, at, n, &end);
    if (made > 0) {
        g->crc = inflate_crc(g->crc, span(at, (size_t)made));
        g->size += (uint32_t)made;
    }
    if (end)
        move_on(g);
    return made;
}

static void gzip_stop(void *state) {
    Gzip *g = state;

    inflate_free(g->inflate);
    buf_done(&g->name);
}

static bool gzip_again(Span next) {
    return next.n >= 3 && little(next.at, 3) == 0x088B1F;
}

Span gzip_name(const void *state) {
    return buf_as_span(&((const Gzip *)state)->name);
}

uint32_t gzip_time(const void *state) {
    return ((const Gzip *)state)->time;
}

const DecoderKind decoder_gzip = {
    .format = "gzip",
    .size = sizeof(Gzip),
    .start = gzip_start,
    .step = gzip_step,
    .stop = gzip_stop,
    .again = gzip_again,
};
