/*
 * Rank: what a run found, summed up by detector, and the places that matter most.
 *
 * One pass over the findings in the order of the reports keeps one row a detector and the n best
 * objects: memory does not grow with the store, and equal ranks keep that order.
 */
#pragma once

#include "base/arena.h"
#include "store/found.h"

typedef struct SummaryRow {
    const char *detector, *title, *category;
    Tier tier;
    Level level;   /* the best anywhere */
    uint64_t rows; /* findings */
    uint64_t objects;
    uint64_t count[N_LEVELS];
    uint64_t test_values;
    uint64_t distinct;   /* if not exact, the sum over objects and parts: an upper bound */
    bool distinct_exact; /* there was one row, and it was exact */
} SummaryRow;

typedef struct PlaceRow {
    Tier tier;   /* the highest of its findings */
    Level level; /* the highest within that tier */
    uint64_t count[N_LEVELS];
    FoundRow worst; /* its worst finding; `samples` empty */
    Sample sample;  /* the first of that finding */
    bool has_sample;
} PlaceRow;

typedef struct Overview {
    uint64_t rows;     /* findings that pass the filter */
    uint64_t objects;  /* that have one of them */
    uint64_t values;   /* hits in them */
    SummaryRow *types; /* by tier and level, highest first, then by count, then by detector id */
    size_t n_types;
    PlaceRow *places; /* by tier, then level, then 100 a high, 10 a medium, 1 a low hit */
    size_t n_places;
} Overview;

/* At most n_places objects. Everything is in the arena. */
int query_overview(Store *s, int64_t run, const FoundFilter *filter, size_t n_places, Arena *a,
                   Error *reterr, Overview *ret);
