/*
 * Snappy: see snappy.h.
 *
 *   length of all (varint) ─▶ tag ─▶ literal: bytes as they are
 *                                └▶ copy: of bytes that came before, which may overlap
 */
#include "extract/format/snappy.h"

#include "extract/format/little.h"

/* A literal or a copy. */
typedef struct Piece {
    size_t n, back; /* back: how far before the end a copy begins; 0: a literal */
    size_t taken;   /* of the input, but for a literal's own bytes */
} Piece;

/* The length, at most 32 bits in groups of seven; 0: it is none. */
static size_t take_length(Span s, uint64_t *ret) {
    *ret = 0;
    for (size_t i = 0; i < s.n && i < 5; i++) {
        *ret |= (uint64_t)(s.at[i] & 0x7F) << 7 * i;
        if (!(s.at[i] & 0x80))
            return *ret > UINT32_MAX ? 0 : i + 1;
    }
    return 0;
}

static bool take_literal(Span s, Piece *ret) {
    size_t more = s.at[0] >> 2 < 60 ? 0 : (size_t)(s.at[0] >> 2) - 59;
    size_t n = s.at[0] >> 2;

    if (s.n < 1 + more)
        return false;
    if (more) {
        n = 0;
        for (size_t i = more; i > 0; i--)
            n = n << 8 | s.at[i];
    }
    *ret = (Piece){.n = n + 1, .taken = 1 + more};
    return true;
}

static bool take_copy(Span s, Piece *ret) {
    unsigned kind = s.at[0] & 3;
    size_t taken = kind == 1 ? 2 : kind == 2 ? 3 : 5;

    if (s.n < taken)
        return false;
    *ret = (Piece){.n = (size_t)(s.at[0] >> 2) + 1, .taken = taken};
    if (kind == 1) {
        ret->n = (size_t)(s.at[0] >> 2 & 7) + 4;
        ret->back = (size_t)(s.at[0] >> 5) << 8 | s.at[1];
    } else {
        ret->back = kind == 2 ? little16(s.at + 1) : little32(s.at + 1);
    }
    return ret->back > 0;
}

static int put_copy(Buf *to, size_t back, size_t n) {
    uint8_t *at = buf_extend(to, n);

    if (!at)
        return -ENOMEM;
    if (back >= n) {
        memcpy(at, at - back, n);
        return 0;
    }
    for (size_t i = 0; i < n; i++) /* it repeats what it makes */
        at[i] = at[(ptrdiff_t)i - (ptrdiff_t)back];
    return 0;
}

int snappy_decode(Span block, size_t most, Buf *to) {
    size_t from = to->n, taken;
    uint64_t length;

    taken = take_length(block, &length);
    if (!taken)
        return -EBADMSG;
    block = span(block.at + taken, block.n - taken);
    while (block.n && to->n - from < length) {
        size_t room = most - (to->n - from);
        Piece p;
        int r = 0;

        if (!(block.at[0] & 3 ? take_copy(block, &p) : take_literal(block, &p)))
            return -EBADMSG;
        block = span(block.at + p.taken, block.n - p.taken);
        if (p.n > length - (to->n - from) || p.back > to->n - from)
            return -EBADMSG;
        if (p.n > room)
            return -EFBIG;
        if (p.back) {
            r = put_copy(to, p.back, p.n);
        } else {
            size_t there = p.n < block.n ? p.n : block.n;

            buf_add(to, block.at, there);
            block = span(block.at + there, block.n - there);
            r = buf_error(to) ? -ENOMEM : there < p.n ? -EBADMSG : 0;
        }
        if (r < 0)
            return r;
    }
    return block.n || to->n - from < length ? -EBADMSG : 0;
}
