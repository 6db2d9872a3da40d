/*
 * List: files named by somebody else, one name a line or ended by NUL, from a descriptor.
 *
 * Names are hostile in length and content. Relative ones start at the current directory; magic
 * links (/proc/PID/fd) are refused, the last component is never followed, and nothing is opened to
 * learn what it is. Files come as batches in the order of the list; everything else as an object:
 * link, special(directory|fifo|...), vanished, error(...), limit(path) for a name longer than the
 * kernel takes.
 */
#pragma once

#include "base/error.h"
#include "source/batch.h"

typedef struct ListOptions {
    uint32_t root;
    char separator; /* '\n' or 0 */
    const Flag *stop;
} ListOptions;

/* Reads to the end of fd. Results as of tree_walk(). Empty names are skipped. */
int list_read(int fd, const ListOptions *o, const Sink *sink, Error *reterr);
