/*
 * Recount: everything beneath a root counted a second time, by other code than the walk.
 *
 * Plain readdir() and fstatat(), no filter, nothing shared with source/tree.c: what the walk
 * overlooks, this meets. Who asks is told of each directory and may
 * say that the walk set it aside; then it is counted and not entered. Memory and descriptors are
 * bounded: directories deeper than RECOUNT_DEPTH are counted and not entered, which is said.
 */
#pragma once

#include "base/error.h"
#include "base/span.h"

#define RECOUNT_DEPTH 400

typedef struct RecountOptions {
    bool cross_filesystems;
    int64_t since; /* ns since 1970: what changed after is `recent` */
    void *of;
    /*
     * 1: set aside; 0: enter it; negative: ends the recount. path: below the root. NULL: what is on
     * another device is, unless cross_filesystems
     */
    int (*aside)(void *of, Span path);
    bool (*stop)(void *of); /* polled; NULL: never */
} RecountOptions;

typedef struct Recount {
    uint64_t files, links, special; /* entries that are no directories */
    uint64_t directories;           /* entered, the root among them */
    uint64_t aside;                 /* directories that the walk set aside */
    uint64_t denied;                /* directories that could not be opened or read to their end */
    uint64_t deep;                  /* directories not entered, being too deep */
    uint64_t bytes;                 /* sizes of files, by name */
    uint64_t linked;                /* of the files: names of those with several */
    uint64_t recent;                /* entries and directories changed since */
} Recount;

/* 0; -ECANCELED when stop said so; what aside() returned; or the error of opening the root. */
int recount_walk(const char *root, const RecountOptions *o, Recount *ret);
