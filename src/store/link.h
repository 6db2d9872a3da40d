/*
 * Link: files with more than one name are read once and reported under all of them.
 *
 * The first name of an inode that the walk meets claims it and becomes the path of its object;
 * every further one is recorded beside it. Which is first depends on the walk, so when the run ends
 * the object moves to the lowest of its names (by root path, then path). Exact and in the store:
 * memory stays flat however many links there are. On the writer's thread.
 */
#pragma once

#include "store/store.h"

/*
 * For files with more than one link: true for the first name of an inode in this run (and again
 * for the same name), which is to be read; false for each further one, which is recorded.
 */
int store_link_claim(Store *s, int64_t run, uint64_t dev, uint64_t ino, uint32_t root, Span path,
                     Error *reterr, bool *ret);

/* Further names beneath that root that were recorded. */
int store_names(Store *s, int64_t run, uint32_t root, Error *reterr, uint64_t *ret);

/* Of the room: all names are forgotten, to be met anew. */
int link_forget(Store *s, int64_t run);

/* Of the room: moves each object to its lowest name. */
int link_settle(Store *s, int64_t run);
