/*
 * Zipmaker: zips for tests, whole or wrong on purpose (PKWARE APPNOTE 6.3.9).
 *
 * Members are deflated unless told otherwise. Between calls a test may add bytes to `zip` itself:
 * what then lies between members.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <zlib.h>

#include "base/buf.h"

enum {
    ZIP_STORED = 1,
    ZIP_STREAMED = 2,  /* sizes behind the data (4.3.9) */
    ZIP_HIDDEN = 4,    /* not in the directory */
    ZIP_ENCRYPTED = 8, /* says so */
    ZIP_BAD_CRC = 16,
};

typedef struct ZipMaker {
    Buf zip, directory;
    unsigned n;
} ZipMaker;

static inline void zip_16(Buf *b, unsigned v) {
    buf_byte(b, (uint8_t)v);
    buf_byte(b, (uint8_t)(v >> 8));
}

static inline void zip_32(Buf *b, size_t v) {
    zip_16(b, (unsigned)(v & 0xFFFF));
    zip_16(b, (unsigned)(v >> 16 & 0xFFFF));
}

static inline void zip_deflate(Span bytes, Buf *ret) {
    z_stream z = {0};
    size_t room = bytes.n + bytes.n / 1000 + 64;

    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)(bytes.at ? bytes.at : (const uint8_t *)"");
    z.avail_in = (uInt)bytes.n;
    z.next_out = buf_extend(ret, room);
    assert_non_null(z.next_out);
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    ret->n -= z.avail_out;
    deflateEnd(&z);
}

/* What both headers tell: versions, flags, method, date (2001-02-03 04:05:06), checksum, sizes. */
static inline void zip_facts(Buf *b, unsigned flags, unsigned method, size_t crc, size_t packed,
                             size_t size, size_t name) {
    zip_16(b, 20);
    zip_16(b, flags);
    zip_16(b, method);
    zip_16(b, 4 << 11 | 5 << 5 | 3);
    zip_16(b, 21 << 9 | 2 << 5 | 3);
    zip_32(b, crc);
    zip_32(b, packed);
    zip_32(b, size);
    zip_16(b, (unsigned)name);
    zip_16(b, 0);
}

static inline void zip_bytes(ZipMaker *z, const char *name, Span bytes, unsigned how) {
    Buf packed = {0};
    size_t header = z->zip.n, crc = crc32(0, bytes.at, (uInt)bytes.n) ^ (how & ZIP_BAD_CRC ? 1 : 0);
    unsigned flags = (how & ZIP_STREAMED ? 8 : 0) | (how & ZIP_ENCRYPTED ? 1 : 0);
    unsigned method = how & ZIP_STORED ? 0 : 8;

    if (how & ZIP_STORED)
        buf_span(&packed, bytes);
    else
        zip_deflate(bytes, &packed);
    buf_text(&z->zip, "PK\3\4");
    if (how & ZIP_STREAMED)
        zip_facts(&z->zip, flags, method, 0, 0, 0, strlen(name));
    else
        zip_facts(&z->zip, flags, method, crc, packed.n, bytes.n, strlen(name));
    buf_text(&z->zip, name);
    buf_span(&z->zip, buf_as_span(&packed));
    if (how & ZIP_STREAMED) {
        buf_text(&z->zip, "PK\7\10");
        zip_32(&z->zip, crc);
        zip_32(&z->zip, packed.n);
        zip_32(&z->zip, bytes.n);
    }
    if (!(how & ZIP_HIDDEN)) {
        z->n++;
        buf_text(&z->directory, "PK\1\2");
        zip_16(&z->directory, 20);
        zip_facts(&z->directory, flags, method, crc, packed.n, bytes.n, strlen(name));
        zip_16(&z->directory, 0); /* comment, disk, attributes */
        zip_16(&z->directory, 0);
        zip_16(&z->directory, 0);
        zip_32(&z->directory, 0);
        zip_32(&z->directory, header);
        buf_text(&z->directory, name);
    }
    buf_done(&packed);
}

static inline void zip_text(ZipMaker *z, const char *name, const char *text) {
    zip_bytes(z, name, span_of(text), 0);
}

/* The whole; borrowed from the maker. */
static inline Span zip_finish(ZipMaker *z) {
    size_t at = z->zip.n;

    buf_span(&z->zip, buf_as_span(&z->directory));
    buf_text(&z->zip, "PK\5\6");
    zip_32(&z->zip, 0);
    zip_16(&z->zip, z->n);
    zip_16(&z->zip, z->n);
    zip_32(&z->zip, z->directory.n);
    zip_32(&z->zip, at);
    zip_16(&z->zip, 0);
    assert_int_equal(buf_error(&z->zip), 0);
    return buf_as_span(&z->zip);
}

static inline void zip_done(ZipMaker *z) {
    buf_done(&z->zip);
    buf_done(&z->directory);
}
