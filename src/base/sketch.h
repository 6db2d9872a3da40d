/*
 * Sketch: how many different values, without keeping them.
 *
 * Exact up to SKETCH_EXACT_MAX hashes, then HyperLogLog with 2^14 registers (standard error about
 * 0.8 %). The result depends on the set of hashes only: not on their order, nor on how sketches of
 * parts were merged. One thread at a time.
 *
 * A sketch is written down so that those of many objects can be merged later, if they are of one
 * key. Hashes are SipHash-2-4 under a key of their own (Aumasson, Bernstein 2012): a keyed function
 * that stays one although people know some of the values; XXH3, whose secret two known values give
 * away, would let who has the file try all numbers of a kind. docs/design/exposure.md has the form.
 */
#pragma once

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/span.h"

enum {
    SKETCH_EXACT_MAX = 512,
    SKETCH_BITS = 14,
    SKETCH_SECRET_BYTES = 192,                    /* what XXH3 wants, for hashes of contents */
    SKETCH_KEYS_BYTES = SKETCH_SECRET_BYTES + 16, /* and behind it what SipHash wants */
    SKETCH_BYTES_MAX = 13 << 10,                  /* of one that is written down */
};

typedef struct Sketch {
    uint64_t *exact;    /* open table, at most half full; 0 is empty; NULL until needed */
    uint32_t slots;     /* of exact: a power of two */
    uint32_t most;      /* hashes in exact before it becomes an estimate; 0: SKETCH_EXACT_MAX */
    uint8_t *registers; /* 2^SKETCH_BITS; NULL while exact */
    uint32_t n;         /* hashes in exact */
    bool failed;        /* no memory: the estimate is too low */
} Sketch;

void sketch_done(Sketch *s);
void sketch_add(Sketch *s, uint64_t hash);
void sketch_merge(Sketch *into, const Sketch *from);
uint64_t sketch_count(const Sketch *s, bool *ret_exact);

/* Appends it as it is written down, in at most SKETCH_BYTES_MAX. Empty: nothing. */
void sketch_put(const Sketch *s, Buf *to);

/* Merges one that was written down. -EBADMSG: it is none, and nothing is merged. */
int sketch_take(Sketch *into, Span bytes);

/* The keyed hash of a value; secret has SKETCH_KEYS_BYTES. Never 0. */
uint64_t sketch_hash(const uint8_t *secret, Span value);
