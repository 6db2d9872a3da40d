/*
 * Stream: bytes that come once and in order: a pipe, standard input.
 *
 * Owned by one thread; borrows the descriptor.
 */
#pragma once

#include "base/span.h"

typedef struct Stream {
    int fd;
    uint64_t offset; /* bytes read so far */
    uint64_t limit;  /* no more than that; 0: no limit */
    bool ended;      /* the other side is done */
    bool limited;    /* there was more than the limit */
} Stream;

void stream_init(Stream *s, int fd, uint64_t limit);

/* Reads until n bytes are there or the end or the limit is reached, which *ret_n < n tells. */
int stream_read(Stream *s, void *at, size_t n, size_t *ret_n);
