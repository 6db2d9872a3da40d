/*
 * Sketch: see sketch.h. HyperLogLog as by Flajolet, Fusy, Gandouet, Meunier (2007), with linear
 * counting for small cardinalities; a 64-bit hash makes their large-range correction unnecessary.
 */
#include "base/sketch.h"

#include <math.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { SLOTS = 2 * SKETCH_EXACT_MAX, REGISTERS = 1 << SKETCH_BITS };

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
    for (size_t i = 0; i < SLOTS; i++) {
        if (s->exact[i])
            registers_add(s->registers, s->exact[i]);
    }
    free(s->exact);
    s->exact = NULL;
    s->n = 0;
}

void sketch_add(Sketch *s, uint64_t hash) {
    size_t i = hash & (SLOTS - 1);

    if (s->registers) {
        registers_add(s->registers, hash);
        return;
    }
    if (!s->exact) {
        s->exact = calloc(SLOTS, sizeof(*s->exact));
        if (!s->exact) {
            s->failed = true;
            return;
        }
    }
    while (s->exact[i] && s->exact[i] != hash)
        i = (i + 1) & (SLOTS - 1);
    if (s->exact[i] || s->failed)
        return;
    if (s->n == SKETCH_EXACT_MAX) {
        sketch_spill(s);
        if (s->registers)
            registers_add(s->registers, hash);
        return;
    }
    s->exact[i] = hash;
    s->n++;
}

void sketch_merge(Sketch *into, const Sketch *from) {
    into->failed |= from->failed;
    for (size_t i = 0; from->exact && i < SLOTS; i++) {
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
