/* Index: see index.h. Open addressing, at most half full. */
#include "extract/text/index.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

void index_done(Index *x) {
    free(x->slots);
    *x = (Index){.limit = x->limit};
}

void index_clear(Index *x) {
    if (x->cap)
        memset(x->slots, 0, x->cap * sizeof(*x->slots));
    x->n = 0;
}

uint64_t index_hash(uint64_t within, Span name) {
    return XXH3_64bits_withSeed(name.at ? name.at : (const uint8_t *)"", name.n, within) | 1;
}

static IndexSlot *slot_of(const Index *x, uint64_t hash) {
    size_t k = (size_t)(hash >> 1) & (x->cap - 1);

    while (x->slots[k].hash && x->slots[k].hash != hash)
        k = (k + 1) & (x->cap - 1);
    return &x->slots[k];
}

uint32_t index_find(const Index *x, uint64_t hash) {
    return x->cap ? slot_of(x, hash)->number : 0;
}

static int grow(Index *x) {
    Index next = {.n = x->n, .cap = x->cap ? 2 * x->cap : 64, .limit = x->limit};

    next.slots = calloc(next.cap, sizeof(*next.slots));
    if (!next.slots)
        return -ENOMEM;
    for (size_t i = 0; i < x->cap; i++) {
        if (x->slots[i].hash)
            *slot_of(&next, x->slots[i].hash) = x->slots[i];
    }
    free(x->slots);
    *x = next;
    return 0;
}

int index_add(Index *x, uint64_t hash, uint32_t number) {
    IndexSlot *s;
    int r;

    if (x->limit && x->n >= x->limit)
        return -ENOSPC;
    if (2 * x->n >= x->cap) {
        r = grow(x);
        if (r < 0)
            return r;
    }
    s = slot_of(x, hash);
    x->n += s->hash == 0;
    *s = (IndexSlot){.hash = hash, .number = number};
    return 0;
}
