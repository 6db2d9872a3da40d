/*
 * Upkeep: how large a store is, whether it is whole, and what of old runs may go.
 *
 * A run that is pruned is marked with a note `pruned`: its row, roots, detectors, notes and sums
 * stay. Rows of objects may hold for many runs of a series (docs/design/incremental.md), so those
 * go that hold for no run that was kept, with their findings and facts; in pieces, each one
 * transaction, so that a prune that was stopped is simply gone on with by the next.
 */
#pragma once

#include "store/store.h"

typedef struct StoreCounts {
    int64_t runs, interrupted, pruned, objects, findings, facts, entries, manifests;
    int64_t first, last; /* starts of runs; INT64_MIN: there is none */
    int64_t page_size, pages, free_pages;
} StoreCounts;

int query_counts(Store *s, Error *reterr, StoreCounts *ret);

/* What is wrong in the file and between its tables, a sentence each; told in any order. */
typedef struct UpkeepSink {
    void *of;
    int (*wrong)(void *of, const char *sentence);
} UpkeepSink;
int upkeep_check(Store *s, const UpkeepSink *to, Error *reterr);

/* Runs that ended before `before` and are not pruned yet, but for the last `keep`, oldest first. */
typedef struct PruneRow {
    int64_t run, ended;
} PruneRow;
typedef struct PruneCursor PruneCursor;
int prune_cursor_open(Store *s, int64_t before, uint64_t keep, Error *reterr, PruneCursor **ret);
int prune_cursor_step(PruneCursor *c, Error *reterr, PruneRow *ret);
PruneCursor *prune_cursor_close(PruneCursor *c);
DEFINE_CLEANUP(PruneCursor, prune_cursor_close)

/* The store is open for writing, and no cursor is. Marks the run. */
int store_run_prune(Store *s, int64_t run, Error *reterr);
/* Takes away what holds for marked runs only; *ret_objects: how many. */
int store_prune_rows(Store *s, Error *reterr, int64_t *ret_objects);
