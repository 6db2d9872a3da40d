/*
 * File: whole files and private places, for what Terrier itself keeps.
 *
 * Not for inputs: those are source/'s. A file here is either wholly new or wholly old: a FileDraft
 * is written beside its name, made durable and renamed over it, and vanishes if it is dropped. The
 * last component of a path is never followed if it is a symbolic link. Private means: owned by
 * the user we run as, and out of reach of everybody else; what is not private is refused with the
 * command that mends it. Any thread; an object belongs to one.
 */
#pragma once

#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"

/* Writes all of it, over short writes and EINTR. */
int file_write(int fd, Span bytes);

/*
 * Appends a regular file's bytes; -EFBIG when it has more than max, -ELOOP for a symbolic link,
 * -EINVAL when it is no regular file. *ret is what it was on failure, but for its capacity.
 */
int file_read(const char *path, size_t max, Error *reterr, Buf *ret);

typedef struct FileDraft {
    int fd; /* write here, or with file_write() */
    int directory;
    char *path; /* as given, for messages */
    char *name, *beside;
    bool unsynced; /* set it where the file can be made again */
} FileDraft;

#define FILE_DRAFT_NONE ((FileDraft){.fd = -1, .directory = -1})

/* mode as in open(2), not masked: 0600, 0400 ... */
int file_draft_open(const char *path, mode_t mode, Error *reterr, FileDraft *ret);
/* The name of what is being written, for a library that opens by name; the caller frees it. */
char *file_draft_path(const FileDraft *d);
/* fsync, rename over the old file, fsync of the directory; the draft is closed either way. */
int file_draft_commit(FileDraft *d, Error *reterr);
/* As commit, but -EEXIST where the name is taken: the old file stays. */
int file_draft_commit_new(FileDraft *d, Error *reterr);
void file_draft_done(FileDraft *d);

/* Replaces path by a file with these bytes. */
int file_replace(const char *path, Span bytes, mode_t mode, Error *reterr);

/*
 * The same without waiting for the disk: whole or not at all for who reads it, but after a power
 * cut it may be empty. For what can be made again.
 */
int file_replace_unsynced(const char *path, Span bytes, mode_t mode, Error *reterr);

/* Makes the directory, 0700, and those above it that are missing; checks it as below. */
int directory_make_private(const char *path, Error *reterr);

/*
 * 0 if path is a directory that we (or root) own and that neither group nor others can write to;
 * -EPERM with the remedy otherwise, -ENOTDIR, -ELOOP.
 */
int directory_check_private(const char *path, Error *reterr);

/*
 * 0 if fd is a regular file that we own and no permission outside `allowed` (0600, 0400) is set;
 * -EPERM with the remedy otherwise. path is for the message.
 */
int file_check_private(int fd, const char *path, mode_t allowed, Error *reterr);
