/*
 * Decode: see decode.h.
 *
 * Input is taken in large steps, with room before it to step back; output is made into a buffer of
 * our own, large enough that the decoder runs at its speed however little is asked for at once.
 */
#include "extract/format/decode.h"

#include "extract/format/decoder.h"
#include "extract/format/inflate.h"

enum {
    TAKE_STEP = 128 << 10,
    MAKE_STEP = 256 << 10,
    MAGIC = 4,
};

struct Decode {
    const DecoderKind *kind;
    void *state; /* begins with `int flaw` */
    Feed *from;
    Feed feed;
    uint8_t *taken; /* INFLATE_BACK bytes, then TAKE_STEP */
    Span in;        /* of them, not decoded yet */
    uint8_t *made;  /* MAKE_STEP */
    Span out;       /* of them, not given yet */
    bool started, over;
    bool at_end; /* of the feed */
    int error;   /* what ended it, told when all is given */
};

static const DecoderKind *const kinds[] = {
    &decoder_brotli, &decoder_bzip2, &decoder_gzip, &decoder_lz4,
    &decoder_lzip,   &decoder_lzma,  &decoder_xz,   &decoder_zstd,
};

const DecoderKind *decoder_find(const char *format) {
    for (size_t i = 0; i < N_ELEMENTS(kinds); i++) {
        if (strcmp(kinds[i]->format, format) == 0)
            return kinds[i];
    }
    return NULL;
}

/* More input behind what is left, which is little. */
static int take(Decode *d) {
    size_t keep = d->in.n, back = 0;
    uint8_t *at = d->taken + INFLATE_BACK;
    ssize_t n;

    if (d->in.at)
        back = INFLATE_BACK;
    memmove(at - back, d->in.at ? d->in.at - back : at, keep + back);
    n = feed_some(d->from, at + keep, TAKE_STEP - keep);
    d->in = span(at, keep + (n > 0 ? (size_t)n : 0));
    d->at_end = n <= 0;
    return n < 0 ? (int)n : 0;
}

/* Whether another frame follows; padding of zeros between two is passed over. */
static int next_frame(Decode *d) {
    int r = 0;

    for (;;) {
        while (r == 0 && d->in.n < MAGIC && !d->at_end)
            r = take(d);
        if (r < 0)
            return r;
        if (d->in.n < MAGIC || memcmp(d->in.at, "\0\0\0\0", MAGIC) != 0 || !d->kind->padded)
            break;
        d->in = span(d->in.at + MAGIC, d->in.n - MAGIC);
    }
    d->over = !d->in.n || !d->kind->again || !d->kind->again(d->in);
    if (!d->over)
        r = d->kind->start(d->state);
    return r;
}

/* One step of the frame at hand. */
static int step(Decode *d) {
    bool end = false;
    size_t had = d->in.n;
    ssize_t n = d->kind->step(d->state, &d->in, d->made, MAKE_STEP, &end);

    if (n < 0)
        return (int)n;
    d->out = span(d->made, (size_t)n);
    if (end)
        return next_frame(d);
    if (n || d->in.n < had)
        return 0;
    if (d->at_end) /* cut off */
        return -EBADMSG;
    return take(d);
}

static ssize_t decode_read(Feed *f, uint8_t *at, size_t n) {
    Decode *d = f->of;
    int r = 0;

    if (!d->started && !d->over) {
        d->started = true;
        r = d->kind->start(d->state);
    }
    while (r == 0 && !d->out.n && !d->over)
        r = step(d);
    if (r < 0) {
        d->over = true;
        d->error = r;
    }
    if (!d->out.n) { /* what is wrong is said once */
        r = d->error ? d->error : *(int *)d->state;
        d->error = *(int *)d->state = 0;
        return r;
    }
    n = n < d->out.n ? n : d->out.n;
    memcpy(at, d->out.at, n);
    d->out = span(d->out.at + n, d->out.n - n);
    return (ssize_t)n;
}

int decode_new(Feed *from, const DecoderKind *kind, Decode **ret) {
    static const FeedKind feed = {.read = decode_read};
    _cleanup_(decode_freep) Decode *d = calloc(1, sizeof(*d));

    if (!d)
        return -ENOMEM;
    d->kind = kind;
    d->from = from;
    d->feed = feed_of(&feed, d, FEED_SIZE_UNKNOWN);
    d->state = calloc(1, kind->size);
    d->taken = calloc(1, INFLATE_BACK + TAKE_STEP);
    d->made = malloc(MAKE_STEP);
    if (!d->state || !d->taken || !d->made)
        return -ENOMEM;
    *ret = TAKE(d);
    return 0;
}

Decode *decode_free(Decode *d) {
    if (!d)
        return NULL;
    feed_done(&d->feed);
    if (d->state)
        d->kind->stop(d->state);
    if (d->made)
        explicit_bzero(d->made, MAKE_STEP);
    if (d->taken)
        explicit_bzero(d->taken, INFLATE_BACK + TAKE_STEP);
    free(d->state);
    free(d->made);
    free(d->taken);
    free(d);
    return NULL;
}

Feed *decode_feed(Decode *d) {
    return &d->feed;
}

Span decode_name(const Decode *d) {
    return d->kind == &decoder_gzip ? gzip_name(d->state) : span(NULL, 0);
}

uint32_t decode_time(const Decode *d) {
    return d->kind == &decoder_gzip ? gzip_time(d->state) : 0;
}

Span decode_rest(const Decode *d, uint64_t *ret_offset) {
    *ret_offset = d->from->at - d->in.n;
    return d->in;
}
