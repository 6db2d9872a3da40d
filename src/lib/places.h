/*
 * Places of the API: the store, the profiles of this host, and what none of them covers.
 *
 * Private to lib/. Any thread.
 */
#pragma once

#include "rule/profile.h"
#include "schedule/scope.h"
#include "store/store.h"
#include "terrier.h"

/* For reading: `given`, or the usual one. */
int places_open_store(const char *given, Error *reterr, Store **ret);

/*
 * What this host has, against all profiles of a directory. A profile that is wrong covers nothing;
 * *ret_wrong (may be NULL) counts them. Arrays in the arena.
 */
int places_find(const terrier_schedule_options *o, Arena *a, Error *reterr, ScopePlace **ret,
                size_t *ret_n, size_t *ret_wrong);
