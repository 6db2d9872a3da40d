/*
 * Gapdiff: what one run could not read and another could, and the other way round.
 *
 * A gap is an object that was not read, by path and status: what could not be read before for
 * another reason is a new gap, as it is for history_gaps(). One pass over both lists.
 */
#pragma once

#include "store/query.h"

typedef struct GapSink {
    void *of;
    /* closed: the later run does not have it. What it points to lives until the call returns. */
    int (*gap)(void *of, bool closed, const ObjectRow *row, Error *reterr);
} GapSink;

/* In the order of the reports. */
int gapdiff(Store *s, int64_t before, int64_t run, const GapSink *to, Error *reterr);
