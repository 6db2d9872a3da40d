/*
 * Uri: the name of a file as a URI (RFC 3986, RFC 8089): what is not unreserved or a slash is %XX,
 * so that every name there can be has one, and the way back is exact.
 */
#pragma once

#include "base/buf.h"

/* "file:///srv/a%20b" of an absolute path, a relative reference of any other. */
void uri_put(Buf *b, Span path);
