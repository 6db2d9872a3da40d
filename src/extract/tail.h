/*
 * Tail: what a file is from its end: the archive that stands behind something else.
 *
 * A zip is known by the record at its end, so it may follow a program that unpacks it, a picture
 * or a document, and readers of both formats accept the file. sniff() sees only the first of them.
 */
#pragma once

#include "extract/feed.h"

/*
 * The format of what ends there, as a word that extractor_find() knows, or NULL: nothing, or only
 * what the file is known as anyway. The feed can be read at any offset; it does not move.
 */
const char *tail_sniff(Feed *f, const char *known);
