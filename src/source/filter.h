/*
 * Filter: which names beneath a root are left out, and the word that says why.
 *
 * Patterns as in .gitignore, see base/glob.h. Borrows its patterns from whoever set them, for
 * the length of the run; frozen then, and shared by all threads. No exclusion is silent: each one
 * is delivered as an object with status excluded(word).
 */
#pragma once

#include "base/error.h"
#include "base/span.h"

typedef struct FileId {
    uint64_t dev, ino;
} FileId;

typedef struct Filter {
    const char *const *include; /* if any: only files that match one, or are beneath what does */
    size_t n_include;
    const char *const *exclude; /* files, and directories with all beneath them */
    size_t n_exclude;
    const FileId *own; /* never read: the store and the cache of the product itself */
    size_t n_own;
    bool no_default_excludes; /* snapshot, recycle and index directories are read as well */
} Filter;

/* -EINVAL with a sentence for a pattern that can not be read. */
int filter_check(const Filter *f, Error *reterr);

/* The word for excluded(...), or NULL: to be read. path is relative to the root, name its last
 * component. */
const char *filter_file(const Filter *f, Span path);
const char *filter_directory(const Filter *f, Span path, Span name);

/* One of the product's own, by inode alone; then filter_own_file decides with the device too. */
bool filter_own_inode(const Filter *f, uint64_t ino);
bool filter_own(const Filter *f, FileId id);
