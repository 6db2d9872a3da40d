/*
 * Token: see token.h.
 *
 * "Recover the run" works by addition: a run of ones plus a one at its lowest bit carries out of
 * the run's top and leaves zeros behind it; the carry crosses words in `carry_*`. So runs that
 * hold a seed bit are separated from those that do not, without a branch.
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

_hot_ void groups_find(const Bitmap *b, Groups *ret) {
    uint64_t run_before = 0, digit_before = 0, letter_before = 0, open = 0;
    uint64_t carry_long = 0, carry_glued = 0;
    size_t n_start = 0, n_end = 0;

    for (size_t i = 0; i < b->words; i++) {
        uint64_t run = b->run[i], digit = b->digit[i], letter = b->alnum[i] & ~digit;
        uint64_t seed, rest, keep_long, glued, starts, ends;

        if (!run) {
            if (open)
                ret->end[n_end++] = (uint16_t)(i * 64);
            open = run_before = digit_before = carry_long = carry_glued = 0;
            letter_before = letter >> 63;
            continue;
        }
        seed = run & ~(run << 1 | run_before) & eroded_by_6(run, b->run[i + 1]);
        rest = add_carry(run, seed, &carry_long);
        keep_long = run & ~rest;
        run_before = run >> 63;

        seed = digit & ~(digit << 1 | digit_before) & (letter << 1 | letter_before);
        rest = add_carry(digit, seed, &carry_glued);
        glued = digit & ~rest;
        digit_before = digit >> 63;
        letter_before = letter >> 63;

        digit &= keep_long & ~glued;
        starts = digit & ~(digit << 1 | open);
        ends = ~digit & (digit << 1 | open);
        for (; starts; starts &= starts - 1)
            ret->start[n_start++] = (uint16_t)(i * 64 + (size_t)__builtin_ctzll(starts));
        for (; ends; ends &= ends - 1)
            ret->end[n_end++] = (uint16_t)(i * 64 + (size_t)__builtin_ctzll(ends));
        open = digit >> 63;
    }
    if (n_end < n_start)
        ret->end[n_end++] = (uint16_t)b->n;
    ret->n = n_start;
}

/* Ones in a row from bit `at` upwards, at most max + 1. */
static size_t ones_from(const uint64_t *bits, size_t at, size_t max) {
    size_t n = 0;

    while (n <= max) {
        uint64_t rest = ~bitmap_from(bits, at + n);

        if (rest)
            return n + (size_t)__builtin_ctzll(rest);
        n += 64;
    }
    return n;
}

/* Ones in a row below bit `at`, at most max + 1. */
static size_t ones_before(const uint64_t *bits, size_t at, size_t max) {
    size_t n = 0;

    while (n <= max && at > n) {
        uint64_t below;

        if (at - n < 64) {
            n += bitmap_get(bits, at - n - 1) ? 1 : max + 2;
            if (n > max + 1)
                return n - (max + 2);
            continue;
        }
        below = ~bitmap_from(bits, at - n - 64);
        if (below)
            return n + (size_t)__builtin_clzll(below);
        n += 64;
    }
    return n;
}

bool run_around(const Bitmap *b, size_t at, size_t max, size_t *ret_start, size_t *ret_end) {
    size_t start = at - ones_before(b->alnum, at, max), end = at + ones_from(b->alnum, at, max);

    if (end > b->n)
        end = b->n;
    *ret_start = start;
    *ret_end = end;
    return end - start <= max;
}
