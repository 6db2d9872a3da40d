/*
 * Inventory: the data assets of a stored run, one row each, by what was found and what is declared.
 *
 * Three passes over the run: findings by directory, to group what no asset of the map holds
 * (classify/asset.h); all objects; findings again, each for its asset. Assets of the map come
 * first, in its order, also those beneath which nothing was scanned; then the grouped ones, by
 * place. Memory: sums of each asset, at most 12 KiB a kind of identifier in each. One thread.
 */
#pragma once

#include "base/arena.h"
#include "model/inventory.h"
#include "rule/map.h"
#include "store/store.h"

typedef struct Inventory {
    Arena arena;
    InventoryRow *rows;
    Span *places; /* one a row: where it is, as classify/asset.h makes places; empty if declared */
    size_t n;
    size_t undeclared, never_scanned; /* assets without an entry; entries without an object */
    int64_t run;
} Inventory;

/* run 0: the last. map: NULL: nothing is declared. -ENOENT: no such run; errors of the store. */
int inventory_make(Store *s, int64_t run, const Map *map, Error *reterr, Inventory *ret);
void inventory_done(Inventory *i);
