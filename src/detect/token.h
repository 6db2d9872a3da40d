/*
 * Token: where digit groups and identifiers of letters and digits start and end in a Bitmap.
 *
 * Bit tricks drop, 64 bytes at a time, digits in runs of less than LAYOUT_RUN_MIN bytes, digits
 * glued to a letter on their left, and groups that continue a longer chain. Pure functions of the
 * bitmap; positions count from its text.
 */
#pragma once

#include "detect/bitmap.h"

/*
 * The first bytes of digit groups that may begin an identifier, one bit each. A group behind a
 * letter, an '@', or a dash, dot or slash that a digit precedes, begins none.
 */
void starts_find(const Bitmap *b, uint64_t ret[BITMAP_WORDS]);

/*
 * The run of letters and digits around byte `at`, as far as 64 bytes to either side; false if it is
 * longer than max < 64 bytes.
 */
bool run_around(const Bitmap *b, size_t at, size_t max, size_t *ret_start, size_t *ret_end);
