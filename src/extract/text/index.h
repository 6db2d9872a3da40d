/*
 * Index: numbers for names that come again, by a hash of 64 bits.
 *
 * Two names of one hash would be taken for one: nobody but their author can bring that about, and
 * then finds his columns confused. Names themselves are kept by whoever needs them.
 */
#pragma once

#include "base/cleanup.h"
#include "base/span.h"

typedef struct IndexSlot {
    uint64_t hash; /* 0: empty */
    uint32_t number;
} IndexSlot;

typedef struct Index {
    IndexSlot *slots;
    size_t n, cap; /* a power of two */
    size_t limit;  /* names at most; 0: none */
} Index;

void index_done(Index *x);
void index_clear(Index *x);

/* The hash of a name within what `within` is the hash of; 0 is none. Never 0. */
uint64_t index_hash(uint64_t within, Span name);

/* The number of a name, or 0. */
uint32_t index_find(const Index *x, uint64_t hash);

/* Gives a number, not 0, to a name that has none. -ENOSPC: the limit; -ENOMEM. */
int index_add(Index *x, uint64_t hash, uint32_t number);
