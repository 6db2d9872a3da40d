/*
 * Merge: a run of one store, put into a run of another.
 *
 * Object by object through the cursors of reading and the calls of writing, so that neither store
 * is held and what comes out is what a scan would have put. Files with several links are settled
 * anew in the new run: an inode that two shards read under two names becomes one object. The
 * stores are two, and the caller opens, begins and ends.
 */
#pragma once

#include "store/query.h"
#include "store/write.h"

/* A root of the new run; several runs may bring parts of it. */
typedef struct MergeRoot {
    char *path; /* n bytes; owned by whoever made it */
    size_t n;
    RootRow row; /* sums over its parts; path not used */
    unsigned parts;
} MergeRoot;

typedef struct MergeSource {
    Store *store;
    int64_t run;
    bool tokens;           /* they are of the same key as all others */
    uint64_t dev_mark;     /* tells devices of different hosts apart */
    const uint32_t *roots; /* by number there: index into those of the new run */
    size_t n_roots;
} MergeSource;

/* Puts all objects, findings, facts, names and notes; corrects the sums of the roots for links. */
int merge_run(const MergeSource *from, Store *to, int64_t run, MergeRoot *roots, Error *reterr);
