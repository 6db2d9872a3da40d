/*
 * Bytes: what a byte of UTF-8 text is to a detector. ASCII only; a byte >= 0x80 is part of a
 * word, since it belongs to some letter beyond ASCII far more often than not.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

static inline bool byte_is_digit(uint8_t c) {
    return (uint8_t)(c - '0') < 10;
}

static inline bool byte_is_upper(uint8_t c) {
    return (uint8_t)(c - 'A') < 26;
}

static inline bool byte_is_lower(uint8_t c) {
    return c >= 'a' && c <= 'z';
}

static inline bool byte_is_letter(uint8_t c) {
    return (uint8_t)((c | 0x20) - 'a') < 26;
}

static inline bool byte_is_alnum(uint8_t c) {
    return byte_is_digit(c) || byte_is_letter(c);
}

/* Letters, digits, '_' and bytes beyond ASCII: an identifier does not end next to one. */
static inline bool byte_is_word(uint8_t c) {
    return byte_is_alnum(c) || c == '_' || c >= 0x80;
}

/* As byte_is_word, but scripts that write without spaces may stand right beside a number. */
static inline bool byte_is_glue(uint8_t c) {
    return byte_is_alnum(c) || c == '_';
}

static inline uint8_t byte_lower(uint8_t c) {
    return byte_is_upper(c) ? (uint8_t)(c | 0x20) : c;
}

static inline uint8_t byte_raise(uint8_t c) {
    return (uint8_t)(c - 'a') < 26 ? (uint8_t)(c & ~0x20) : c;
}

static inline int byte_hex(uint8_t c) {
    if (byte_is_digit(c))
        return c - '0';
    c |= 0x20;
    return (uint8_t)(c - 'a') < 6 ? c - 'a' + 10 : -1;
}
