/*
 * Unread: what was not read, worst first, for a summary; all of it, in order, for a list.
 *
 * Worst is what can hide most and be mended least without being told of: errors, then what changed,
 * limits, encryption, what was offline, what no reader knows, what was read in part. Among equals
 * the larger first, then the order of raw locators.
 */
#pragma once

#include "base/buf.h"
#include "store/query.h"

typedef struct UnreadItem {
    int rank;
    uint64_t size; /* of the object */
    Status status;
    Buf locator; /* printed */
} UnreadItem;

/* A negative code ends the list and comes back. */
typedef int (*UnreadTake)(void *of, const UnreadItem *item);

/* The n worst, and how many there are beside them. */
int unread_worst(Store *s, int64_t run, size_t n, UnreadTake take, void *of, Error *reterr,
                 uint64_t *ret_more);

/*
 * At most n lines, each with the size of its object, and one that says how many more there are and
 * how to see them.
 */
int unread_print(Store *s, int64_t run, size_t n, Error *reterr, Buf *b);
