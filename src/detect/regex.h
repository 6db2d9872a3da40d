/*
 * Regex: from the pattern a rule writes (PCRE2) to the one that is searched for.
 *
 * The derived pattern matches wherever the original does, and perhaps elsewhere: assertions (\b,
 * look-around, anchors) are dropped, captures become plain groups, possessive and atomic forms
 * ordinary ones, and a repeat at the very end is cut to its least. So an end is reported where the
 * least that can match is there; boundaries, captures and exact ends are PCRE2's business.
 */
#pragma once

#include "base/buf.h"
#include "base/error.h"

/* -EINVAL: a construct that cannot be derived (back reference, recursion, condition, callout). */
int regex_derive(const char *pattern, Buf *ret, Error *reterr);

/*
 * The longest literal that every match contains, in characters: the strength of the anchor.
 * Hyperscan is fast only from 3 on. An estimate from below of a derived pattern.
 */
unsigned regex_literal(const char *derived);
