/*
 * Directory: who may pass the directories of a run, on the way to its objects.
 *
 * A row holds for the runs from `since` until `until`, as an object's does
 * (docs/design/incremental.md): a night in which nobody changed a mode writes none. What lies above
 * a root is there by its absolute path, which begins with a slash; what lies beneath it by its path
 * below the root, the root itself by the empty one. On the thread that owns the Store.
 */
#pragma once

#include "base/buf.h"
#include "store/store.h"

typedef struct StoreDirectory {
    uint32_t root;
    Span path;
    uint32_t mode, uid, gid;
    Span acl; /* as source/acl.h has it; empty: none */
} StoreDirectory;

/* The walk has met it; putting it again is the same. */
int store_directory_put(Store *s, int64_t run, const StoreDirectory *d, Error *reterr);

/* Of the room: at the end of a run, closes those that no walk has met. */
int directory_settle(Store *s, int64_t run);

/* 1: the directory is in the run; 0: it is not. ret->acl is in `acl`, ret->path is the caller's. */
int query_directory(Store *s, int64_t run, uint32_t root, Span path, Buf *acl, Error *reterr,
                    StoreDirectory *ret);

/* All of a run, by the root's path, then by their own, in order of bytes. */
typedef struct DirectoryRow {
    Span root; /* path of the root */
    StoreDirectory is;
} DirectoryRow;

typedef struct DirectoryCursor DirectoryCursor;
int directory_cursor_open(Store *s, int64_t run, Error *reterr, DirectoryCursor **ret);
int directory_cursor_step(DirectoryCursor *c, Error *reterr, DirectoryRow *ret);
DirectoryCursor *directory_cursor_close(DirectoryCursor *c);
DEFINE_CLEANUP(DirectoryCursor, directory_cursor_close)
