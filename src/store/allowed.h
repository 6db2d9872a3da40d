/*
 * Allowed: how much the allow lists of a run kept out of its findings.
 *
 * One row an entry that kept out something, by name; sums over the objects that are in the store,
 * so what was read twice counts once.
 */
#pragma once

#include "base/arena.h"
#include "store/store.h"

typedef struct AllowedRow {
    Span entry;
    uint64_t count;
} AllowedRow;

/* An array in the arena, in order of entry. */
int query_allowed(Store *s, int64_t run, Arena *a, Error *reterr, AllowedRow **ret, size_t *ret_n);

/* The count of an entry, 0 where it is not among them. */
uint64_t allowed_count(const AllowedRow *rows, size_t n, Span entry);
