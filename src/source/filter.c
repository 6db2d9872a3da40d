/* Filter: see filter.h. */
#include "source/filter.h"

#include <strings.h>

#include "base/cleanup.h"
#include "base/glob.h"

/* Directories that hold copies of what stands elsewhere, what was thrown away, or indexes. */
static const struct {
    const char *name; /* a trailing '*': any that begin so */
    const char *word;
} defaults[] = {
    {".snapshot", "snapshot"},  /* NetApp and others */
    {".snapshots", "snapshot"}, /* snapper */
    {"~snapshot", "snapshot"},
    {"#snapshot", "snapshot"}, /* Synology */
    {".zfs", "snapshot"},
    {"#recycle", "recycle"},
    {".recycle", "recycle"}, /* Samba vfs_recycle */
    {"$RECYCLE.BIN", "recycle"},
    {".Trash", "recycle"}, /* freedesktop.org trash specification */
    {".Trash-*", "recycle"},
    {"@eaDir", "metadata"},
    {"System Volume Information", "metadata"},
    {"lost+found", "metadata"},
};

static int check_all(const char *const *patterns, size_t n, const char *option, Error *reterr) {
    for (size_t i = 0; i < n; i++) {
        int r = glob_check(span_of(patterns[i]), reterr);

        if (r < 0) {
            error_note(reterr, "%s, pattern %zu", option, i + 1);
            return r;
        }
    }
    return 0;
}

int filter_check(const Filter *f, Error *reterr) {
    int r = check_all(f->include, f->n_include, "include", reterr);

    return r < 0 ? r : check_all(f->exclude, f->n_exclude, "exclude", reterr);
}

static bool any_matches(const char *const *patterns, size_t n, Span path, bool directory) {
    for (size_t i = 0; i < n; i++) {
        if (glob_match(span_of(patterns[i]), path, directory))
            return true;
    }
    return false;
}

/* It matches, or a directory that it is beneath does. */
static bool is_included(const Filter *f, Span path) {
    if (any_matches(f->include, f->n_include, path, false))
        return true;
    for (size_t i = 0; i < path.n; i++) {
        if (path.at[i] == '/' && any_matches(f->include, f->n_include, span(path.at, i), true))
            return true;
    }
    return false;
}

const char *filter_file(const Filter *f, Span path) {
    if (any_matches(f->exclude, f->n_exclude, path, false))
        return "exclude";
    if (f->n_include && !is_included(f, path))
        return "include";
    return NULL;
}

static bool is_default(const char *entry, Span name) {
    size_t n = strlen(entry);
    bool prefix = entry[n - 1] == '*';

    n -= prefix;
    return (prefix ? name.n >= n : name.n == n) &&
           strncasecmp(entry, (const char *)name.at, n) == 0;
}

const char *filter_directory(const Filter *f, Span path, Span name) {
    for (size_t i = 0; i < N_ELEMENTS(defaults) && !f->no_default_excludes; i++) {
        if (is_default(defaults[i].name, name))
            return defaults[i].word;
    }
    return any_matches(f->exclude, f->n_exclude, path, true) ? "exclude" : NULL;
}

bool filter_own_inode(const Filter *f, uint64_t ino) {
    for (size_t i = 0; i < f->n_own; i++) {
        if (f->own[i].ino == ino)
            return true;
    }
    return false;
}

bool filter_own(const Filter *f, FileId id) {
    for (size_t i = 0; i < f->n_own; i++) {
        if (f->own[i].ino == id.ino && f->own[i].dev == id.dev)
            return true;
    }
    return false;
}
