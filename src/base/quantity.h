/*
 * Quantity: numbers as people write them: 64K, 2M, 90s, 10m.
 *
 * For options and for files that people write. Nothing but the number and its unit may stand
 * there; what does not fit is refused, never cut. Pure; any thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Digits at *at, which moves behind them; false without one, or over 64 bits. */
bool quantity_digits(const char **at, uint64_t *ret);

/* Bytes, with K, M, G or T behind for binary multiples. */
bool quantity_size(const char *text, uint64_t *ret);

/* Seconds, or with s, m, h or d behind. */
bool quantity_duration(const char *text, double *ret);

/* A number that may have a fraction: 2, 1.5. */
bool quantity_decimal(const char *text, double *ret);
