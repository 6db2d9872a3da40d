/*
 * RAR5: see rar5.h.
 *
 * A block: CRC-32, then, as numbers of 7 bits a byte, size of the header, type, flags, size of the
 * extra area (flag 1), size of the data (flag 2), fields of the type; the extra area ends the
 * header, the data follows it. An extra record of type 1 in a file's header says how the file is
 * encrypted; a block of type 4 at the start, that all that follows is.
 */
#include "extract/format/rar5.h"

enum {
    SIGNATURE = 8,
    HEADER_LIMIT = 64 << 10,
    NAMES_LIMIT = 16 << 20, /* bytes of names kept; what is behind counts as not encrypted */
    LOOK_AHEAD = 64,        /* members that libarchive may have passed over */
};

enum { BLOCK_FILE = 2, BLOCK_ENCRYPTION = 4, BLOCK_END = 5 };
enum { HAS_EXTRA = 1, HAS_DATA = 2 };
enum { FILE_TIME = 2, FILE_CRC = 4 };
enum { EXTRA_ENCRYPTION = 1 };

struct Rar5 {
    Buf names; /* of all members in order: 1 if encrypted, else 0; the name; NUL */
    size_t at; /* of the next one that will be asked for */
    bool all;
};

/* Takes a number off the front. */
static bool number(Span *s, uint64_t *ret) {
    *ret = 0;
    for (size_t i = 0; i < s->n && i < 10; i++) {
        *ret |= (uint64_t)(s->at[i] & 0x7F) << 7 * i;
        if (!(s->at[i] & 0x80)) {
            *s = span(s->at + i + 1, s->n - i - 1);
            return true;
        }
    }
    return false;
}

static bool take(Span *s, uint64_t n) {
    if (n > s->n)
        return false;
    *s = span(s->at + n, s->n - (size_t)n);
    return true;
}

static bool extra_encrypted(Span s) {
    uint64_t n, type;

    while (number(&s, &n) && n <= s.n) {
        Span record = span(s.at, (size_t)n);

        if (number(&record, &type) && type == EXTRA_ENCRYPTION)
            return true;
        take(&s, n);
    }
    return false;
}

/* `s`: behind the sizes; `extra`: the extra area. */
static void note_file(Rar5 *r, Span s, Span extra) {
    uint64_t flags, ignored, n;

    if (!number(&s, &flags) || !number(&s, &ignored) || !number(&s, &ignored) ||
        !take(&s, (flags & FILE_TIME ? 4 : 0) + (flags & FILE_CRC ? 4 : 0)) ||
        !number(&s, &ignored) || !number(&s, &ignored) || !number(&s, &n) || n > s.n ||
        r->names.n + n > NAMES_LIMIT)
        return;
    buf_byte(&r->names, extra_encrypted(extra));
    for (size_t i = 0; i < n && s.at[i]; i++)
        buf_byte(&r->names, s.at[i]);
    buf_byte(&r->names, 0);
}

/* The block at an offset; *ret_next is where the next one is. False: the last, or none. */
static bool block(Rar5 *r, Feed *f, uint64_t at, uint8_t *bytes, uint64_t *ret_next) {
    ssize_t got = feed_read_at(f, at, bytes, HEADER_LIMIT);
    Span s = span(bytes, got > 0 ? (size_t)got : 0), extra = {0};
    uint64_t size, type, flags, n_extra = 0, n_data = 0;

    if (!take(&s, 4) || !number(&s, &size) || size > s.n)
        return false;
    s.n = (size_t)size;
    *ret_next = at + (uint64_t)(s.at - bytes) + size;
    if (!number(&s, &type) || !number(&s, &flags) || (flags & HAS_EXTRA && !number(&s, &n_extra)) ||
        (flags & HAS_DATA && !number(&s, &n_data)) || n_extra > s.n)
        return false;
    extra = span(s.at + s.n - n_extra, (size_t)n_extra);
    if (type == BLOCK_ENCRYPTION)
        r->all = true;
    if (type == BLOCK_FILE)
        note_file(r, span(s.at, s.n - (size_t)n_extra), extra);
    return type != BLOCK_END && type != BLOCK_ENCRYPTION &&
           !__builtin_add_overflow(*ret_next, n_data, ret_next);
}

int rar5_new(Feed *f, Rar5 **ret) {
    _cleanup_(free_p) uint8_t *bytes = malloc(HEADER_LIMIT);
    _cleanup_(rar5_freep) Rar5 *r = calloc(1, sizeof(*r));
    uint64_t at = SIGNATURE, next = 0;

    if (!bytes || !r)
        return -ENOMEM;
    while (block(r, f, at, bytes, &next) && next > at && !r->all)
        at = next;
    if (buf_error(&r->names))
        return -ENOMEM;
    *ret = TAKE(r);
    return 0;
}

Rar5 *rar5_free(Rar5 *r) {
    if (!r)
        return NULL;
    buf_done(&r->names);
    free(r);
    return NULL;
}

bool rar5_all_encrypted(const Rar5 *r) {
    return r->all;
}

bool rar5_encrypted(Rar5 *r, Span name) {
    size_t at = r->at;

    for (unsigned k = 0; k < LOOK_AHEAD && at < r->names.n; k++) {
        const uint8_t *entry = r->names.at + at;
        size_t n = strnlen((const char *)entry + 1, r->names.n - at - 1);

        at += n + 2;
        if (span_eq(name, span(entry + 1, n))) {
            r->at = at;
            return entry[0];
        }
    }
    return false;
}
