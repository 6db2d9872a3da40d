/*
 * Runscope: what a run was asked to read, and which runs are held against each other.
 *
 * Two runs are of one scope if they were asked for the same roots, filters and part of a divided
 * scan, or for the same stream; rules, limits and the program may be others. Surveys and lists of
 * names are of no scope: what they did not meet says nothing. The scopes of runs are read out of
 * `run.parameters`, so runs of every age have one. On the thread of the Store.
 */
#pragma once

#include "base/arena.h"
#include "store/store.h"

/* The runs of one scope that have ended, by number; a run that was pruned counts. 0: none. */
int runscope_before(Store *s, int64_t run, Error *reterr, int64_t *ret);

/* Whether the two are of one scope. */
int runscope_same(Store *s, int64_t a, int64_t b, Error *reterr, bool *ret);

/*
 * The last run that has ended and has one of its scope before it, and that one. -ENOENT with a
 * sentence: there are no two such runs.
 */
int runscope_last_pair(Store *s, Error *reterr, int64_t *ret_before, int64_t *ret_run);

/* Row `scope.id` of a run and the run it was brought up to; 0 where it has no row yet. 1: the run
 * is of a scope; 0: of none. */
int runscope_find(Store *s, int64_t run, int64_t *ret_id, int64_t *ret_last);

/* Of the room: the scope is brought up to that run; makes the row where there is none. */
int runscope_put(Store *s, int64_t run, int64_t *ret_id);

/* The last run of each scope that has ended, and where there is none the last that has; an array in
 * the arena. */
int runscope_lasts(Store *s, Arena *a, Error *reterr, int64_t **ret, size_t *ret_n);

/* Whether the run's objects were taken away by a prune. */
int runscope_pruned(Store *s, int64_t run, bool *ret);
