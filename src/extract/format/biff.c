/* Biff: see biff.h. */
#include "extract/format/biff.h"

#include "extract/format/little.h"
#include "extract/format/ole.h"

enum { HEAD = 4, CONTINUE = 0x003C, WIDE = 1, EXTENDED = 4, RICH = 8 };

/* The record whose head stands at `next`, if it is of the type asked for; 0: any. */
static int load(Biff *b, unsigned wanted) {
    uint8_t head[HEAD];
    ssize_t n = feed_read_at(b->f, b->next, head, HEAD);

    if (n < HEAD)
        return n == -ENOMEM ? -ENOMEM : 0;
    if (wanted && little16(head) != wanted)
        return 0;
    b->n = little16(head + 2);
    n = feed_read_at(b->f, b->next + HEAD, b->body, b->n);
    if (n < 0)
        n = 0;
    b->cut |= (size_t)n < b->n;
    b->next += HEAD + b->n;
    b->n = (size_t)n;
    b->i = 0;
    if (!wanted)
        b->type = little16(head);
    return 1;
}

int biff_next(Biff *b) {
    b->at = b->next;
    return load(b, 0);
}

bool biff_continue(Biff *b) {
    return load(b, CONTINUE) > 0;
}

size_t biff_left(const Biff *b) {
    return b->n - b->i;
}

bool biff_take(Biff *b, void *to, size_t n) {
    uint8_t *at = to;

    while (n) {
        size_t step = biff_left(b) < n ? biff_left(b) : n;

        if (!step && !biff_continue(b)) {
            b->starved = true;
            if (at)
                memset(at, 0, n);
            return false;
        }
        if (at && step) {
            memcpy(at, b->body + b->i, step);
            at += step;
        }
        b->i += step;
        n -= step;
    }
    return true;
}

void biff_skip(Biff *b, size_t n) {
    biff_take(b, NULL, n);
}

unsigned biff_u8(Biff *b) {
    uint8_t v[1];

    biff_take(b, v, sizeof(v));
    return v[0];
}

unsigned biff_u16(Biff *b) {
    uint8_t v[2];

    biff_take(b, v, sizeof(v));
    return little16(v);
}

uint32_t biff_u32(Biff *b) {
    uint8_t v[4];

    biff_take(b, v, sizeof(v));
    return little32(v);
}

double biff_double(Biff *b) {
    uint8_t v[8];

    biff_take(b, v, sizeof(v));
    return little_double(v);
}

/* One byte a character: the low half of a code point, not of a code page (2.5.293). */
static void put_narrow(const Biff *b, Span s, Buf *ret) {
    if (!b->wide_names) {
        ole_put8(ret, s);
        return;
    }
    for (size_t i = 0; i < s.n; i++)
        ole_put16(ret, span((uint8_t[]){s.at[i], 0}, 2));
}

void biff_characters(Biff *b, size_t n, bool wide, Buf *ret) {
    while (n) {
        size_t width = wide ? 2 : 1, have = biff_left(b) / width, step = have < n ? have : n;
        Span s = span(b->body + b->i, step * width);

        if (!step) {
            if (!biff_continue(b) || !biff_left(b)) {
                b->starved = true;
                return;
            }
            if (b->wide_names)
                wide = b->body[b->i++] & WIDE;
            continue;
        }
        if (wide)
            ole_put16(ret, s);
        else
            put_narrow(b, s, ret);
        b->i += s.n;
        n -= step;
    }
}

void biff_string(Biff *b, size_t n, Buf *ret) {
    unsigned flags, runs = 0;
    uint32_t extended = 0;

    if (!b->wide_names) {
        biff_characters(b, n, false, ret);
        return;
    }
    flags = biff_u8(b);
    if (flags & RICH)
        runs = biff_u16(b);
    if (flags & EXTENDED)
        extended = biff_u32(b);
    biff_characters(b, n, flags & WIDE, ret);
    biff_skip(b, 4 * (size_t)runs);
    biff_skip(b, extended);
}
