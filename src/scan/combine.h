/*
 * Combine: what detectors found in one object or table, held against the combinations.
 *
 * One that is there becomes a row of its own: in the table, or of the object. It counts as often as
 * the rarest of its terms, has as many different values as the first, is as sure as the least sure,
 * and has no samples: they are those of the terms. Pure computation on the harvest's thread.
 */
#pragma once

#include "scan/harvest.h"

/* For a harvest whose rows are settled. Failure is noted in it. */
void combine_settle(Harvest *h);
