/*
 * Share: what the host that was scanned gave to others, by its own smb.conf and exports.
 *
 * Without such rows nothing is known of share-level permissions: on a mount from elsewhere they are
 * not seen. On the thread that owns the Store.
 */
#pragma once

#include "base/arena.h"
#include "store/store.h"

typedef struct StoreShare {
    bool nfs; /* else Samba */
    const char *name;
    Span path;
    bool guest, read_only, restricted;
    const char *who;
    bool root_squash, all_squash;
    bool has_acts_as;
    uint32_t acts_as;
} StoreShare;

/* As number n of the run; putting it again replaces it. */
int store_share_put(Store *s, int64_t run, size_t n, const StoreShare *share, Error *reterr);

/* All of the run, in order; an array in the arena. */
int query_shares(Store *s, int64_t run, Arena *a, Error *reterr, StoreShare **ret, size_t *ret_n);
