/*
 * Lock: one scan at a time on a store.
 *
 * A kernel lock (flock) on `FILE.lock`, which dies with its holder: the file stays, and what stands
 * in it (process id, start) is only for the message to whoever comes second. The descriptor is
 * close-on-exec; a process forked while it is held would share the lock.
 */
#pragma once

#include "base/error.h"

/* -EBUSY: "store 'X' is in use by a scan started at T (pid N)". */
int lock_take(const char *store, Error *reterr, int *ret_fd);
