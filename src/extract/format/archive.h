/*
 * Archive walk: members of what libarchive reads, in order, as units.
 *
 * For readers that stand on it but find their archives themselves; the Extractors of the formats
 * that it reads alone are in archive.c.
 */
#pragma once

#include "extract/extract.h"

typedef struct ArchiveWalk {
    uint64_t units; /* met */
    uint64_t taken; /* bytes of the feed */
    bool damaged;   /* it did not come to the end */
} ArchiveWalk;

/* A zip by its local headers, at most n members of it, from where the feed stands. */
int archive_walk_zip(Extraction *x, Feed *f, uint64_t n, ArchiveWalk *ret);
