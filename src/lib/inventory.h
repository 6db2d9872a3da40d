/*
 * Inventory of the API: a run and a map, as a list of assets.
 */
#pragma once

#include "assess/inventory.h"
#include "lib/common.h"
#include "lib/writer.h"

typedef struct Listing {
    Map map; /* empty: none was given */
    Store *store;
    Inventory inventory;
} Listing;

int listing_make(const terrier_inventory_options *o, Error *reterr, Listing *ret);
void listing_done(Listing *l);
