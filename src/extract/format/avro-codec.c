/* Avro codec: see avro-codec.h. */
#include "extract/format/avro-codec.h"

#include "extract/format/snappy.h"

enum { STEP = 64 << 10 };

void avro_codec_choose(AvroCodec *c, Span word) {
    static const struct {
        const char *word, *format;
    } streams[] = {{"zstandard", "zstd"}, {"bzip2", "bzip2"}, {"xz", "xz"}};

    c->kind = !word.n || span_is(word, "null") ? AVRO_CODEC_NULL
              : span_is(word, "deflate")       ? AVRO_CODEC_DEFLATE
              : span_is(word, "snappy")        ? AVRO_CODEC_SNAPPY
                                               : AVRO_CODEC_UNKNOWN;
    for (size_t i = 0; i < N_ELEMENTS(streams); i++) {
        if (!span_is(word, streams[i].word))
            continue;
        c->kind = AVRO_CODEC_STREAM;
        c->decoder = decoder_find(streams[i].format);
    }
}

static int unpack_deflate(AvroCodec *c, Span data, size_t limit, Buf *ret) {
    bool end = false;
    int r = c->inflate ? 0 : inflate_new(&c->inflate);

    if (r < 0)
        return r;
    inflate_start(c->inflate);
    while (!end && ret->n < limit) {
        size_t had = data.n;
        uint8_t *at = buf_extend(ret, STEP);
        ssize_t n = at ? inflate_step(c->inflate, &data, at, STEP, &end) : -ENOMEM;

        ret->n -= at ? STEP - (n > 0 ? (size_t)n : 0) : 0;
        if (n < 0)
            return (int)n;
        if (!n && !end && data.n == had)
            return -EBADMSG; /* cut off */
    }
    return end ? 0 : -EFBIG;
}

static int unpack_snappy(Span data, size_t limit, Buf *ret) {
    Span block = span(data.at, data.n < 4 ? 0 : data.n - 4);
    const uint8_t *crc = data.at + block.n;
    int r = snappy_decode(block, limit, ret);

    if (r < 0)
        return r;
    return inflate_crc(0, buf_as_span(ret)) == ((uint32_t)crc[0] << 24 | (uint32_t)crc[1] << 16 |
                                                (uint32_t)crc[2] << 8 | crc[3])
               ? 0
               : -EBADMSG;
}

static int unpack_stream(const AvroCodec *c, Span data, size_t limit, Buf *ret) {
    _cleanup_(decode_freep) Decode *d = NULL;
    Feed f = feed_of_span(data);
    int r = decode_new(&f, c->decoder, &d);

    if (r == 0)
        r = feed_hold(decode_feed(d), limit, ret);
    feed_done(&f);
    return r;
}

int avro_codec_unpack(AvroCodec *c, Span data, size_t limit, Buf *ret) {
    switch (c->kind) {
    case AVRO_CODEC_DEFLATE:
        return unpack_deflate(c, data, limit, ret);
    case AVRO_CODEC_SNAPPY:
        return unpack_snappy(data, limit, ret);
    case AVRO_CODEC_STREAM:
        return unpack_stream(c, data, limit, ret);
    default:
        return 0;
    }
}

void avro_codec_done(AvroCodec *c) {
    inflate_free(c->inflate);
    *c = (AvroCodec){0};
}
