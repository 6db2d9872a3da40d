/*
 * Accounts: which users and groups a scan has met, each noted once in the store.
 *
 * Their names are asked for when the run ends (lib/principals.h). A set of numbers with room for
 * ACCOUNTS_MAX; beyond them no name is asked for. For the keeper's thread.
 */
#pragma once

#include "store/store.h"

enum {
    ACCOUNTS_SLOTS = 1 << 15,
    ACCOUNTS_MAX = ACCOUNTS_SLOTS / 2,
};

typedef struct Accounts {
    uint64_t
        *slots; /* ACCOUNTS_SLOTS: a number plus one, with a bit above it for a group; 0: free */
    size_t n;
} Accounts;

void accounts_done(Accounts *a);

/* An object or directory of that owner and group was met in the run. */
int accounts_note(Accounts *a, Store *s, int64_t run, uint32_t uid, uint32_t gid, Error *reterr);
