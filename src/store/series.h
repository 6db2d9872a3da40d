/*
 * Series: which runs say the same of the same content, and the run that is being written.
 *
 * docs/design/incremental.md. Runs of one scope, rules that find the same, token key and reader are
 * a series; a row of an object may hold for any number of them. On the writer's thread.
 */
#pragma once

#include "store/write.h"

typedef enum StoreStartKind {
    STORE_START_FIRST,   /* nothing of that scope is in the store, or it was not to be looked at */
    STORE_START_ANEW,    /* there is, but rules, key or reader were others: `why` */
    STORE_START_NEXT,    /* run `before` of the series ended: what it found may hold */
    STORE_START_RESUMED, /* `run` had not ended and is gone on with */
} StoreStartKind;

typedef struct StoreStart {
    StoreStartKind kind;
    int64_t run, before; /* before: the run of that scope before it; 0: none */
    const char *why;     /* ANEW: a word */
    bool words;          /* NEXT: the rules changed in words alone */
} StoreStart;

/*
 * Begins a run, or goes on with the last one of the same scope, rules, key and reader if it has not
 * ended. Committed at once. run->fresh: begins a series whatever there is, as a survey does.
 */
int store_run_start(Store *s, const StoreRun *run, Error *reterr, StoreStart *ret);

/* Whether store_run_start() would go on with something. */
int store_run_look(Store *s, const StoreRun *run, Error *reterr, bool *ret);

/*
 * Root `number` is on the file system of that identity, "" where it has none: rows of runs that had
 * it there may hold. To be told before the root is put, and before its files are asked for. The
 * first 64 roots; beneath others everything is read. *ret_others: a run had it elsewhere.
 */
int store_root_trust(Store *s, int64_t run, uint32_t number, const char *identity, Error *reterr,
                     bool *ret_others);

/* Of the room: makes `run` the one that is written; what is known of it is read from the store. */
int course_enter(Store *s, int64_t run);

/* Of the room: when that run of the series began; INT64_MAX if there is no such. */
int64_t course_started(const Store *s, int64_t run);

/* Of the room: whether that run had the root on the file system where it is now. */
bool course_trusts(const Store *s, int64_t run, uint32_t root);
