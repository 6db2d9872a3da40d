/*
 * Served: what this host gives to others by NFS and Samba, for the run that scans it.
 *
 * Of the administrator's files as they are when the scan begins, and only where they touch a root.
 * A file that cannot be read is no reason not to scan: the run says in a note which were read.
 */
#pragma once

#include "store/share.h"
#include "store/write.h"

enum { SERVED_NOTES = 2 };

typedef struct Served {
    StoreShare *shares;
    size_t n;
    StoreNote notes[SERVED_NOTES]; /* "shares": of Samba, of NFS */
} Served;

typedef struct ServedFiles {
    const char *exports, *exports_directory, *samba; /* NULL: where they usually are */
} ServedFiles;

/* -ENOMEM. All is in the arena. */
int served_find(const ServedFiles *files, const char *const *roots, size_t n_roots, Arena *a,
                Served *ret);
