/*
 * Feedstream: a Feed as a GInputStream that can be sought, for libraries that read one.
 *
 * Borrows the feed, which must be seekable and of known size, and leaves its own place alone.
 */
#pragma once

#include <gio/gio.h>

#include "extract/feed.h"

GInputStream *feed_stream_new(Feed *f);
