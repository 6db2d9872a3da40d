/*
 * Decode: the bytes inside a compressed stream, as a Feed.
 *
 * A stream is frames one behind the other (members of gzip, streams of xz). Each is decoded to its
 * own end, so that what stands behind the last is known to the byte and can be searched as it is;
 * and whatever was decoded before damage is given before the damage is told. Memory is bounded:
 * a stream that asks for more ends as -ENOBUFS. Owned by one thread; input is hostile.
 */
#pragma once

#include "extract/feed.h"

/* Of one format. The state is zeroed memory; it begins with what is wrong, told at the end. */
typedef struct DecoderKind {
    const char *format;        /* the word of sniff() */
    size_t size;               /* of the state */
    bool padded;               /* zeros may stand between frames */
    int (*start)(void *state); /* a frame begins; again after each; -ENOMEM */
    /*
     * Takes from *in and makes up to n bytes: how many, or a negative error as feed.h has them.
     * None are made where more input is needed, or at the end of the frame, which *ret_end tells;
     * *in then stands right behind it, stepped back by up to 8 bytes if need be.
     */
    ssize_t (*step)(void *state, Span *in, uint8_t *at, size_t n, bool *ret_end);
    void (*stop)(void *state);
    /* Whether what stands behind a frame begins another one; NULL: never. At least 4 bytes, unless
     * fewer are left. */
    bool (*again)(Span next);
} DecoderKind;

/* By the word of sniff(), or NULL. */
const DecoderKind *decoder_find(const char *format);

typedef struct Decode Decode;

int decode_new(Feed *from, const DecoderKind *kind, Decode **ret);
Decode *decode_free(Decode *d);
DEFINE_CLEANUP(Decode, decode_free)

Feed *decode_feed(Decode *d);

/* What gzip's first header has, as far as it was read: the name, or ""; seconds, 0: none. */
Span decode_name(const Decode *d);
uint32_t decode_time(const Decode *d);

/* Bytes taken of the feed that belong to no frame; what is left in the feed follows them. */
Span decode_rest(const Decode *d, uint64_t *ret_offset);
