/*
 * Tree: every object beneath one root, each delivered once.
 *
 * Regular files come as batches, everything else as an object with its final status: links,
 * special files, mount points, exclusions, what could not be entered. Nothing but directories is
 * opened; links are never followed, except the root's own path, which the user gave. Memory and
 * descriptors are bounded whatever the depth and the number of names (tree.c says how).
 *
 * Statuses of objects:
 *   link, special(fifo|socket|block|char), other-filesystem(<type>|pseudo|loop),
 *   excluded(exclude|include|snapshot|recycle|metadata|own-store|max-depth),
 *   error(<errno>) for a directory, or the rest of one, that could not be read;
 *   vanished, changed for a directory that went away or became something else; limit(path).
 */
#pragma once

#include "base/error.h"
#include "source/batch.h"
#include "source/filter.h"

typedef struct TreeOptions {
    uint32_t root;          /* number of the root in the run, handed on */
    bool cross_filesystems; /* enter mounts; never pseudo file systems */
    uint32_t max_depth;     /* 1: only the entries of the root itself; 0: no limit */
    uint64_t shuffle_seed;  /* not 0: another order, for tests */
    const Filter *filter;   /* NULL: the default exclusions only */
    const Flag *stop;       /* polled; NULL: none */
} TreeOptions;

/*
 * Walks it on the calling thread. 0 at the end; -ECANCELED when stop was set; what a sink function
 * returned; or with a sentence in reterr: the error of opening the root itself (nothing was
 * delivered then), -ENOMEM, -EMFILE, -ENFILE.
 */
int tree_walk(const char *root, const TreeOptions *o, const Sink *sink, Error *reterr);
