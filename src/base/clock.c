/* Clock: see clock.h. */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

static int64_t clock_ns(clockid_t id) {
    struct timespec t;

    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * CLOCK_NS_PER_S + t.tv_nsec;
}

int64_t clock_monotonic_ns(void) {
    return clock_ns(CLOCK_MONOTONIC);
}

int64_t clock_real_ns(void) {
    return clock_ns(CLOCK_REALTIME);
}

void clock_print(int64_t real_ns, char *ret_text, size_t n) {
    int64_t seconds = real_ns / CLOCK_NS_PER_S - (real_ns % CLOCK_NS_PER_S < 0);
    time_t t = (time_t)seconds;
    struct tm tm;

    if (!gmtime_r(&t, &tm) || strftime(ret_text, n, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        snprintf(ret_text, n, "unknown");
}
