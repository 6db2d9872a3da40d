/* Latency: see latency.h. */
#include "scan/latency.h"

#include <stdlib.h>
#include <string.h>

/* Reads that are answered so soon come from memory, ours or the server's: no reason to worry. */
#define QUICK_NS  INT64_C(1000000)
#define PAUSE_MAX INT64_C(1000000000)

enum { RARELY = 8 };

static int ns_cmp(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static int64_t median(const int64_t *at, size_t n) {
    int64_t sorted[LATENCY_MANY];

    memcpy(sorted, at, n * sizeof(*at));
    qsort(sorted, n, sizeof(*sorted), ns_cmp);
    return sorted[n / 2];
}

static void add_to_many(Latency *l, int64_t ns) {
    l->many[l->at_many] = ns;
    l->at_many = (l->at_many + 1) % LATENCY_MANY;
    if (l->n_many < LATENCY_MANY)
        l->n_many++;
}

static void judge(Latency *l, int64_t now) {
    if (now > 2 * l->usual && now > QUICK_NS)
        l->pause = l->pause ? 2 * l->pause : now;
    else if (2 * now <= 3 * l->usual || now <= QUICK_NS)
        l->pause /= 2;
    if (l->pause > PAUSE_MAX)
        l->pause = PAUSE_MAX;
    if (l->pause < QUICK_NS)
        l->pause = 0;
}

int64_t latency_add(Latency *l, int64_t ns) {
    l->seen++;
    if (!l->pause || l->seen % RARELY == 0)
        add_to_many(l, ns);
    l->few[l->n_few++] = ns;
    if (l->n_few < LATENCY_FEW)
        return l->pause;
    l->n_few = 0;
    if (l->usual) /* of before these reads */
        judge(l, median(l->few, LATENCY_FEW));
    if (l->n_many >= LATENCY_ENOUGH)
        l->usual = median(l->many, l->n_many);
    return l->pause;
}
