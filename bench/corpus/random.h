/*
 * Random: a seeded sequence that is the same on every machine and for every compiler.
 *
 * xoshiro256** by Blackman and Vigna (2018), seeded by splitmix64 as they advise. It makes test
 * data; it keeps no secret.
 */
#pragma once

#include <stdint.h>

typedef struct Random {
    uint64_t state[4];
} Random;

static inline uint64_t random_rotate(uint64_t x, unsigned bits) {
    return x << bits | x >> (64 - bits);
}

static inline uint64_t random_next(Random *r) {
    uint64_t *s = r->state;
    uint64_t result = random_rotate(s[1] * 5, 7) * 9;
    uint64_t shifted = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = random_rotate(s[3], 45);
    return result;
}

static inline void random_init(Random *r, uint64_t seed) {
    for (unsigned i = 0; i < 4; i++) {
        uint64_t x = seed += UINT64_C(0x9E3779B97F4A7C15);

        x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
        x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
        r->state[i] = x ^ x >> 31;
    }
}

/* 0 to n - 1; n of 0 gives 0. Uneven by at most n in 2^32, which no measurement here can see. */
static inline uint32_t random_below(Random *r, uint32_t n) {
    return (uint32_t)((random_next(r) >> 32) * n >> 32);
}
