/* Series: see series.h. */
#include "series.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"

void series_add(Series *s, double value) {
    if (s->n < ROUNDS_MAX)
        s->at[s->n++] = value;
}

static int double_order(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

double median_of(double *values, size_t n) {
    if (n == 0)
        return 0;
    qsort(values, n, sizeof(*values), double_order);
    return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

Spread series_spread(const Series *s) {
    Series sorted = *s;

    double median = median_of(sorted.at, sorted.n);

    if (s->n == 0)
        return (Spread){0};
    return (Spread){.median = median, .least = sorted.at[0], .most = sorted.at[s->n - 1]};
}

Spread series_ratio(const Series *a, const Series *b) {
    Series ratios = {.n = 0};

    for (size_t i = 0; i < a->n && i < b->n; i++)
        series_add(&ratios, b->at[i] > 0 ? a->at[i] / b->at[i] : 0);
    return series_spread(&ratios);
}

int64_t thread_cpu_ns(void) {
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * CLOCK_NS_PER_S + t.tv_nsec;
}

double rate_of(uint64_t bytes, int64_t ns) {
    return ns > 0 ? (double)bytes * 1e3 / (double)ns : 0;
}

void series_print_csv(const Series *s, const char *suite, const char *of, const char *subject,
                      const char *unit) {
    for (size_t i = 0; i < s->n; i++)
        printf("%s,%s,%s,%zu,%.4f,%s\n", suite, of, subject, i + 1, s->at[i], unit);
}
