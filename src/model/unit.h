/*
 * Unit: one thing with bytes that a source yields; in the first place a file.
 *
 * A Unit borrows its path from whoever made it (a Batch of names, a list, the command line) until
 * it is closed; it owns its descriptor. Paths are raw bytes relative to the root they were found
 * under, never a NUL inside, of any encoding and any length up to UNIT_PATH_MAX.
 */
#pragma once

#include "base/span.h"

#define UNIT_PATH_MAX (1u << 20)

/* What the file system says of a file; times in nanoseconds since 1970 UTC, INT64_MIN if unknown.
 */
typedef struct FileMeta {
    uint64_t dev, ino;
    uint64_t size;   /* bytes */
    uint64_t blocks; /* of 512 bytes, allocated */
    uint64_t mount;  /* mount id; 0 if unknown */
    int64_t mtime, ctime, btime;
    uint32_t mode, uid, gid, nlink;
} FileMeta;

/* The last component of a path. */
static inline Span path_name(Span path) {
    const uint8_t *slash = path.n ? memrchr(path.at, '/', path.n) : NULL;

    return slash ? span(slash + 1, path.n - (size_t)(slash + 1 - path.at)) : path;
}

typedef struct Unit {
    uint32_t root; /* number of the root in the run */
    Span path;     /* relative to the root; empty: the root itself is a file */
    FileMeta meta;
    int fd;          /* -1: not open */
    bool atime_kept; /* opened so that reading leaves the access time alone */
} Unit;
