/*
 * Pair: two runs that are to be held against each other, and what speaks against it.
 */
#pragma once

#include "store/diff.h"
#include "store/lineage.h"
#include "store/query.h"

typedef struct Pair {
    Arena arena;
    RunRow before, run;
    bool same_scope, same_rules, same_key;
    LineageLook *looks[2]; /* of the earlier and the later */
    uint64_t counts[N_CHANGES], fates[N_FATES];
    uint64_t gaps[2]; /* new, closed */
} Pair;

/* before and run: 0 both, or both given. */
int pair_load(Store *s, int64_t before, int64_t run, Error *reterr, Pair *ret);
void pair_done(Pair *p);

void pair_count(Pair *p, const Change *c);

/* The finding's id, printed; "" where it has none. */
int pair_id(Pair *p, const Change *c, Error *reterr, char ret[LINEAGE_ID_TEXT]);
