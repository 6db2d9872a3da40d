/*
 * Uuid5: an identity made of a name (RFC 9562, version 5), so that the same thing has the same one
 * in every report that tells of it.
 */
#pragma once

#include "base/span.h"

#define UUID5_MAX 37 /* 36 characters and a NUL */

/* Within the namespace of Terrier: of the store, the kind of thing, and its name there. */
void uuid5_print(const char *store, const char *kind, Span name, char ret[UUID5_MAX]);
