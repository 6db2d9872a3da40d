/*
 * Shelf: the directory beside a store where evidence lies as files: `STORE.evidence/`, 0700.
 *
 *     manifest-000007.json   of run 7
 *     ledger.jsonl           the whole ledger
 *     seal.pem               the public key
 *
 * each of the first two with its seal beside it. What is on the shelf is also in the store, where
 * it is synced, and can be put there again; so nobody waits here for the disk.
 */
#pragma once

#include "evidence/seal.h"
#include "store/store.h"

/* Makes it; the caller frees the path. */
int shelf_open(const char *store, Error *reterr, char **ret);

/* A file of that name with its seal, and the public key. */
int shelf_put(const char *directory, const char *name, Span bytes, const Seal *seal, Error *reterr);
int shelf_put_ledger(const char *directory, Store *s, const Seal *seal, Error *reterr);
