/* Accounts: see accounts.h. */
#include "scan/accounts.h"

#include <errno.h>
#include <stdlib.h>

#include "store/principal.h"

void accounts_done(Accounts *a) {
    free(a->slots);
    *a = (Accounts){0};
}

/* 1: it is new, 0: it was met before, or there is no room. */
static int accounts_add(Accounts *a, bool group, uint32_t id) {
    uint64_t key = (uint64_t)group << 33 | ((uint64_t)id + 1);
    size_t i = (size_t)(key * UINT64_C(0x9E3779B97F4A7C15) >> 49) % ACCOUNTS_SLOTS;

    if (!a->slots)
        a->slots = calloc(ACCOUNTS_SLOTS, sizeof(*a->slots));
    if (!a->slots)
        return -ENOMEM;
    while (a->slots[i] && a->slots[i] != key)
        i = (i + 1) % ACCOUNTS_SLOTS;
    if (a->slots[i] || a->n == ACCOUNTS_MAX)
        return 0;
    a->slots[i] = key;
    a->n++;
    return 1;
}

static int account_note(Accounts *a, Store *s, int64_t run, bool group, uint32_t id,
                        Error *reterr) {
    int r = accounts_add(a, group, id);

    return r <= 0 ? r : store_principal_put(s, run, &(Principal){.group = group, .id = id}, reterr);
}

int accounts_note(Accounts *a, Store *s, int64_t run, uint32_t uid, uint32_t gid, Error *reterr) {
    int r = account_note(a, s, run, false, uid, reterr);

    return r < 0 ? r : account_note(a, s, run, true, gid, reterr);
}
