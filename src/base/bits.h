/*
 * Bits: a set of small numbers, one bit each, that grows as it must.
 *
 * Failure to grow is told by the call that needed it; a number that was never set is not in it.
 * One thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define BITS_MAX (UINT64_C(1) << 36) /* 8 GiB of them: more is a mistake, or an attack */

typedef struct Bits {
    uint64_t *words;
    size_t n_words;
    uint64_t count; /* numbers in it */
} Bits;

static inline void bits_done(Bits *b) {
    free(b->words);
    *b = (Bits){0};
}

/* Empties it, keeping its memory. */
static inline void bits_clear(Bits *b) {
    if (b->n_words)
        memset(b->words, 0, b->n_words * sizeof(*b->words));
    b->count = 0;
}

static inline bool bits_has(const Bits *b, uint64_t i) {
    return i / 64 < b->n_words && b->words[i / 64] >> (i % 64) & 1;
}

/* 1: it was put in; 0: it was there; -ENOMEM, -E2BIG. */
static inline int bits_put(Bits *b, uint64_t i) {
    size_t need = (size_t)(i / 64) + 1, n = b->n_words ? b->n_words : 64;
    uint64_t *words;

    if (i >= BITS_MAX)
        return -E2BIG;
    if (need > b->n_words) {
        while (n < need)
            n *= 2;
        words = reallocarray(b->words, n, sizeof(*words));
        if (!words)
            return -ENOMEM;
        memset(words + b->n_words, 0, (n - b->n_words) * sizeof(*words));
        b->words = words;
        b->n_words = n;
    }
    if (bits_has(b, i))
        return 0;
    b->words[i / 64] |= UINT64_C(1) << (i % 64);
    b->count++;
    return 1;
}

static inline void bits_drop(Bits *b, uint64_t i) {
    if (bits_has(b, i)) {
        b->words[i / 64] &= ~(UINT64_C(1) << (i % 64));
        b->count--;
    }
}
