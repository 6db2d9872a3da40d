/*
 * Mime: what header fields of mail say: parameters, encoded words, dates.
 *
 * Pure functions over one unfolded field; input is hostile.
 */
#pragma once

#include "base/buf.h"

/* The value before the parameters, in lower case, at most n - 1 bytes of it: "text/plain". */
void mime_value(Span field, char *ret, size_t n);

/*
 * A parameter's value in UTF-8: quoted or not, cut in pieces (name*0), with a charset (name*) as
 * RFC 2231 has it, or with encoded words, as it does not but many do. False: it is not there.
 */
bool mime_param(Span field, const char *name, Buf *ret);

/* Text with its encoded words (RFC 2047) decoded: =?utf-8?Q?J=C3=B6rg?= */
void mime_words(Span text, Buf *ret);

/* Bytes in the charset of a label, appended as UTF-8; as they are if nobody knows it. */
void mime_utf8(Span label, Span bytes, Buf *ret);

/* RFC 5322 section 3.3, its obsolete forms too: nanoseconds since 1970, or false. */
bool mime_date(Span text, int64_t *ret);
