/*
 * Gzip: the bytes inside a gzip stream (RFC 1952), member after member, as a Feed.
 *
 * Checks each member's CRC and length; what does not hold is told as the feed's error at the end,
 * so that nothing behind it is lost. Owned by one thread; input is hostile.
 */
#pragma once

#include "extract/feed.h"

typedef struct Gzip Gzip;

/* Reads the first header: 0, or -EBADMSG if it is none, with what was taken of the feed. */
int gzip_new(Feed *from, Gzip **ret);
Gzip *gzip_free(Gzip *g);
DEFINE_CLEANUP(Gzip, gzip_free)

Feed *gzip_feed(Gzip *g);

/* Of the first header: the name stored, or ""; the time in seconds, 0: none. */
Span gzip_name(const Gzip *g);
uint32_t gzip_time(const Gzip *g);

/* Bytes taken of the feed that belong to no member; what is left in the feed follows them. */
Span gzip_rest(const Gzip *g, uint64_t *ret_offset);
