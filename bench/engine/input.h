/*
 * Input: the head of a file in memory, with the bytes behind it that a Matcher may read.
 */
#pragma once

#include "base/error.h"
#include "base/span.h"

typedef struct Input {
    const char *name; /* last part of the path; borrowed from it */
    uint8_t *at;
    size_t n;
} Input;

/* At most `head` bytes, 0 for all. An empty file is -ENODATA: there would be nothing to time. */
int input_read(const char *path, size_t head, Error *reterr, Input *ret);
void input_done(Input *in);
