/*
 * Area: where the findings of a run are, summed up by directories near the roots: at most two
 * levels below, so that a share of a million directories has a page and not a book.
 *
 * One pass over the findings in the order of the reports. In that order what is below a directory
 * comes together, so only the areas on the way down are open, and the n that matter most are kept:
 * memory does not grow with the store.
 */
#pragma once

#include "base/arena.h"
#include "store/found.h"

typedef struct AreaSum {
    uint64_t objects[N_TIERS]; /* with a finding, by the highest tier of theirs */
    uint64_t rows, values;
    Tier tier; /* of the worst finding, its level and its detector's title */
    Level level;
    const char *worst;
} AreaSum;

typedef struct AreaRow {
    Span root, path; /* path: below the root; empty: files of the root itself */
    AreaSum sum;
} AreaRow;

typedef struct Areas {
    AreaRow *rows; /* by objects of the highest tier, then of the next ..., then by values */
    size_t n;
    uint64_t total; /* areas, also those that are not among the rows */
    AreaSum all;
} Areas;

/* At most `most` rows; everything is in the arena. */
int areas_load(Store *s, int64_t run, const FoundFilter *filter, size_t most, Arena *a,
               Error *reterr, Areas *ret);

/* Objects of all tiers. */
uint64_t area_objects(const AreaSum *sum);
