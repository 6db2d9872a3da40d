/* Buf: see buf.h. Growth doubles, so n appends cost O(n); a wiped Buf leaves no copy behind only
 * if it never grew, which is why callers that hold values reserve first with buf_extend. */
#include "base/buf.h"

#include <stdio.h>

void buf_done(Buf *b) {
    free(b->at);
    *b = (Buf){.limit = b->limit};
}

void buf_clear(Buf *b) {
    b->n = 0;
    b->failed = false;
    if (b->at)
        b->at[0] = 0;
}

void buf_wipe(Buf *b) {
    if (b->at)
        explicit_bzero(b->at, b->cap);
    buf_done(b);
}

/* Grows by copy and wipe, never by realloc: what a Buf held must not linger in freed memory. */
static bool buf_reserve(Buf *b, size_t n) {
    size_t want, cap;
    uint8_t *at;

    if (b->failed || __builtin_add_overflow(b->n, n, &want) || want >= SIZE_MAX / 2 ||
        (b->limit && want > b->limit)) {
        b->failed = true;
        return false;
    }
    if (want < b->cap)
        return true;
    cap = b->cap ? b->cap : 64;
    while (cap <= want)
        cap *= 2;
    at = malloc(cap);
    if (!at) {
        b->failed = true;
        return false;
    }
    if (b->at) {
        memcpy(at, b->at, b->n);
        explicit_bzero(b->at, b->n);
        free(b->at);
    }
    b->at = at;
    b->cap = cap;
    return true;
}

void *buf_extend_slow(Buf *b, size_t n) {
    uint8_t *at;

    if (!buf_reserve(b, n))
        return NULL;
    at = b->at + b->n;
    b->n += n;
    b->at[b->n] = 0;
    return at;
}

void buf_text(Buf *b, const char *text) {
    buf_add(b, text, strlen(text));
}

void buf_vprintf(Buf *b, const char *format, va_list args) {
    va_list again;
    int n;

    va_copy(again, args);
    n = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (n < 0 || !buf_reserve(b, (size_t)n + 1)) {
        b->failed = true;
        return;
    }
    vsnprintf((char *)b->at + b->n, (size_t)n + 1, format, args);
    b->n += (size_t)n;
}

void buf_printf(Buf *b, const char *format, ...) {
    va_list args;

    va_start(args, format);
    buf_vprintf(b, format, args);
    va_end(args);
}

int buf_error(const Buf *b) {
    return b->failed ? -ENOMEM : 0;
}

const char *buf_cstr(const Buf *b) {
    return b->at ? (const char *)b->at : "";
}
