/*
 * Codes: text inside the text of a window, decoded one level and examined.
 *
 * Base64, hexadecimal, percent codes and the like (extract/text/encoded.h). A hit stands where its
 * code begins in the window, and belongs to the window that owns that place. What lies in the
 * window as it is has been found there. One thread; content is hostile.
 */
#pragma once

#include "extract/text/encoded.h"
#include "scan/harvest.h"

typedef struct Codes {
    Buf text; /* decoded, and padding */
    Buf from; /* uint32_t: where in the window each byte's code begins */
} Codes;

void codes_done(Codes *c);

/*
 * Behind matcher_scan() of the same window: hits go to the harvest that `sink` is of. As
 * matcher_scan: 0, -EOVERFLOW, -ENOMEM.
 */
int codes_scan(Codes *c, Matcher *m, const Window *w, const MatcherSink *sink);
