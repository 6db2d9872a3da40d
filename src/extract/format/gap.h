/*
 * Gap: bytes of a container that belong to no member of it, searched as they are.
 *
 * What an archive's directory does not name is where things are hidden, and forgotten: behind the
 * end marker, between members, before the first. Zeros have nothing in them and are passed over.
 */
#pragma once

#include "extract/extract.h"

/* Bytes at hand, from `offset` of the feed that they were read from. */
int gap_bytes(Extraction *x, const Feed *f, Span bytes, uint64_t offset);

/* All that is left of the feed. */
int gap_rest(Extraction *x, Feed *f);

/* From one offset up to another, of a feed that can be read at any. */
int gap_range(Extraction *x, Feed *f, uint64_t from, uint64_t to);
