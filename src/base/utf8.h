/*
 * Utf8: one code point at a time, strictly as RFC 3629 says: shortest form only, no surrogates,
 * nothing above U+10FFFF.
 *
 * Pure functions over hostile bytes; nothing is read beyond the span.
 */
#pragma once

#include "base/span.h"

#define UTF8_MAX         4 /* bytes of one code point */
#define UTF8_REPLACEMENT 0xFFFDu

/* The bytes that the first code point takes, 1 to 4; 0 if s is empty, cut or not valid there. */
size_t utf8_decode(Span s, uint32_t *ret);

/* The bytes written, 1 to 4; 0 for a surrogate or beyond U+10FFFF. */
size_t utf8_encode(uint32_t c, uint8_t ret[UTF8_MAX]);

/* How many bytes from the start are ASCII. */
size_t utf8_ascii_prefix(Span s);

/* How many bytes from the start are valid; s.n if all are. */
size_t utf8_valid_prefix(Span s);
bool utf8_valid(Span s);

/*
 * May be shown as it is: no control character (C0, DEL, C1), no line or paragraph separator, and
 * none that changes the direction or hides itself in what stands around it (bidirectional
 * controls, zero-width space, byte order mark).
 */
bool utf8_shows(uint32_t c);

/* Valid, and each code point may be shown: the whole can be printed without escapes. */
bool utf8_displayable(Span s);
