/*
 * Copying: directories in which many files were written within minutes, as copying does.
 *
 * A time of last change in that span tells when somebody copied the files, or that somebody wrote
 * them all at once: it shows no youth. Files whose own times tell that they were changed later, or
 * that they came with their times, do not count. One pass over the files of a run; memory is that
 * of the directories that are open and of those that are suspected. One thread.
 */
#pragma once

#include "store/sighting.h"

enum {
    COPYING_LEAST = 10,          /* files */
    COPYING_MINUTES = 10,        /* within so many */
    COPYING_FILES_MAX = 1 << 16, /* of a directory that are looked at */
};

typedef struct Copying Copying;

int copying_find(Store *s, int64_t run, Error *reterr, Copying **ret);

/* Whether the file, of the root and with that time, was written in such a span. */
bool copying_has(const Copying *c, Span root, Span path, int64_t mtime);

Copying *copying_free(Copying *c);
DEFINE_CLEANUP(Copying, copying_free)

/* ---- for tests: one directory ---- */

/*
 * Times of last change, ns, in any order (they are sorted): the densest span of COPYING_MINUTES, if
 * it has COPYING_LEAST files and half of all.
 */
bool copying_span(int64_t *times, size_t n, int64_t *ret_from, int64_t *ret_to);
