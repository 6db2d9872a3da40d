/*
 * Root: facts about a place that is scanned, for the header of a run.
 *
 * What a later reader must know to trust and to compare runs: which file system, how mounted,
 * whether reading leaves access times alone, and an identity that outlives device numbers.
 */
#pragma once

#include "base/error.h"
#include "base/span.h"

#define ROOT_TYPE_MAX 32

typedef struct Root {
    char *path;     /* absolute, without links */
    char *options;  /* mount options as the kernel prints them; "" if unknown */
    char *identity; /* uuid:..., nfs:server:/export, cifs://server/share, fsid:...; "" where there is none */
    uint64_t dev, ino, mount;
    uint64_t magic;           /* statfs f_type */
    char type[ROOT_TYPE_MAX]; /* ext4, nfs4 ...; "" if unknown */
    bool directory;
    bool read_only;
    bool noatime;    /* the mount keeps no access times */
    bool atime_kept; /* O_NOATIME is permitted on the root itself */
    bool pseudo;     /* proc and its like: never entered */
} Root;

/* A negative error with a sentence if the path can not be looked up. */
int root_describe(const char *path, Error *reterr, Root *ret);
void root_done(Root *r);
