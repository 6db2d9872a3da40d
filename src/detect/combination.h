/*
 * Combination: kinds of data that say more together than apart: a name and a card in one table.
 *
 * Compiled from the matches of kind `combination` of a rule set, then frozen and shared. What was
 * found is held against it when an object is settled (scan/combine.h); nothing is searched for.
 */
#pragma once

#include "base/error.h"
#include "rule/detector.h"

typedef struct Combination {
    const Match *rule;
    uint16_t detector, match;
    uint64_t *terms; /* rule->terms.n sets of `words` words: a bit a detector */
} Combination;

typedef struct Combinations {
    Combination *at;
    size_t n;
    size_t words; /* of 64 detectors */
} Combinations;

/*
 * Adds one. A term is the id of a category or detector, or several with '|' between them. -EINVAL
 * with a message for a word that is neither; -ENOMEM.
 */
int combinations_add(Combinations *c, const Rules *rules, const Match *m, uint16_t detector,
                     uint16_t match, Error *reterr);
void combinations_done(Combinations *c);

static inline bool combination_has(const Combinations *all, const Combination *c, size_t term,
                                   size_t detector) {
    return c->terms[term * all->words + detector / 64] >> (detector % 64) & 1;
}
