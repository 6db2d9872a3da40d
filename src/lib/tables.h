/*
 * Tables: the keys of exact data match, for whoever opens tables.
 *
 * Each table has a key of its own, derived from the edm key in the configuration directory, so that
 * a scanner gets no more than it needs. Private to lib/.
 */
#pragma once

#include "detect/edm.h"
#include "evidence/key.h"
#include "rule/edm.h"

/* The key of tables; made where there is none and `create` says so, else -ENOKEY. */
int tables_key(bool create, Error *reterr, bool *ret_created, Key **ret);

/* The key of the table with that label. */
void tables_derive(const Key *k, const char label[EDM_LABEL], uint8_t ret[EDM_KEY]);

/* Those of all tables of the rules, one behind the other; nothing where there are none. */
int tables_keys(const Rules *rules, Error *reterr, Buf *ret);
