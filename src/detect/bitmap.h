/*
 * Bitmap: 64 bytes of text become one word a class, so that later stages step over ordinary text
 * 64 bytes at a time and look at a byte only where a candidate may be.
 *
 * A Chunk of text is classified with a margin on both sides; bit i of word w is byte 64 * w + i
 * counted from `text`. Bits beyond n are zero. Classes are ASCII: bytes >= 0x80 are in `high` only.
 * One thread at a time; the widest instruction set of the machine is chosen once, by
 * bitmap_builder().
 */
#pragma once

#include "base/span.h"

enum {
    BITMAP_CHUNK = 56 << 10, /* bytes owned */
    BITMAP_MARGIN = 2048,    /* bytes before and after that decisions may look at */
    BITMAP_PAD = 64,         /* bytes behind the text that must be readable, whatever they hold */
    BITMAP_WORDS = (BITMAP_CHUNK + 2 * BITMAP_MARGIN) / 64 + 2,
};

typedef struct Bitmap {
    const uint8_t *text;
    size_t n;                     /* bytes classified */
    size_t words;                 /* of 64 bits, the last one partly filled */
    uint64_t digit[BITMAP_WORDS]; /* 0-9 */
    uint64_t upper[BITMAP_WORDS]; /* A-Z */
    uint64_t alnum[BITMAP_WORDS]; /* 0-9 A-Z a-z */
    uint64_t high[BITMAP_WORDS];  /* bytes beyond ASCII */
    uint64_t run[BITMAP_WORDS];   /* digits, and a single space - . / between two digits */
    uint64_t joint[BITMAP_WORDS]; /* a single - . / between two digits */
    uint64_t mixed[BITMAP_WORDS]; /* second byte of a digit next to an upper-case letter */
    uint64_t iban[BITMAP_WORDS];  /* third byte of letter letter digit digit, both of one case */
    uint64_t at[BITMAP_WORDS];    /* @ */
    uint64_t colon[BITMAP_WORDS];
    uint64_t dash[BITMAP_WORDS];
    uint64_t plus[BITMAP_WORDS];
    uint64_t newline[BITMAP_WORDS];
} Bitmap;

typedef void (*BitmapBuild)(Bitmap *b, const uint8_t *text, size_t n);

/* The fastest form that this processor runs; name (may be NULL) gets "avx512", "avx2", ... */
BitmapBuild bitmap_builder(const char **ret_name);

/* All forms that this processor runs, the fastest first: number i, or NULL behind the last. */
BitmapBuild bitmap_builder_at(size_t i, const char **ret_name);

static inline bool bitmap_get(const uint64_t *bits, size_t i) {
    return bits[i >> 6] >> (i & 63) & 1;
}

/* The 64 bits from bit i on; the array has a zero word behind its last. */
static inline uint64_t bitmap_from(const uint64_t *bits, size_t i) {
    unsigned shift = i & 63;

    return shift ? bits[i >> 6] >> shift | bits[(i >> 6) + 1] << (64 - shift) : bits[i >> 6];
}

/* Bits set in [from, to). */
size_t bitmap_count(const uint64_t *bits, size_t from, size_t to);
