/*
 * Sketch: see sketch.h. HyperLogLog as by Flajolet, Fusy, Gandouet, Meunier (2007), with linear
 * counting for small cardinalities; a 64-bit hash makes their large-range correction unnecessary.
 */
#include "base/sketch.h"

#include <math.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { SLOTS_FIRST = 32, REGISTERS = 1 << SKETCH_BITS };

void sketch_done(Sketch *s) {
    free(s->exact);
    free(s->registers);
    *s = (Sketch){0};
}

uint64_t sketch_hash(const uint8_t *secret, Span value) {
    uint64_t h = XXH3_64bits_withSecret(value.at, value.n, secret, SKETCH_SECRET_BYTES);

    return h ? h : 1;
}

static void registers_add(uint8_t *registers, uint64_t hash) {
    size_t i = hash >> (64 - SKETCH_BITS);
    uint64_t rest = hash << SKETCH_BITS | UINT64_C(1) << (SKETCH_BITS - 1);
    uint8_t rank = (uint8_t)(__builtin_clzll(rest) + 1);

    if (registers[i] < rank)
        registers[i] = rank;
}

static void sketch_spill(Sketch *s) {
    s->registers = calloc(1, REGISTERS);
    if (!s->registers) {
        s->failed = true;
        return;
    }
    for (size_t i = 0; i < s->slots; i++) {
        if (s->exact[i])
            registers_add(s->registers, s->exact[i]);
    }
    free(s->exact);
    s->exact = NULL;
    s->n = s->slots = 0;
}

/* Where the hash is, or the empty slot where it goes: at least half of them are. */
static uint64_t *slot_of(const Sketch *s, uint64_t hash) {
    size_t i = hash & (s->slots - 1);

    while (s->exact[i] && s->exact[i] != hash)
        i = (i + 1) & (s->slots - 1);
    return &s->exact[i];
}

/* Doubles the table. A small file has few values, and clearing a large one would cost it more. */
static bool sketch_grow(Sketch *s) {
    Sketch grown = {.slots = s->slots ? 2 * s->slots : SLOTS_FIRST};

    grown.exact = calloc(grown.slots, sizeof(*grown.exact));
    if (!grown.exact) {
        s->failed = true;
        return false;
    }
    for (size_t i = 0; i < s->slots; i++) {
        if (s->exact[i])
            *slot_of(&grown, s->exact[i]) = s->exact[i];
    }
    free(s->exact);
    s->exact = grown.exact;
    s->slots = grown.slots;
    return true;
}

void sketch_add(Sketch *s, uint64_t hash) {
    uint64_t *slot;

    if (s->registers) {
        registers_add(s->registers, hash);
        return;
    }
    if (!s->exact && !sketch_grow(s))
        return;
    slot = slot_of(s, hash);
    if (*slot || s->failed)
        return;
    if (s->n == SKETCH_EXACT_MAX) {
        sketch_spill(s);
        if (s->registers)
            registers_add(s->registers, hash);
        return;
    }
    if (2 * s->n >= s->slots) {
        if (!sketch_grow(s))
            return;
        slot = slot_of(s, hash);
    }
    *slot = hash;
    s->n++;
}

void sketch_merge(Sketch *into, const Sketch *from) {
    into->failed |= from->failed;
    for (size_t i = 0; i < from->slots; i++) {
        if (from->exact[i])
            sketch_add(into, from->exact[i]);
    }
    if (!from->registers)
        return;
    if (!into->registers) {
        if (into->exact) {
            sketch_spill(into);
        } else {
            into->registers = calloc(1, REGISTERS);
            into->failed |= !into->registers;
        }
    }
    for (size_t i = 0; into->registers && i < REGISTERS; i++) {
        if (into->registers[i] < from->registers[i])
            into->registers[i] = from->registers[i];
    }
}

uint64_t sketch_count(const Sketch *s, bool *ret_exact) {
    const double m = REGISTERS, alpha = 0.7213 / (1 + 1.079 / REGISTERS);
    double sum = 0, estimate;
    size_t zeros = 0;

    *ret_exact = !s->registers && !s->failed;
    if (!s->registers)
        return s->n;
    for (size_t i = 0; i < REGISTERS; i++) {
        sum += ldexp(1, -s->registers[i]);
        zeros += s->registers[i] == 0;
    }
    estimate = alpha * m * m / sum;
    if (estimate <= 2.5 * m && zeros)
        estimate = m * log(m / (double)zeros);
    return (uint64_t)llround(estimate);
}
