/*
 * Facts: what every report says of a run before it says what was found.
 *
 * Loaded once from the store, in memory that facts_done() frees: the run, its roots, its sums.
 */
#pragma once

#include "store/entry.h"
#include "store/gap.h"
#include "store/lineage.h"
#include "store/query.h"
#include "store/tally.h"

typedef struct Facts {
    Arena arena;
    RunRow run;
    RootRow *roots;
    size_t n_roots;
    Coverage coverage;
    ReasonRow *reasons;
    size_t n_reasons;
    bool has_manifest;
    StoreManifest manifest;
    bool has_delta;
    Delta delta;       /* what was news in it */
    uint64_t accepted; /* objects that it left unread as was decided */
} Facts;

/* run 0: the latest. */
int facts_load(Store *s, int64_t run, Error *reterr, Facts *ret);
void facts_done(Facts *f);
