/*
 * Folder: the rule files beneath a directory that a user named.
 *
 * *.yaml and *.yml, in all directories beneath, in order of their paths. Names that begin with a
 * dot are left out, as editors and mounted configuration expect; links to files are read, links to
 * directories are not entered, so a walk ends. What lies too deep or is too much is an error and
 * never left out silently. Messages are for people; nothing is kept.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"

#define FOLDER_DEPTH_MAX   8
#define FOLDER_FILES_MAX   10000
#define FOLDER_ENTRIES_MAX 100000

/* Paths that begin with the directory's own name, NUL-terminated, in the arena. */
int folder_list(const char *directory, Arena *arena, Error *reterr, const char *const **ret,
                size_t *ret_n);

/* The bytes of a regular file, into the arena; of a larger one only max + 1. */
int folder_read(const char *path, size_t max, Arena *arena, Error *reterr, Span *ret);
