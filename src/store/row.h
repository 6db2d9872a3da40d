/*
 * Row: one object's row that holds, for the files of this room that write: find it, close it.
 *
 * A row that an earlier run has put is closed by `until`, for that run's reports; one of the run at
 * hand is taken away with its findings and facts. The sums follow. The course (handle.h) must be
 * that of the run.
 */
#pragma once

#include "store/handle.h"

/* What of a row has to be known to keep it, or to take it away again. */
typedef struct Row {
    int64_t id; /* 0: nothing was found in it */
    int64_t since;
    uint64_t slot;
    bool member;
    Status status;
    Tally tally; /* bytes: its size */
    int64_t mtime, ctime;
    uint64_t ino;
    uint32_t mode, uid, gid, nlink;
    bool hashed;
    uint8_t hash[16];
} Row;

/* 1: that object has a row that holds; 0: none. */
int row_find(Store *s, uint32_t root, Span path, Row *ret);

/* The row does not hold for the run at hand, nor do those of units inside it. */
int row_close(Store *s, uint32_t root, Span path, const Row *row);

/* Only the row itself. */
int row_close_alone(Store *s, uint32_t root, Span path, const Row *row);

/* Units inside a file: those of earlier runs, and unless `old` those of this one. */
int members_drop(Store *s, uint32_t root, Span file, bool old);
