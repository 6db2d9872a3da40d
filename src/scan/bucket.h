/*
 * Bucket: so much a second, by a token bucket that may go into debt.
 *
 * Whoever takes is told how long to wait until what was taken has been earned; with several takers
 * each waits behind those before, so the sum keeps the rate whatever their number. What nobody took
 * is kept up to `most`, which bounds a burst. Time is the caller's monotonic clock. Pure; the lock
 * is the caller's.
 */
#pragma once

#include <stdint.h>

typedef struct Bucket {
    double rate, most; /* a second; rate 0: no limit */
    double level;      /* below 0: debt */
    int64_t at;        /* when `level` was right */
} Bucket;

/* Starts full. */
void bucket_init(Bucket *b, double rate, double most, int64_t now);

/* Nanoseconds to wait. */
int64_t bucket_take(Bucket *b, double n, int64_t now);
