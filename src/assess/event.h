/*
 * Event: what happened to a run as a whole, as cases: that it ended, what it did not read, what was
 * due and did not take place.
 *
 * What a retention policy had to keep and was gone comes one an object, as the judgement of the
 * run for that day says (assess/retain.h). Gaps come one a status and reason, not one an object.
 * One thread.
 */
#pragma once

#include "base/day.h"
#include "classify/case.h"
#include "store/query.h"

typedef struct EventSink {
    void *of;
    int (*take)(void *of, const Case *c, Error *reterr);
} EventSink;

/* Every case of the run, in a fixed order; 0, or what failed or the sink gave. */
int event_each(Store *s, const RunRow *run, Day as_of, const EventSink *to, Error *reterr);
