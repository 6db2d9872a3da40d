/*
 * Gzip: see gzip.h.
 *
 *     member -> header -> body -> trailer -> member ... -> over
 *
 * A member is decoded into a buffer of our own, large enough that the decoder runs at its speed
 * however little is asked for at once.
 */
#include "extract/format/gzip.h"

#include "extract/format/inflate.h"

enum {
    TAKE_STEP = 128 << 10,
    MAKE_STEP = 256 << 10,
    NAME_LIMIT = 4096,
    FIELD_LIMIT = 1 << 20, /* bytes of a header, which may have a name and a comment without end */
};

enum { HAS_CRC = 2, HAS_EXTRA = 4, HAS_NAME = 8, HAS_COMMENT = 16, RESERVED = 0xE0 };

struct Gzip {
    Feed *from;
    Feed feed;
    Inflate *inflate;
    uint8_t *taken; /* INFLATE_BACK bytes before, then TAKE_STEP */
    Span in;        /* of them, not decoded yet */
    uint8_t *made;  /* MAKE_STEP */
    Span out;       /* of them, not given yet */
    bool in_body, over;
    uint32_t crc, size; /* of the member so far */
    int flaw;           /* told at the end */
    Buf name;
    uint32_t time;
};

/* More input behind what there is: 1, 0 at the end, or an error. */
static int take(Gzip *g) {
    uint8_t *at = g->taken + INFLATE_BACK;
    ssize_t n;

    if (g->in.n)
        return 1;
    if (g->in.at)
        memmove(g->taken, g->in.at - INFLATE_BACK, INFLATE_BACK);
    n = feed_some(g->from, at, TAKE_STEP);
    g->in = span(at, n > 0 ? (size_t)n : 0);
    return n < 0 ? (int)n : n > 0;
}

static int take_byte(Gzip *g, uint8_t *ret) {
    int r = take(g);

    if (r <= 0)
        return r < 0 ? r : -EBADMSG;
    *ret = g->in.at[0];
    g->in = span(g->in.at + 1, g->in.n - 1);
    return 0;
}

static int take_little(Gzip *g, unsigned n, uint32_t *ret) {
    *ret = 0;
    for (unsigned i = 0; i < n; i++) {
        uint8_t byte;
        int r = take_byte(g, &byte);

        if (r < 0)
            return r;
        *ret |= (uint32_t)byte << 8 * i;
    }
    return 0;
}

/* Up to a NUL; kept in *keep if that is not NULL. */
static int take_string(Gzip *g, Buf *keep) {
    for (size_t n = 0; n < FIELD_LIMIT; n++) {
        uint8_t byte;
        int r = take_byte(g, &byte);

        if (r < 0 || byte == 0)
            return r;
        if (keep && keep->n < NAME_LIMIT)
            buf_byte(keep, byte);
    }
    return -EBADMSG;
}

/* RFC 1952 2.3; the first one's name and time are kept. */
static int take_header(Gzip *g, bool first) {
    uint32_t magic, flags, time, rest, n;
    int r = take_little(g, 3, &magic);

    if (r == 0)
        r = take_little(g, 1, &flags);
    if (r == 0)
        r = take_little(g, 4, &time);
    if (r == 0)
        r = take_little(g, 2, &rest);
    if (r == 0 && (magic != 0x088B1F || flags & RESERVED))
        r = -EBADMSG;
    if (r == 0 && flags & HAS_EXTRA) {
        r = take_little(g, 2, &n);
        for (uint8_t byte; r == 0 && n; n--)
            r = take_byte(g, &byte);
    }
    if (r == 0 && flags & HAS_NAME)
        r = take_string(g, first ? &g->name : NULL);
    if (r == 0 && flags & HAS_COMMENT)
        r = take_string(g, NULL);
    if (r == 0 && flags & HAS_CRC)
        r = take_little(g, 2, &n);
    if (r < 0)
        return r;
    g->time = first ? time : g->time;
    g->in_body = true;
    g->crc = g->size = 0;
    inflate_start(g->inflate);
    return buf_error(&g->name);
}

