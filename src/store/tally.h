/*
 * Tally: the sums of a run, and whether they agree.
 *
 * Every object ends in one status; the walker counts what it meets without looking at the rows,
 * and both must come to the same number of objects, bytes and names. Members are compared with
 * what their containers said to hold. The writer counts each object as it puts it and records the
 * sums when the run ends; before that readers compute them from its objects. Both ways give the
 * same.
 */
#pragma once

#include "base/arena.h"
#include "model/status.h"
#include "store/store.h"

typedef struct Tally {
    uint64_t objects;
    uint64_t bytes;      /* sum of sizes */
    uint64_t bytes_read; /* of these, examined */
    uint64_t inside;     /* members said to have come out of them */
} Tally;

typedef struct Coverage {
    Tally files[N_STATUSES], members[N_STATUSES];
    Tally all_files, all_members;
    uint64_t found, found_bytes; /* files and what stands for one, as counted by the walker */
    uint64_t found_names, names; /* further names of linked files: met, and recorded */
    uint64_t directories;
    bool balanced; /* what was found is the sum over statuses */
    bool complete; /* no object and no root with an incomplete status */
} Coverage;

int query_coverage(Store *s, int64_t run, Error *reterr, Coverage *ret);

/* The sums of one status and reason. */
typedef struct ReasonRow {
    Status status;
    bool members; /* of members, not of files */
    Tally tally;
} ReasonRow;

/* Files before members, then by status and reason; an array in the arena. */
int query_reasons(Store *s, int64_t run, Arena *a, Error *reterr, ReasonRow **ret, size_t *ret_n);

/* Outermost objects of the run that is being written. */
uint64_t store_files(const Store *s);

/* The rest is of the room. The sums of the run that is being written, in the Store. */
typedef struct Sums {
    ReasonRow *rows;
    size_t n, cap;
    size_t last; /* the row of the object before */
} Sums;

void sums_done(Sums *s);

/* An object comes, or goes again. */
int tally_put(Store *s, int64_t run, const Status *status, bool member, const Tally *t);
int tally_take(Store *s, int64_t run, const Status *status, bool member, const Tally *t);

/* The sums begin as those of run `from`, recorded when it ended, or made from its rows. */
int tally_begin(Store *s, int64_t from, bool ended);

/* Writes the sums down, made from the objects if not all of them came by; the caller commits. */
int tally_record(Store *s, int64_t run, bool *ret_balanced);
