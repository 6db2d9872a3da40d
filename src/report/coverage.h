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

int coverage_print(Store *s, const Facts *f, bool colour, Error *reterr, Buf *b);
