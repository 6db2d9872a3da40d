/*
 * Region: where a detector belongs: an ISO 3166-1 alpha-2 code, or EU.
 *
 * EU stands for its 27 members both ways: who asks for EU gets the detectors of DE, and who asks
 * for DE gets those of EU. Pure functions.
 */
#pragma once

#include "base/span.h"

/* NULL for a region, else what is expected in its place: "two capital letters". */
const char *region_expected(Span word);

/* The same region, or one is EU and the other a member. */
bool region_meets(Span a, Span b);

/* The first of a comma-separated list, which is moved past it; false at the end. */
bool region_next(Span *list, Span *ret);
