/*
 * Coverage: the first lines of every text report.
 *
 * How many objects and bytes were found, how many were read, what was not and why, that the sums
 * agree, what reading may have changed (access times), what was left out (mounts, exclusions).
 * Plain statements; nothing here says what the result means.
 */
#pragma once

#include "base/buf.h"
#include "report/facts.h"

/* Where a status goes: read, left to read, or nothing that a reader would expect to be read. */
typedef enum CoverageGroup {
    COVERAGE_READ,
    COVERAGE_UNREAD,
    COVERAGE_ASIDE,
} CoverageGroup;

CoverageGroup coverage_group(StatusKind kind);
Tally coverage_group_sum(const Tally kinds[N_STATUSES], CoverageGroup group);

int coverage_print(Store *s, const Facts *f, bool colour, Error *reterr, Buf *b);
