/*
 * Scope: what this host stores or gives to others, and which profile reads it.
 *
 * A place is covered if a root is it or lies above it; a mount that lies beneath a root only if
 * that profile crosses file systems. Where roots lie beneath a place it is covered in part. What
 * profiles leave out by globs is not looked at: it is counted in their runs.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"

typedef struct ScopeRoot {
    const char *path;
    bool cross_filesystems;
} ScopeRoot;

/* Where to look; NULL: where it usually is. */
typedef struct ScopeFiles {
    const char *mounts, *exports, *exports_directory, *samba;
} ScopeFiles;

typedef enum PlaceKind {
    PLACE_MOUNT,
    PLACE_EXPORT,
    PLACE_SHARE,
} PlaceKind;

typedef enum PlaceCover {
    COVER_NONE,
    COVER_PART,
    COVER_WHOLE,
} PlaceCover;

typedef struct ScopePlace {
    PlaceKind kind;
    const char *path;
    const char *name; /* of a share; the type of a mount; "" of an export */
    PlaceCover cover;
} ScopePlace;

/* Mounts, exports, shares, each in order of path; an array in the arena. */
int scope_find(const ScopeFiles *files, const ScopeRoot *roots, size_t n_roots, Arena *a,
               Error *reterr, ScopePlace **ret, size_t *ret_n);

/* "mount (nfs4)", "NFS export", "Samba share [data]": for people; the name is not escaped. */
void scope_print_kind(const ScopePlace *p, char *ret_text, size_t n);
