/*
 * Owner: the names of users and groups that a run has met, looked up by number.
 *
 * As the filer gave them when it was scanned (store/principal.h). Loaded once; names live in the
 * caller's arena, raw. Any thread once loaded.
 */
#pragma once

#include "base/buf.h"
#include "store/principal.h"

typedef struct Owners {
    Principal *at; /* users, then groups, by number */
    size_t n;
} Owners;

int owners_load(Store *s, int64_t run, Arena *a, Error *reterr, Owners *ret);

/* NULL: nobody asked, or nobody answered; "": there is no such account. */
const char *owner_name(const Owners *o, bool group, uint32_t id);

/* There is no such account. */
bool owner_is_orphan(const Owners *o, uint32_t uid);

/* The name, or "uid 1002", "gid 100" where there is none; safe to show. */
void owner_print(const Owners *o, bool group, uint32_t id, Buf *to);
