/*
 * Edm-file: the form of a table on disk, and the hashes in it; private to detect/edm*.c.
 *
 * header (128 bytes, little-endian), filter (filter_bytes, blocks of 64), entries (rows times
 * entry_bytes): the first 12 bytes of the primary's hash, then 4 of each other value's, 0 where it
 * is empty. The order is that of the first 12 bytes, as bytes.
 */
#pragma once

#include <sodium.h>

#include "detect/edm.h"

#define EDM_MAGIC "TERREDM1"

enum { EDM_HEADER = 128, EDM_PRIMARY = 12, EDM_OTHER = 4, EDM_BLOCK = 64, EDM_PROBES = 8 };

typedef struct EdmHeader {
    char magic[8];
    uint8_t id[EDM_ID];
    uint8_t check[16]; /* hash of the magic under the key */
    uint64_t rows, filter_bytes;
    uint32_t columns, entry_bytes;
    uint8_t unused[EDM_HEADER - 64];
} EdmHeader;

_Static_assert(sizeof(EdmHeader) == EDM_HEADER, "the header has one size");

static inline size_t edm_entry_bytes(unsigned columns) {
    return EDM_PRIMARY + (size_t)columns * EDM_OTHER;
}

/* `role` keeps a primary value apart from another one with the same letters. */
static inline void edm_hash(const uint8_t key[EDM_KEY], uint8_t role, Span normal,
                            uint8_t ret[16]) {
    uint8_t text[EDM_VALUE_MAX + 1];
    size_t n = normal.n < EDM_VALUE_MAX ? normal.n : EDM_VALUE_MAX;

    text[0] = role;
    if (n)
        memcpy(text + 1, normal.at, n);
    crypto_shorthash_siphashx24(ret, text, n + 1, key);
    explicit_bzero(text, n + 1);
}

/* Letters and digits, ASCII in lower case; every byte beyond ASCII counts as a letter. */
static inline bool edm_is_letter(uint8_t c) {
    return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline size_t edm_normal(Span value, uint8_t ret[EDM_VALUE_MAX]) {
    size_t n = 0;

    for (size_t i = 0; i < value.n && n < EDM_VALUE_MAX; i++) {
        uint8_t c = value.at[i];

        if (edm_is_letter(c))
            ret[n++] = c >= 'A' && c <= 'Z' ? c | 32 : c;
    }
    return n;
}

/* Which block of the filter, and which bits in it: from the hash beyond what sorts entries first.
 */
static inline size_t edm_block(const uint8_t hash[EDM_PRIMARY], uint64_t filter_bytes) {
    uint64_t x;

    memcpy(&x, hash + 4, sizeof(x));
    return (size_t)(((unsigned __int128)x * (filter_bytes / EDM_BLOCK)) >> 64) * EDM_BLOCK;
}

static inline void edm_bits(const uint8_t hash[EDM_PRIMARY], uint16_t ret[EDM_PROBES]) {
    uint64_t x;

    memcpy(&x, hash, sizeof(x));
    for (size_t i = 0; i < EDM_PROBES; i++) {
        x *= UINT64_C(0x9E3779B97F4A7C15);
        x ^= x >> 29;
        ret[i] = (uint16_t)(x & 511);
    }
}
