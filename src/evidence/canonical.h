/*
 * Canonical: JSON as RFC 8785 writes it, so that the same content is the same bytes everywhere and
 * has one digest.
 *
 * Members are ordered by their UTF-16 code units, numbers stand as ECMAScript prints them, strings
 * with the fewest escapes, and there is no blank. Integers beyond 2^53 - 1 are refused: a reader
 * that takes them for doubles would come to another digest. Pure; jansson parses.
 */
#pragma once

#include "base/buf.h"

/*
 * Appends the canonical form of one JSON object or array. -EINVAL: not JSON, a member twice, or
 * nested deeper than jansson goes; -ERANGE: a number that has no canonical form; -ENOMEM.
 */
int canonical_json(Span json, Buf *to);
