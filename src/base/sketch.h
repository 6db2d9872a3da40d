/*
 * Sketch: how many different values, without keeping them.
 *
 * Exact up to SKETCH_EXACT_MAX hashes, then HyperLogLog with 2^12 registers (standard error about
 * 1.6 %). Hashes are keyed (XXH3 with a secret), so a sketch tells nothing to who lacks the key.
 * The result depends on the set of hashes only: not on their order, nor on how sketches of parts
 * were merged. One thread at a time.
 */
#pragma once

#include "base/cleanup.h"
#include "base/span.h"

enum {
    SKETCH_EXACT_MAX = 512,
    SKETCH_BITS = 12,
    SKETCH_SECRET_BYTES = 192, /* what XXH3 wants */
};

typedef struct Sketch {
    uint64_t *exact;    /* open table, at most half full; 0 is empty; NULL until needed */
    uint32_t slots;     /* of exact: a power of two, at most 2 * SKETCH_EXACT_MAX */
    uint8_t *registers; /* 2^SKETCH_BITS; NULL while exact */
    uint32_t n;         /* hashes in exact */
    bool failed;        /* no memory: the estimate is too low */
} Sketch;

void sketch_done(Sketch *s);
void sketch_add(Sketch *s, uint64_t hash);
void sketch_merge(Sketch *into, const Sketch *from);
uint64_t sketch_count(const Sketch *s, bool *ret_exact);

/* The keyed hash of a value; secret has SKETCH_SECRET_BYTES. Never 0. */
uint64_t sketch_hash(const uint8_t *secret, Span value);
