/*
 * History: the runs of one profile, one after the other, and what is news in the last of them.
 *
 * A run belongs to a profile if its parameters say so. What it could not read is news if the
 * finished run of the profile before it did not list the same object with the same status and
 * reason; of the first run everything is. Surveys do not count. For whoever has the store open.
 */
#pragma once

#include "base/arena.h"
#include "store/store.h"

typedef struct HistoryRun {
    int64_t id, started;
    int64_t ended; /* INT64_MIN: it did not, or not yet */
    int exit;      /* -1 before the end */
} HistoryRun;

/* Runs of a profile that began at `since` or later, by number; an array in the arena. */
int history_runs(Store *s, const char *profile, int64_t since, Arena *a, Error *reterr,
                 HistoryRun **ret, size_t *ret_n);

/*
 * As history_runs(), with each time at which a later scan went on with a run: that is a start as
 * well. In no order.
 */
int history_starts(Store *s, const char *profile, int64_t since, Arena *a, Error *reterr,
                   HistoryRun **ret, size_t *ret_n);

typedef struct Gaps {
    uint64_t objects, bytes;         /* not read, at any depth; sizes of the files among them */
    uint64_t new_objects, new_bytes; /* of these, news */
    bool unreadable_root;            /* a root as a whole was not read: always news */
    int64_t before;                  /* the run that this one is held against; 0: none */
    int64_t oldest; /* start of the first run that did not read one of them; INT64_MIN: none */
} Gaps;

/* The last finished run of the profile before that one; 0: there is none. */
int history_before(Store *s, const char *profile, int64_t run, Error *reterr, int64_t *ret);

int history_gaps(Store *s, const char *profile, int64_t run, Error *reterr, Gaps *ret);

/* Start of the last run of the profile that ended with exit status 0; INT64_MIN: none. */
int history_success(Store *s, const char *profile, Error *reterr, int64_t *ret);
