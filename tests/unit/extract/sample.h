/* Texts in four languages, an encoder of each encoding that is guessed, and random bytes. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "extract/text/encoding.h"

static const char *const sample_texts[] = {
    "The quarterly report lists each office with its address and the people who work there.\r\n"
    "Figures are in thousands; where a number is estimated, a footnote says so (see page 12).\r\n",
    "Die Stra\xc3\x9f"
    "e f\xc3\xbchrt \xc3\xbc"
    "ber die Br\xc3\xbc"
    "cke zum s\xc3\xbc"
    "dlichen Ufer. Alle Geb\xc3\xa4"
    "ude wurden gepr\xc3\xbc"
    "ft;\n"
    "die Pr\xc3\xbc"
    "fer z\xc3\xa4hlten 1\xc2\xb7"
    "234 \xc3\x96"
    "fen und 17 T\xc3\xbcren.\n",
    "\xd0\x9e\xd1\x82\xd1\x87\xd1\x91\xd1\x82 \xd1\x81\xd0\xbe\xd0\xb4\xd0\xb5\xd1\x80\xd0\xb6"
    "\xd0\xb8\xd1\x82 \xd1\x81\xd0\xbf\xd0\xb8\xd1\x81\xd0\xbe\xd0\xba \xd0\xb0\xd0\xb4\xd1\x80"
    "\xd0\xb5\xd1\x81\xd0\xbe\xd0\xb2 \xd0\xb8 \xd1\x82\xd0\xb5\xd0\xbb\xd0\xb5\xd1\x84\xd0\xbe"
    "\xd0\xbd\xd0\xbe\xd0\xb2, \xd0\xb2\xd1\x81\xd0\xb5\xd0\xb3\xd0\xbe 42.\n",
    "\xe3\x81\x93\xe3\x81\xae\xe5\xa0\xb1\xe5\x91\x8a\xe6\x9b\xb8\xe3\x81\xab\xe3\x81\xaf\xe5\x90"
    "\x84\xe4\xba\x8b\xe5\x8b\x99\xe6\x89\x80\xe3\x81\xae\xe4\xbd\x8f\xe6\x89\x80\xe3\x81\xa8\xe9"
    "\x9b\xbb\xe8\xa9\xb1\xe7\x95\xaa\xe5\x8f\xb7\xe3\x81\x8c\xe8\xa8\x98\xe8\xbc\x89\xe3\x81\x95"
    "\xe3\x82\x8c\xe3\x81\xa6\xe3\x81\x84\xe3\x81\xbe\xe3\x81\x99\xe3\x80\x82\xe5\x88\x86\xe9\xa1"
    "\x9e\xe3\x81\xaf\xe6\xaf\x8e\xe5\xb9\xb4\xe8\xa6\x8b\xe7\x9b\xb4\xe3\x81\x95\xe3\x82\x8c\xe3"
    "\x80\x81\xe6\x96\xb0\xe3\x81\x97\xe3\x81\x84\xe7\x89\x88\xe3\x81\x8c\xe5\x85\xac\xe9\x96\x8b"
    "\xe3\x81\x95\xe3\x82\x8c\xe3\x81\xbe\xe3\x81\x99\xe3\x80\x82",
};

static inline uint64_t sample_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state * UINT64_C(0x2545F4914F6CDD1D) >> 8;
}

static inline void sample_fill(uint64_t seed, uint8_t *at, size_t n) {
    for (size_t i = 0; i < n; i++)
        at[i] = (uint8_t)(sample_random(&seed) >> 20);
}

static inline void put_unit(Buf *b, uint32_t unit, unsigned bytes, bool big) {
    for (unsigned i = 0; i < bytes; i++)
        buf_byte(b, (uint8_t)(unit >> 8 * (big ? bytes - 1 - i : i)));
}

/* One code point in UTF-16 or UTF-32; surrogates as they are. */
static inline void put_point(Buf *b, Encoding e, uint32_t c) {
    bool big = e == ENCODING_UTF16BE || e == ENCODING_UTF32BE;

    if (e == ENCODING_UTF32LE || e == ENCODING_UTF32BE) {
        put_unit(b, c, 4, big);
    } else if (c < 0x10000) {
        put_unit(b, c, 2, big);
    } else {
        put_unit(b, 0xD800 + ((c - 0x10000) >> 10), 2, big);
        put_unit(b, 0xDC00 + ((c - 0x10000) & 0x3FF), 2, big);
    }
}

static inline void put_text(Buf *b, Encoding e, const char *utf8) {
    Span s = span_of(utf8);
    uint32_t c;

    for (size_t i = 0, n; i < s.n; i += n) {
        n = utf8_decode(span(s.at + i, s.n - i), &c);
        assert_true(n > 0);
        put_point(b, e, c);
    }
}

/* A single-byte set by its table: the reverse look-up; the text must be within it. */
static inline void put_bytes(Buf *b, const uint16_t *table, const char *utf8) {
    Span s = span_of(utf8);
    uint32_t c;

    for (size_t i = 0, n; i < s.n; i += n) {
        int byte = 0;

        n = utf8_decode(span(s.at + i, s.n - i), &c);
        assert_true(n > 0);
        while (byte < 256 && table[byte] != c)
            byte++;
        assert_in_range(byte, 0, 255);
        buf_byte(b, (uint8_t)byte);
    }
}
