/*
 * Gap: what may stay unread, as was decided, and what of a run is news among what it left unread.
 *
 * A decision has a glob over printed locators, a reason, a name and a last day; there is one for
 * each glob. It holds for objects that a run found and did not read, never for a root as a whole.
 * What a run left unread by decision stands in its notes (`accepted-gap`, one a glob), so that
 * reports of it stay what they were. That a decision was made or taken back stands in the ledger,
 * which is the caller's to write. On the thread of the Store.
 */
#pragma once

#include "base/arena.h"
#include "store/store.h"

#define GAPS_MAX 10000 /* decisions of a store */

typedef struct GapEntry {
    const char *glob; /* over the printed locator of the object, where '*' also crosses '/' */
    int64_t created;  /* ns since 1970 */
    const char *reason, *by;
    int64_t until; /* ns since 1970: from then on it holds no more */
} GapEntry;

/* All of them, by glob; an array in the arena. */
int query_gaps(Store *s, Arena *a, Error *reterr, GapEntry **ret, size_t *ret_n);

/* Put in place of the one of that glob; the caller commits. */
int store_gap_put(Store *s, const GapEntry *e, Error *reterr);
/* *ret: there was one. */
int store_gap_remove(Store *s, const char *glob, Error *reterr, bool *ret);

/* How many objects a run left unread as was decided, by its notes. */
int query_accepted(Store *s, int64_t run, Error *reterr, uint64_t *ret);

/* What a run did not read, held against the decisions that hold now. */
typedef struct GapCount {
    uint64_t objects;  /* not read, at any depth */
    uint64_t accepted; /* of these, by decision */
    uint64_t *by;      /* by index of the entries: how many each accepted first; in the arena */
} GapCount;

int gaps_count(Store *s, int64_t run, const GapEntry *entries, size_t n, int64_t now, Arena *a,
               Error *reterr, GapCount *ret);

/*
 * The first entry that accepts an object of that name; NULL: none does. name: printed; entries
 * whose time is over accept nothing.
 */
const GapEntry *gap_find(const GapEntry *entries, size_t n, int64_t now, const char *name);
