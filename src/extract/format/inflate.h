/*
 * Inflate: one raw deflate stream (RFC 1951) after another, by ISA-L where it was built in, by zlib
 * elsewhere; and the CRC that gzip and zip keep of what comes out.
 *
 * Owned by one thread. Input is hostile; nothing is allocated by its sizes.
 */
#pragma once

#include "base/cleanup.h"
#include "base/span.h"

enum { INFLATE_BACK = 8 }; /* bytes of input that may be given back */

typedef struct Inflate Inflate;

int inflate_new(Inflate **ret);
Inflate *inflate_free(Inflate *i);
DEFINE_CLEANUP(Inflate, inflate_free)

/* A new stream begins. */
void inflate_start(Inflate *i);

/*
 * Takes from *in and makes up to n bytes: how many, or -EBADMSG. None are made where more input is
 * needed, or at the end of the stream, which *ret_end tells; *in then stands right behind it, for
 * which it may step back by INFLATE_BACK bytes that were taken before.
 */
ssize_t inflate_step(Inflate *i, Span *in, uint8_t *at, size_t n, bool *ret_end);

/* CRC-32 as in RFC 1952, of bytes that follow those of `crc`; 0 to begin with. */
uint32_t inflate_crc(uint32_t crc, Span bytes);
