/*
 * Mask: a found value as it may be shown: enough to recognise it by, too little to use it.
 *
 * Letters and digits become '*' except the first and last few that the detector keeps; never more
 * than half of them stay. E-mail: j***@e***.com, the same half kept. Separators stay, so that the
 * form is seen.
 */
#pragma once

#include "base/span.h"
#include "rule/detector.h"

/* At most n - 1 bytes of UTF-8 and a NUL into ret. */
void mask_value(const Mask *m, Span value, char *ret, size_t n);
