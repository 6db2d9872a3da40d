/*
 * Buf: growable bytes with one owner.
 *
 * A failed append (no memory, or past `limit`) sets `failed` and changes nothing; later appends do
 * nothing. So a writer appends freely and asks once, at the end, with buf_error(). The bytes are
 * followed by a NUL that `n` does not count. Not shared between threads.
 */
#pragma once

#include <stdarg.h>

#include "base/cleanup.h"
#include "base/span.h"

typedef struct Buf {
    uint8_t *at;
    size_t n;
    size_t cap;
    size_t limit; /* largest n allowed; 0: no limit */
    bool failed;
} Buf;

void buf_done(Buf *b);

/* Forgets the bytes and the failure, keeps the memory. */
void buf_clear(Buf *b);

/* As buf_done, but the bytes are overwritten first: for values and keys. */
void buf_wipe(Buf *b);

/* Of buf_extend: the way that grows, keeps to a limit, or fails. */
void *buf_extend_slow(Buf *b, size_t n);

/* Room for n more bytes, uninitialised, counted as appended; NULL when it failed. */
static inline void *buf_extend(Buf *b, size_t n) {
    uint8_t *at;

    if (b->failed || b->limit || n >= b->cap - b->n)
        return buf_extend_slow(b, n);
    at = b->at + b->n;
    b->n += n;
    b->at[b->n] = 0;
    return at;
}

static inline void buf_add(Buf *b, const void *bytes, size_t n) {
    void *at = buf_extend(b, n);

    if (at && n)
        memcpy(at, bytes, n);
}

static inline void buf_span(Buf *b, Span s) {
    buf_add(b, s.at, s.n);
}

static inline void buf_byte(Buf *b, uint8_t byte) {
    buf_add(b, &byte, 1);
}

void buf_text(Buf *b, const char *text);
void buf_printf(Buf *b, const char *format, ...) _printf_(2, 3);
void buf_vprintf(Buf *b, const char *format, va_list args) _printf_(2, 0);

/* 0, or -ENOMEM after any failed append. */
int buf_error(const Buf *b);

/* The bytes as a string; "" when empty. Valid until the next append. */
const char *buf_cstr(const Buf *b);

static inline Span buf_as_span(const Buf *b) {
    return span(b->at, b->n);
}
