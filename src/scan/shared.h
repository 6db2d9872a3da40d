/*
 * Shared: one archive that several threads open, share by share, each with a process of its own.
 *
 * How many shares there are depends on its size alone. Who opened the file invites others; each
 * takes the next share until none is left, and the last to leave reports. Shares are an attempt: of
 * an archive that is not as it should be they say so, and the last to leave reads it in one piece.
 *
 * Counted: each thread that works on it, or is invited to, owns one reference.
 */
#pragma once

#include "base/ref.h"
#include "scan/inside.h"

typedef struct Shared {
    Ref ref;
    Unit unit; /* its descriptor is owned here */
    Buf path;
    Content content;
    const Extractor *reader;
    unsigned n; /* shares */
    Counter next;
    Lock lock; /* of sum */
    InsideSum sum;
} Shared;

/* Into how many shares a file of that size is cut, for that reader; 1: it is not. */
unsigned shared_shares(const Extractor *e, uint64_t size);

/* Takes the descriptor of *u. like: a harvest that its own is made like. -ENOMEM. */
int shared_new(Unit *u, const Content *c, const Extractor *e, const Harvest *like, Shared **ret);

/* Opens shares until none is left, or they will not do. 0 or negative: the scan cannot go on. */
int shared_work(Shared *s, Inside *i, const Flag *stop);

/* Frees it, by its last owner. */
Shared *shared_free(Shared *s);
