/*
 * Runlist: all runs of a store, the last first, with what a list of them says of each.
 *
 * One row is held at a time: what it points to is valid until the next step or close.
 */
#pragma once

#include "store/lineage.h"

typedef struct RunlistRow {
    int64_t id, started, ended; /* INT64_MIN: it did not end, or not yet */
    int exit;                   /* -1 before the end */
    bool survey, complete, pruned;
    uint64_t accepted;   /* objects that stayed unread as was decided */
    const char *profile; /* "" where it is of none */
    Span root;           /* path of its first; empty: a pipe or a list */
    uint64_t roots;
    bool summed; /* the next two are known: it has ended */
    uint64_t files, unread;
    bool known; /* delta is */
    Delta delta;
} RunlistRow;

typedef struct RunlistCursor RunlistCursor;
/* At most `most` of them; 0: all. */
int runlist_open(Store *s, uint64_t most, Error *reterr, RunlistCursor **ret);
int runlist_step(RunlistCursor *c, Error *reterr, RunlistRow *ret);
RunlistCursor *runlist_close(RunlistCursor *c);
DEFINE_CLEANUP(RunlistCursor, runlist_close)
