/*
 * Telling: what the verbs of the ledger share: a store that is open for reading, bounds, a writer.
 */
#pragma once

#include "lib/common.h"
#include "lib/writer.h"
#include "store/store.h"

#define TELLING_NO_TIME INT64_MIN

typedef struct Telling {
    const terrier_ledger_options *o;
    int64_t from, to; /* ns since 1970; TELLING_NO_TIME: none */
    Store *store;     /* the caller closes it */
    Writer *out;
} Telling;

/* Reads the bounds and opens the store. -EINVAL: a bound is no date. */
int telling_open(Telling *t, Error *reterr);

bool telling_is_within(const Telling *t, int64_t at);

/* Whether runs of that profile are asked for; "": of none. */
bool telling_is_of(const Telling *t, const char *profile);
