/*
 * Canonical: all that a run says of what it read, in the one way in which it can be said.
 *
 * JSON Lines in the order of raw locators (root's path, object's path, part, detector). There are
 * no times of the run or of the file system, durations, numbers of runs or objects, no names of
 * hosts, devices or inodes, and nothing of attempts: two runs over the same bytes with the same
 * rules and key give the same bytes, whether or not one of them was killed on the way, ran with
 * other workers, or was put together from shards. The times of `fact` lines stand in the content.
 * docs/design/canonical.md lists what is in and what is out.
 */
#pragma once

#include "report/outlet.h"
#include "store/store.h"

/* run 0: the latest. -ENOENT: there is none; -EAGAIN: it has not ended. */
int canonical_export(Store *s, int64_t run, Outlet *to, Error *reterr);
