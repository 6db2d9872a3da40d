/*
 * Needle-filter: which bucket each needle belongs to.
 *
 * A bucket lets through whatever is allowed by the bytes of its needles, each place by itself, so
 * needles that resemble each other should share one. Each goes where it lets the least more
 * through, the most frequent first, and then looks again a few times.
 */
#include "detect/choice.h"

enum {
    BUCKETS = 8 * NEEDLE_GROUPS_MAX,
    ROUNDS = 3, /* in which each key looks for a better bucket */
};

/* Needles of different keys, and the bucket of each. */
typedef struct Buckets {
    size_t n, n_buckets;
    const Choice **keys;
    uint8_t *bucket;
    /* how many keys of a bucket allow what in which place, and whether any does */
    uint16_t count[BUCKETS][NEEDLE_KEY][NEEDLE_FOLDED];
    uint32_t folded[BUCKETS][NEEDLE_KEY];
    float cost[BUCKETS]; /* how much text it lets through */
} Buckets;

/* Of a bucket with another key in it. */
static float bucket_cost(const Buckets *b, uint8_t bucket, const uint32_t *key) {
    float cost = 1;

    for (size_t i = 0; i < NEEDLE_KEY; i++)
        cost *= choice_frequency(b->folded[bucket][i] | key[i]);
    return cost;
}

/* The bucket that lets the least more through for this key. */
static uint8_t bucket_best(const Buckets *b, const Choice *c) {
    uint8_t best = 0;
    float least = 2;

    for (uint8_t i = 0; i < b->n_buckets; i++) {
        float more = bucket_cost(b, i, c->folded) - b->cost[i];

        if (more < least) {
            least = more;
            best = i;
        }
    }
    return best;
}

/* The key comes into the bucket, or goes. */
static void bucket_change(Buckets *b, uint8_t bucket, const Choice *c, bool comes) {
    static const uint32_t nothing[NEEDLE_KEY];

    for (size_t k = 0; k < NEEDLE_KEY; k++) {
        for (uint32_t bits = c->folded[k]; bits; bits &= bits - 1) {
            uint16_t *count = &b->count[bucket][k][__builtin_ctz(bits)];

            *count = (uint16_t)(comes ? *count + 1 : *count - 1);
            if (*count)
                b->folded[bucket][k] |= bits & -bits;
            else
                b->folded[bucket][k] &= ~(bits & -bits);
        }
    }
    b->cost[bucket] = bucket_cost(b, bucket, nothing);
}

static void buckets_fill(Buckets *b) {
    for (size_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < b->n; i++) {
            if (round)
                bucket_change(b, b->bucket[i], b->keys[i], false);
            b->bucket[i] = bucket_best(b, b->keys[i]);
            bucket_change(b, b->bucket[i], b->keys[i], true);
        }
    }
}

/* The most frequent first; those of the same key stand together. */
static int choice_compare(const void *a, const void *b) {
    const Choice *x = *(const Choice *const *)a, *y = *(const Choice *const *)b;

    if (x->cost != y->cost)
        return x->cost > y->cost ? -1 : 1;
    return memcmp(x->folded, y->folded, sizeof(x->folded));
}

static bool same_key(const Choice *a, const Choice *b) {
    return memcmp(a->folded, b->folded, NEEDLE_KEY * sizeof(*a->folded)) == 0;
}

static void filter_fill(const Buckets *b, NeedleFilter *ret) {
    for (size_t i = 0; i < b->n_buckets; i++) {
        for (size_t k = 0; k < NEEDLE_KEY; k++) {
            for (size_t c = 0; c < NEEDLE_FOLDED; c++)
                ret->buckets[i / 8][k][c] |= (uint8_t)((b->folded[i][k] >> c & 1) << (i % 8));
        }
    }
}

int needle_filter_make(const Choice *const *choices, size_t n, uint8_t groups, NeedleFilter *ret) {
    _cleanup_(free_p) const Choice **keys = calloc(n + 1, sizeof(*keys));
    _cleanup_(free_p) uint8_t *bucket = calloc(n + 1, sizeof(*bucket));
    _cleanup_(free_p) Buckets *b = calloc(1, sizeof(*b));

    if (!keys || !bucket || !b)
        return -ENOMEM;
    *ret = (NeedleFilter){0};
    b->keys = keys;
    b->bucket = bucket;
    b->n_buckets = (size_t)8 * groups;
    memcpy(keys, choices, n * sizeof(*keys));
    qsort(keys, n, sizeof(*keys), choice_compare);
    for (size_t i = 0; i < n; i++) {
        if (b->n == 0 || !same_key(keys[b->n - 1], keys[i]))
            keys[b->n++] = keys[i];
    }
    buckets_fill(b);
    filter_fill(b, ret);
    return 0;
}
