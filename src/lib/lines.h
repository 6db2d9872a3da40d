/*
 * Lines: a descriptor's bytes, line by line, each line whole.
 *
 * For records that are read once and in order. Input is hostile: a line longer than LINES_MAX is
 * refused with its number. The memory is wiped, since lines may hold values. One thread; borrows
 * the descriptor.
 */
#pragma once

#include "base/buf.h"
#include "base/error.h"

enum { LINES_MAX = 64 << 20 };

typedef struct Lines {
    int fd;
    uint64_t number; /* of the line at hand, 1-based */
    size_t next;     /* in buf: where the next line starts */
    bool ended;
    Buf buf;
} Lines;

/* 1 and the line without its end, valid until the next call; 0 at the end; a negative error. */
int lines_next(Lines *l, Error *reterr, Span *ret);
void lines_done(Lines *l);
