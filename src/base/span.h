/*
 * Span: borrowed bytes, never owned, not NUL-terminated.
 *
 * A Span is valid as long as what it points into; whoever stores one says from whom it borrows and
 * until when. Bytes, not characters: file names and scanned text are of any encoding.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct Span {
    const uint8_t *at;
    size_t n;
} Span;

static inline Span span(const void *at, size_t n) {
    return (Span){.at = at, .n = n};
}

static inline Span span_of(const char *text) {
    return (Span){.at = (const uint8_t *)text, .n = text ? strlen(text) : 0};
}

static inline bool span_eq(Span a, Span b) {
    return a.n == b.n && (a.n == 0 || memcmp(a.at, b.at, a.n) == 0);
}

static inline bool span_is(Span a, const char *text) {
    return span_eq(a, span_of(text));
}

static inline bool span_starts(Span a, Span prefix) {
    return a.n >= prefix.n && (prefix.n == 0 || memcmp(a.at, prefix.at, prefix.n) == 0);
}

/* Order of bytes, then of length: the order of raw locators everywhere in the product. */
static inline int span_cmp(Span a, Span b) {
    size_t n = a.n < b.n ? a.n : b.n;
    int r = n ? memcmp(a.at, b.at, n) : 0;

    if (r)
        return r;
    return a.n < b.n ? -1 : a.n > b.n;
}
