/*
 * File: one regular file, open for reading; by pread only, never mapped.
 *
 * The descriptor comes from a Directory's by name, without following a link in any component, so
 * what is read lies beneath the root whatever others rename meanwhile. Functions hold no state and
 * may be called from any thread.
 */
#pragma once

#include "source/batch.h"

/* file_open: the object ends here, with the status given. */
#define FILE_E_REFUSED 1

/*
 * Opens file i of the batch: fills root, meta, fd and atime_kept of *ret; path is left empty
 * (batch_path() makes it). The caller closes fd.
 *
 * FILE_E_REFUSED with *ret_status: special(...) or link (no longer a regular file),
 * other-filesystem, vanished, offline, error(...). -EMFILE, -ENFILE, -ENOMEM: ours to solve, the
 * file may be tried again. Both outputs are untouched where they do not apply.
 */
int file_open(const Batch *b, size_t i, Unit *ret, Status *ret_status);

/*
 * Opens the file of that name beside file i of the batch, under the same rules, where both are
 * beneath the same root: not beside a root that is a file, nor beside one of a list. 0, or
 * FILE_E_REFUSED: there is none that may be read. The caller closes *ret_fd.
 */
int file_open_beside(const Batch *b, size_t i, const char *name, int *ret_fd, uint64_t *ret_size);

/*
 * Reads n bytes from offset. *ret_n < n at the end of the file, or before an error that a call from
 * there will return; 0 only at the end. Interruptions are resumed; EIO and ESTALE tried once more.
 */
int file_read_at(int fd, uint64_t offset, void *at, size_t n, size_t *ret_n);

/*
 * The next part of [from, size) that is not a hole; start = end = size when there is none. Where
 * the file system knows nothing of holes, all of it. Moves the descriptor's position.
 */
int file_next_data(int fd, uint64_t from, uint64_t size, uint64_t *ret_start, uint64_t *ret_end);

/*
 * True if no page of the file is in the page cache: asked before anything of it is read, so that
 * file_drop() later forgets only what the scan itself brought in. False where it cannot be told.
 */
bool file_uncached(int fd, uint64_t size);

/* Forgets pages that lie whole within n bytes from offset; n 0: to the end. */
void file_drop(int fd, uint64_t offset, uint64_t n);

/* 1 if size, mtime or ctime differ from before, 0 if not, or a negative error. */
int file_changed(const FileMeta *before, int fd);
