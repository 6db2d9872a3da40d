/*
 * Principal: the names of owners and groups, as they were on the filer when it was scanned.
 *
 * Numbers are noted as they are met, names come in before the run ends; a number without an account
 * is an orphan and has the empty name. What was carried over from an earlier run was not met, so a
 * run begins with the numbers of the run before it in its series. On the thread that owns the
 * Store.
 */
#pragma once

#include "base/arena.h"
#include "store/store.h"

typedef struct Principal {
    bool group;
    uint32_t id;
    const char *name; /* NULL: not looked up, or it could not be; "": there is no such account */
} Principal;

/* What is there keeps its name unless the new one is known. */
int store_principal_put(Store *s, int64_t run, const Principal *p, Error *reterr);

/* The numbers of the run before, so that names can be looked up for them too. */
int store_principals_follow(Store *s, int64_t run, Error *reterr);

/* Beside names of another host: where both differ, none is true. For store/merge.h. */
int store_principal_join(Store *s, int64_t run, const Principal *p, Error *reterr);

/* All of the run: users, then groups, by number; an array in the arena. */
int query_principals(Store *s, int64_t run, Arena *a, Error *reterr, Principal **ret,
                     size_t *ret_n);
