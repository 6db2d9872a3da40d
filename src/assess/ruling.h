/*
 * Ruling: the rules that one case meets, with their severities, each set kept once.
 *
 * Of a million findings few meet a set of rules that no other meets, so a finding names a set by
 * its number, and what depends on the set alone (which criteria it bears on) is worked out once a
 * set and not once a finding. Numbers come in the order in which sets came up. One thread.
 */
#pragma once

#include "base/buf.h"
#include "model/severity.h"

/* A rule by its number over all rulesets, and the severity of the case. */
typedef uint32_t Met;

static inline Met met_of(size_t rule, Severity s) {
    return (Met)rule << 3 | (Met)s;
}

static inline size_t met_rule(Met m) {
    return m >> 3;
}

static inline Severity met_severity(Met m) {
    return (Severity)(m & 7);
}

typedef struct RulingSet {
    size_t from, n; /* of Rulings.pool */
    uint64_t cases; /* that met exactly these */
} RulingSet;

typedef struct Rulings {
    Met *pool;
    size_t n_pool, cap_pool;
    RulingSet *at;
    size_t n, cap;
    uint32_t *index; /* number + 1 by hash; 0: empty */
    size_t n_index;  /* a power of two */
} Rulings;

void rulings_done(Rulings *r);

/* Counts a case that met these, in the order of rules; *ret is the number of the set. -ENOMEM. */
int rulings_count(Rulings *r, const Met *met, size_t n, size_t *ret);
