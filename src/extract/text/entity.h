/*
 * Entity: character references of HTML and XML: &amp; &#64; &#x40;
 *
 * Pure; input is hostile.
 */
#pragma once

#include "base/span.h"

enum { ENTITY_MAX = 12 }; /* bytes of the longest one, from & to ; */

/*
 * The reference that s begins with: how many bytes it takes, 0 if it is none. The semicolon may be
 * missing behind a number, and behind the five names that are written so by habit.
 */
size_t entity_decode(Span s, uint32_t *ret);
