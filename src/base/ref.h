/*
 * Ref: a count of owners that may live on different threads; Flag: a wish that any thread may set;
 * Counter: a number that threads count up together.
 *
 * Atomics stay in base/. ref_drop() orders all writes of other owners before the release that
 * follows the last one. A Flag carries no data: who polls it may be a little late.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Ref {
    atomic_uint n;
} Ref;

/* One owner: the caller. */
static inline void ref_init(Ref *r) {
    atomic_init(&r->n, 1);
}

static inline void ref_take(Ref *r) {
    atomic_fetch_add_explicit(&r->n, 1, memory_order_relaxed);
}

/* True for the last owner, who then frees the thing. */
static inline bool ref_drop(Ref *r) {
    return atomic_fetch_sub_explicit(&r->n, 1, memory_order_acq_rel) == 1;
}

typedef struct Flag {
    atomic_bool set;
} Flag;

static inline void flag_set(Flag *f) {
    atomic_store_explicit(&f->set, true, memory_order_relaxed);
}

/* NULL is a flag that nobody sets. Safe in a signal handler, as flag_set is. */
static inline bool flag_get(const Flag *f) {
    return f && atomic_load_explicit(&f->set, memory_order_relaxed);
}

/* A number that threads count up together; each value is given out once. */
typedef struct Counter {
    atomic_uint_fast64_t n;
} Counter;

static inline uint64_t counter_next(Counter *c) {
    return atomic_fetch_add_explicit(&c->n, 1, memory_order_relaxed);
}

static inline void counter_add(Counter *c, uint64_t n) {
    atomic_fetch_add_explicit(&c->n, n, memory_order_relaxed);
}

static inline uint64_t counter_get(const Counter *c) {
    return atomic_load_explicit(&c->n, memory_order_relaxed);
}
