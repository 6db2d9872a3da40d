/*
 * Find: bytes that mean something, many at a time.
 *
 * Reads whole blocks: FIND_PAD bytes behind the end must be readable, whatever they hold (a
 * Decoder's text has them).
 */
#pragma once

#include "base/span.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { FIND_PAD = 64 };

/* Which of 64 bytes are any of these three, the first byte in the lowest bit. */
static inline uint64_t find_block(const uint8_t *at, uint8_t a, uint8_t b, uint8_t c) {
    uint64_t bits = 0;

#if defined(__SSE2__)
    const __m128i va = _mm_set1_epi8((char)a), vb = _mm_set1_epi8((char)b),
                  vc = _mm_set1_epi8((char)c);

    for (unsigned i = 0; i < 4; i++) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(at + 16 * i));
        __m128i eq = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, va), _mm_cmpeq_epi8(v, vb)),
                                  _mm_cmpeq_epi8(v, vc));

        bits |= (uint64_t)(uint32_t)_mm_movemask_epi8(eq) << 16 * i;
    }
#else
    for (unsigned i = 0; i < 64; i++)
        bits |= (uint64_t)(at[i] == a || at[i] == b || at[i] == c) << i;
#endif
    return bits;
}

/* The place of the first byte from i on that is any of these three; n if none. */
static inline size_t find_any(const uint8_t *at, size_t i, size_t n, uint8_t a, uint8_t b,
                              uint8_t c) {
#if defined(__SSE2__)
    const __m128i va = _mm_set1_epi8((char)a), vb = _mm_set1_epi8((char)b),
                  vc = _mm_set1_epi8((char)c);

    for (; i < n; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(at + i));
        __m128i eq = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, va), _mm_cmpeq_epi8(v, vb)),
                                  _mm_cmpeq_epi8(v, vc));
        unsigned bits = (unsigned)_mm_movemask_epi8(eq);

        if (bits) {
            i += (unsigned)__builtin_ctz(bits);
            break;
        }
    }
    return i < n ? i : n;
#else
    while (i < n && at[i] != a && at[i] != b && at[i] != c)
        i++;
    return i;
#endif
}
