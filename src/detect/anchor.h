/*
 * Anchor: all that a chunk is searched for, found from the bits that give it away.
 *
 * One pass over the bitmaps in order of position: digit groups, runs of letters and digits, '@',
 * colons, dashes, pluses, long runs, and the ends that keywords have. Private to detect/; what is
 * found goes through candidate_judge() into the hits of `j`.
 */
#pragma once

#include "detect/candidate.h"
#include "detect/confirm.h"

enum { ANCHOR_REACH = 64 /* bytes that an anchor stands behind the start of its value, at most */ };

/* starts: of digit groups, by starts_find(); keywords: those that start in the chunk, in order. */
void anchors_scan(Judge *j, const uint64_t *starts, const Confirmed *keywords, size_t n_keywords);
