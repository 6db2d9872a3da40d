/*
 * Avromaker: files of Avro, put together by hand, for tests.
 */
#pragma once

#include <zlib.h>

#include "base/buf.h"

#define AVRO_MARK "0123456789abcdef"

static inline void avro_long(Buf *b, int64_t v) {
    uint64_t z = (uint64_t)v << 1 ^ (uint64_t)(v >> 63);

    for (; z > 0x7F; z >>= 7)
        buf_byte(b, (uint8_t)(z | 0x80));
    buf_byte(b, (uint8_t)z);
}

static inline void avro_bytes(Buf *b, Span s) {
    avro_long(b, (int64_t)s.n);
    buf_span(b, s);
}

static inline void avro_text(Buf *b, const char *text) {
    avro_bytes(b, span_of(text));
}

static inline void avro_head(Buf *b, const char *schema, const char *codec) {
    buf_add(b, "Obj\1", 4);
    avro_long(b, codec ? 2 : 1);
    avro_text(b, "avro.schema"), avro_text(b, schema);
    if (codec)
        avro_text(b, "avro.codec"), avro_text(b, codec);
    avro_long(b, 0);
    buf_text(b, AVRO_MARK);
}

static inline void avro_deflate(Buf *to, Span s) {
    uint8_t *at = buf_extend(to, s.n + 64);
    z_stream z = {0};

    deflateInit2(&z, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    z.next_in = (Bytef *)(uintptr_t)s.at;
    z.avail_in = (uInt)s.n;
    z.next_out = at;
    z.avail_out = (uInt)s.n + 64;
    deflate(&z, Z_FINISH);
    to->n -= z.avail_out;
    deflateEnd(&z);
}

/* One literal, and the checksum. */
static inline void avro_snappy(Buf *to, Span s) {
    uint32_t crc = (uint32_t)crc32(0, s.at, (uInt)s.n);

    buf_byte(to, (uint8_t)(s.n | 0x80)), buf_byte(to, (uint8_t)(s.n >> 7)); /* 128 to 16,383 */
    buf_byte(to, 61 << 2), buf_byte(to, (uint8_t)(s.n - 1)),
        buf_byte(to, (uint8_t)((s.n - 1) >> 8));
    buf_span(to, s);
    for (int i = 24; i >= 0; i -= 8)
        buf_byte(to, (uint8_t)(crc >> i));
}

static inline void avro_block(Buf *b, int64_t count, Span packed) {
    avro_long(b, count);
    avro_bytes(b, packed);
    buf_text(b, AVRO_MARK);
}
