/*
 * Clock: durations by the monotonic clock, dates by the real one; the two never mix.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define CLOCK_NS_PER_S INT64_C(1000000000)
#define CLOCK_TEXT_MAX 32

int64_t clock_monotonic_ns(void);
int64_t clock_real_ns(void);

/* RFC 3339 in UTC with seconds: 2026-03-01T12:00:00Z. Any year; ret has CLOCK_TEXT_MAX bytes. */
void clock_print(int64_t real_ns, char *ret_text, size_t n);
