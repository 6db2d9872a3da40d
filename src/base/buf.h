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

/* Room for n more bytes, uninitialised, counted as appended; NULL when it failed. */
void *buf_extend(Buf *b, size_t n);

void buf_add(Buf *b, const void *bytes, size_t n);
void buf_span(Buf *b, Span s);
void buf_text(Buf *b, const char *text);
void buf_byte(Buf *b, uint8_t byte);
void buf_printf(Buf *b, const char *format, ...) _printf_(2, 3);
void buf_vprintf(Buf *b, const char *format, va_list args) _printf_(2, 0);

/* 0, or -ENOMEM after any failed append. */
int buf_error(const Buf *b);

/* The bytes as a string; "" when empty. Valid until the next append. */
const char *buf_cstr(const Buf *b);

static inline Span buf_as_span(const Buf *b) {
    return span(b->at, b->n);
}
