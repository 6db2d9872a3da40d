/*
 * Series: what one subject did in each round, and what that says.
 *
 * Subjects are run in turn within a round, so that a machine that others use disturbs all of them
 * alike: the ratio of two rounds of the same number is trusted more than either rate.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { ROUNDS_MAX = 64 };

typedef struct Series {
    double at[ROUNDS_MAX];
    size_t n;
} Series;

typedef struct Spread {
    double median, least, most; /* 0 of an empty series */
} Spread;

/* Sorts what it is given; 0 of nothing. */
double median_of(double *values, size_t n);

/* Beyond ROUNDS_MAX nothing is added. */
void series_add(Series *s, double value);
Spread series_spread(const Series *s);

/* Round by round a / b. */
Spread series_ratio(const Series *a, const Series *b);

/* Processor time of the calling thread: on a machine that others use, unlike the wall's, its own.
 */
int64_t thread_cpu_ns(void);

/* MB/s: 10^6 bytes a second. */
double rate_of(uint64_t bytes, int64_t ns);

/* One line a round: suite,case,subject,round,value,unit; what run.py reads. */
void series_print_csv(const Series *s, const char *suite, const char *of, const char *subject,
                      const char *unit);
