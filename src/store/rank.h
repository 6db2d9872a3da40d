/*
 * Rank: what a run found, summed up by detector, and the places that matter most.
 *
 * Both pass once over the findings in the order of the reports and keep one row a detector, or the
 * n best objects: memory does not grow with the store, and equal ranks keep that order.
 */
#pragma once

#include "base/arena.h"
#include "store/found.h"

typedef struct SummaryRow {
    const char *detector, *title, *category;
    Tier tier;
    Level level; /* the best anywhere */
    uint64_t objects;
    uint64_t count[N_LEVELS];
    uint64_t test_values;
    uint64_t distinct;   /* if not exact, the sum over objects and parts: an upper bound */
    bool distinct_exact; /* there was one row, and it was exact */
} SummaryRow;

/* By tier and level, highest first, then by count, then by detector id; an array in the arena. */
int query_summary(Store *s, int64_t run, const FoundFilter *filter, Arena *a, Error *reterr,
                  SummaryRow **ret, size_t *ret_n);

typedef struct PlaceRow {
    Tier tier;   /* the highest of its findings */
    Level level; /* the highest within that tier */
    uint64_t count[N_LEVELS];
    FoundRow worst; /* its worst finding; `samples` empty */
    Sample sample;  /* the first of that finding */
    bool has_sample;
} PlaceRow;

/*
 * At most n objects: by tier, then level, then 100 a high, 10 a medium, 1 a low hit. An array in
 * the arena, as is all that it points to.
 */
int query_places(Store *s, int64_t run, const FoundFilter *filter, size_t n, Arena *a,
                 Error *reterr, PlaceRow **ret, size_t *ret_n);
