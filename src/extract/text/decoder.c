/* Decoder: see decoder.h. */
#include "extract/text/decoder.h"

/* Of the raw bytes, as many as are whole characters: a cut pair of surrogates waits for more. */
static size_t whole(const Decoder *d) {
    size_t unit = encoding_unit(d->encoding), n = d->raw.n - d->raw.n % unit;
    bool big = d->encoding == ENCODING_UTF16BE;

    if (d->end)
        return d->raw.n;
    if (n && (big || d->encoding == ENCODING_UTF16LE)) {
        uint8_t high = d->raw.at[n - (big ? 2 : 1)];

        if (high >= 0xD8 && high < 0xDC)
            n -= 2;
    }
    return n;
}

static int decode(Decoder *d) {
    int r;

    d->text = buf_as_span(&d->raw);
    if (d->plain)
        return 0;
    r = charset_decode(d->encoding, span(d->raw.at, whole(d)), d->raw_at, &d->decoded);
    if (r < 0)
        return r == -ENOMEM ? r : -EFBIG;
    if (d->decoded.runs.n) { /* the text is its own, and may move */
        if (!buf_extend(&d->decoded.own, DECODER_PAD))
            return -ENOMEM;
        d->decoded.own.n -= DECODER_PAD;
        d->decoded.text = buf_as_span(&d->decoded.own);
    }
    d->text = d->decoded.text;
    return 0;
}

/* Reads a window more behind what is there. */
static int fill(Decoder *d) {
    size_t n = d->raw.n;
    uint8_t *at = buf_extend(&d->raw, d->window + DECODER_PAD);
    ssize_t got = 1;

    if (!at)
        return -ENOMEM;
    at = d->raw.at + n;
    d->raw.n = n;
    while (d->raw.n - n < d->window && got > 0) {
        got = feed_some(d->feed, at, d->window - (d->raw.n - n));
        if (got > 0) {
            d->raw.n += (size_t)got;
            at += got;
        }
    }
    d->end = got <= 0;
    return got == -ENOMEM ? -ENOMEM : 0;
}

static size_t mark_length(Encoding e, Span raw) {
    static const struct {
        Encoding encoding;
        const char *bytes;
        size_t n;
    } marks[] = {
        {ENCODING_UTF8, "\xEF\xBB\xBF", 3},    {ENCODING_UTF16LE, "\xFF\xFE", 2},
        {ENCODING_UTF16BE, "\xFE\xFF", 2},     {ENCODING_UTF32LE, "\xFF\xFE\0\0", 4},
        {ENCODING_UTF32BE, "\0\0\xFE\xFF", 4},
    };

    for (size_t i = 0; i < N_ELEMENTS(marks); i++) {
        if (marks[i].encoding == e && span_starts(raw, span(marks[i].bytes, marks[i].n)))
            return marks[i].n;
    }
    return 0;
}

/* The first n raw bytes are done with. */
static void drop(Decoder *d, size_t n) {
    d->raw.n -= n;
    d->raw_at += n;
    if (d->raw.n)
        memmove(d->raw.at, d->raw.at + n, d->raw.n);
}

int decoder_init(Decoder *d, Feed *f, Encoding e, size_t window) {
    int r = 0;

    *d = (Decoder){
        .feed = f,
        .encoding = e,
        .window = window,
        .raw_at = f->at,
        .plain = e == ENCODING_BINARY || e == ENCODING_ASCII || e == ENCODING_UTF8,
    };
    while (r == 0 && !d->end && d->raw.n < 4) /* the longest mark */
        r = fill(d);
    if (r < 0)
        return r;
    drop(d, f->at == d->raw.n ? mark_length(e, buf_as_span(&d->raw)) : 0);
    return decode(d);
}

int decoder_head(Feed *f, Encoding e, TextWindow *w, Span *ret) {
    Span head;
    size_t mark;
    int r = feed_head(f, FEED_HEAD_MAX, &head);

    if (r == -ENOMEM)
        return r;
    if (r < 0)
        head = span(f->head.at + f->head_at, f->head.n - f->head_at); /* what came before */
    mark = f->at == 0 ? mark_length(e, head) : 0;
    r = charset_decode(e, span(head.at + mark, head.n - mark), f->at + mark, w);
    *ret = w->text;
    return r;
}

void decoder_done(Decoder *d) {
    buf_wipe(&d->raw);
    buf_wipe(&d->decoded.own);
    text_window_done(&d->decoded);
    *d = (Decoder){0};
}

int decoder_next(Decoder *d, size_t taken) {
    int r;

    drop(d, taken < d->text.n ? (size_t)(decoder_source(d, taken) - d->raw_at)
            : d->plain        ? d->raw.n
                              : d->decoded.raw.n);
    if (!d->end) {
        r = fill(d);
        if (r < 0)
            return r;
    }
    return decode(d);
}

uint64_t decoder_source_decoded(const Decoder *d, size_t at) {
    uint64_t offset, length;

    text_window_locate(&d->decoded, at, at, &offset, &length);
    return offset;
}
