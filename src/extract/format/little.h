/*
 * Little: numbers of little-endian formats, and their times. Callers have checked the bounds.
 */
#pragma once

#include <stdint.h>
#include <string.h>

static inline uint16_t little16(const uint8_t *at) {
    return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t little32(const uint8_t *at) {
    return little16(at) | (uint32_t)little16(at + 2) << 16;
}

static inline uint64_t little64(const uint8_t *at) {
    return little32(at) | (uint64_t)little32(at + 4) << 32;
}

static inline double little_double(const uint8_t *at) {
    uint64_t bits = little64(at);
    double value;

    memcpy(&value, &bits, sizeof(value));
    return value;
}

/* 100 ns since 1601, to ns since 1970; INT64_MIN: none. */
int64_t filetime_ns(uint64_t t);
