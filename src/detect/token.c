/*
 * Token: see token.h.
 *
 * "Recover the run" works by addition: a run of ones plus a one at its lowest bit carries out of
 * the run's top and leaves zeros behind it; the carry crosses words in `carry`. So runs that hold a
 * seed bit are separated from those that do not, without a branch.
 */
#include "detect/token.h"

#include "detect/layout.h"

static inline uint64_t add_carry(uint64_t a, uint64_t b, uint64_t *carry) {
    uint64_t sum;
    bool over = __builtin_add_overflow(a, b, &sum);

    over |= __builtin_add_overflow(sum, *carry, &sum);
    *carry = over;
    return sum;
}

/* Bits at which a run of at least 6 ones starts or continues for 6: erosion by doubling steps. */
static inline uint64_t eroded_by_6(uint64_t now, uint64_t next) {
    uint64_t two = now & (now >> 1 | next << 63), next_two = next & next >> 1;
    uint64_t four = two & (two >> 2 | next_two << 62), next_four = next_two & next_two >> 2;

    _Static_assert(LAYOUT_RUN_MIN == 6, "the erosion below is by 2, 4, 6");
    return four & (four >> 2 | next_four << 62);
}

_hot_ void starts_find(const Bitmap *b, uint64_t ret[BITMAP_WORDS]) {
    uint64_t run_before = 0, digit_before = 0, bar_before = 0;
    uint64_t carry = 0;

    for (size_t i = 0; i < b->words; i++) {
        uint64_t run = b->run[i], digit = b->digit[i];
        uint64_t bar = (b->alnum[i] & ~digit) | b->joint[i] | b->at[i];

        if (run) {
            uint64_t first = digit & ~(digit << 1 | digit_before);
            uint64_t seed = run & ~(run << 1 | run_before) & eroded_by_6(run, b->run[i + 1]);
            uint64_t is_long = run & ~add_carry(run, seed, &carry);

            ret[i] = first & is_long & ~(bar << 1 | bar_before);
        } else {
            ret[i] = carry = 0;
        }
        run_before = run >> 63;
        digit_before = digit >> 63;
        bar_before = bar >> 63;
    }
}

/* The 64 bits below bit `at`, the nearest in the highest place. */
static inline uint64_t bitmap_below(const uint64_t *bits, size_t at) {
    return at >= 64 ? bitmap_from(bits, at - 64) : at ? bits[0] << (64 - at) : 0;
}

bool run_around(const Bitmap *b, size_t at, size_t max, size_t *ret_start, size_t *ret_end) {
    uint64_t gaps_below = ~bitmap_below(b->alnum, at), gaps = ~bitmap_from(b->alnum, at);

    *ret_start = at - (gaps_below ? (size_t)__builtin_clzll(gaps_below) : 64);
    *ret_end = at + (gaps ? (size_t)__builtin_ctzll(gaps) : 64);
    return *ret_end - *ret_start <= max;
}
