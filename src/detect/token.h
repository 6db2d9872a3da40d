/*
 * Token: where digit groups and identifiers of letters and digits start and end in a Bitmap.
 *
 * Add-carry on the bitmaps drops, 64 bytes at a time, digits in runs of less than LAYOUT_RUN_MIN
 * bytes and digits glued to a letter on their left; what is left becomes pairs of positions. Pure
 * functions of the bitmap; positions count from its text.
 */
#pragma once

#include "detect/bitmap.h"

typedef struct Groups {
    size_t n;
    uint16_t start[BITMAP_WORDS * 32 + 2];
    uint16_t end[BITMAP_WORDS * 32 + 2];
} Groups;

/* Digit groups worth looking at, in order. */
void groups_find(const Bitmap *b, Groups *ret);

/* The run of letters and digits around byte `at`: false if longer than max bytes. */
bool run_around(const Bitmap *b, size_t at, size_t max, size_t *ret_start, size_t *ret_end);
