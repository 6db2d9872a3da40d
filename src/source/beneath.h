/*
 * Beneath: opening by name without being led elsewhere; and the facts of what was opened.
 *
 * The one place that calls openat2 and statx. Where the kernel has no openat2 (before 5.6, or a
 * sandbox that hides it) openat with O_NOFOLLOW does: the same for a single component, which is
 * all that the walk and the readers ever use.
 */
#pragma once

#include <linux/openat2.h>

#include "base/cleanup.h"
#include "model/status.h"
#include "model/unit.h"

/* For names inside a directory: one component, never a link, never out of it. */
#define BENEATH_RESOLVE (RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS)

/*
 * A descriptor or a negative error. `flags`: O_RDONLY, O_DIRECTORY, O_PATH; the rest is added here:
 * never a controlling terminal, never waiting, never following the last component, and without
 * touching the access time where the kernel lets us (*ret_atime_kept, may be NULL).
 */
int beneath_open(int dir, const char *name, int flags, uint64_t resolve, bool *ret_atime_kept);

/* Facts of an open file, or of a name that is not followed; an automount is not triggered. */
int meta_of(int fd, FileMeta *ret);
int meta_at(int dir, const char *name, FileMeta *ret);

/* As meta_at, from what is cached: does not wait for a server that has gone. */
int meta_cached(int dir, const char *name, FileMeta *ret);

/* Link or special(kind): the status of what is neither a regular file nor a directory. */
Status meta_special(uint32_t mode);

/* Whether b lies on another mount than a; by device where mount ids are unknown. */
bool meta_crosses(const FileMeta *a, const FileMeta *b);