static int take_trailer(Gzip *g) {
    uint32_t crc, size;
    int r = take_little(g, 4, &crc);

    if (r == 0)
        r = take_little(g, 4, &size);
    if (r < 0)
        return r;
    g->in_body = false;
    if (crc != g->crc)
        g->flaw = -EBADMSG;
    else if (size != g->size && !g->flaw)
        g->flaw = -EPROTO;
    return 0;
}

/* Another member, or the end; what stands there else is left in `in`. */
static int next_member(Gzip *g) {
    static const uint8_t magic[] = {0x1F, 0x8B, 8};
    int r = take(g);

    if (r < 0)
        return r;
    for (size_t i = 0; i < sizeof(magic) && i < g->in.n; i++)
        g->over |= g->in.at[i] != magic[i];
    g->over |= r == 0;
    return g->over ? 0 : take_header(g, false);
}

/* Fills `out`, unless all is over. */
static int make(Gzip *g) {
    while (!g->out.n && !g->over) {
        bool end = false;
        ssize_t n = 0;
        int r = g->in_body ? take(g) : next_member(g);

        if (r < 0)
            return r;
        if (!g->in_body)
            continue;
        if (r == 0 && !g->in.n)
            n = -EBADMSG; /* cut off */
        else
            n = inflate_step(g->inflate, &g->in, g->made, MAKE_STEP, &end);
        if (n < 0)
            return (int)n;
        g->out = span(g->made, (size_t)n);
        g->crc = inflate_crc(g->crc, g->out);
        g->size += (uint32_t)n;
        r = end ? take_trailer(g) : 0;
        if (r < 0)
            g->flaw = r;
        g->over |= r < 0;
    }
    return 0;
}

static ssize_t gzip_read(Feed *f, uint8_t *at, size_t n) {
    Gzip *g = f->of;
    int r = make(g);

    if (r < 0) { /* once said, the end */
        g->over = true;
        g->flaw = 0;
        return r;
    }
    if (!g->out.n) {
        r = g->flaw;
        g->flaw = 0;
        return r;
    }
    n = n < g->out.n ? n : g->out.n;
    memcpy(at, g->out.at, n);
    g->out = span(g->out.at + n, g->out.n - n);
    return (ssize_t)n;
}

int gzip_new(Feed *from, Gzip **ret) {
    static const FeedKind kind = {.read = gzip_read};
    _cleanup_(gzip_freep) Gzip *g = calloc(1, sizeof(*g));
    int r;

    if (!g)
        return -ENOMEM;
    g->from = from;
    g->feed = feed_of(&kind, g, FEED_SIZE_UNKNOWN);
    g->feed.derived = true;
    g->taken = calloc(1, INFLATE_BACK + TAKE_STEP);
    g->made = malloc(MAKE_STEP);
    if (!g->taken || !g->made || inflate_new(&g->inflate) < 0)
        return -ENOMEM;
    r = take_header(g, true);
    if (r == -ENOMEM)
        return r;
    if (r < 0) {
        g->flaw = r;
        g->over = true;
    }
    *ret = TAKE(g);
    return 0;
}

Gzip *gzip_free(Gzip *g) {
    if (!g)
        return NULL;
    feed_done(&g->feed);
    inflate_free(g->inflate);
    if (g->made)
        explicit_bzero(g->made, MAKE_STEP);
    if (g->taken)
        explicit_bzero(g->taken, INFLATE_BACK + TAKE_STEP);
    free(g->made);
    free(g->taken);
    buf_done(&g->name);
    free(g);
    return NULL;
}

Feed *gzip_feed(Gzip *g) {
    return &g->feed;
}

Span gzip_name(const Gzip *g) {
    return buf_as_span(&g->name);
}

uint32_t gzip_time(const Gzip *g) {
    return g->time;
}

Span gzip_rest(const Gzip *g, uint64_t *ret_offset) {
    *ret_offset = g->from->at - g->in.n;
    return g->in;
}
