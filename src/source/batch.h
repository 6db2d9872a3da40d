/*
 * Batch: up to 64 regular files of one directory, on their way from a source to a reader.
 *
 * Names are raw bytes, NUL-terminated, as the kernel gave them. A Batch has one owner at a time and
 * goes between threads through a Queue; it holds a reference on its Directory, which any number of
 * batches share. A Directory's descriptor stays open while one of them lives, so the number of
 * batches that wait bounds the descriptors: keep queues of them short (64).
 */
#pragma once

#include "base/buf.h"
#include "base/ref.h"
#include "model/status.h"
#include "model/unit.h"

#define BATCH_FILES_MAX 64

/* Written once, by the thread that walks; then only its count changes. */
typedef struct Directory {
    Ref ref;
    int fd; /* AT_FDCWD for a list; O_PATH of the parent where the root is a file */
    uint32_t root;
    uint64_t dev, ino, mount; /* mount id, 0 if unknown */
    uint64_t resolve;         /* RESOLVE_* under which its entries are opened: source/beneath.h */
    bool file_root;           /* the root is one file; its path below the root is empty */
    size_t path_n;
    char path[]; /* relative to the root, no slash at the end; empty: the root */
} Directory;

/* Takes fd; on failure closes it. */
int directory_new(int fd, Span path, Directory **ret);
Directory *directory_ref(Directory *d);
Directory *directory_unref(Directory *d);
DEFINE_CLEANUP(Directory, directory_unref)

typedef struct Batch {
    Directory *dir;
    uint32_t n;
    uint32_t at[BATCH_FILES_MAX + 1]; /* name i: names + at[i], with its NUL up to at[i + 1] */
    char names[];
} Batch;

Batch *batch_free(Batch *b);
DEFINE_CLEANUP(Batch, batch_free)

/* The name in its directory (for a list: the path as given). NUL-terminated outside n. */
Span batch_name(const Batch *b, size_t i);

/* Appends the path relative to the root: Unit.path. */
void batch_path(const Batch *b, size_t i, Buf *path);

/* A Batch in the making: owned by the source, emptied by batch_take. */
typedef struct BatchDraft {
    uint32_t n;
    uint32_t at[BATCH_FILES_MAX + 1];
    Buf names;
} BatchDraft;

void batch_draft_done(BatchDraft *d);

/* True when the draft is full after that and must be taken. */
bool batch_draft_add(BatchDraft *d, Span name);

/* Makes a Batch of what is drafted and a new reference on dir; NULL with 0 if nothing is. */
int batch_draft_take(BatchDraft *d, Directory *dir, Batch **ret);

/*
 * Where a source delivers, on its own thread, in the order of its reading. A negative return ends
 * the source, which returns the same.
 */
typedef struct Sink {
    void *of;

    /* The receiver owns the batch, also when it returns an error. */
    int (*batch)(void *of, Batch *b);

    /* An object that ends here, unopened. meta is NULL where nothing is known; nothing outlives the
     * call. */
    int (*object)(void *of, Span path, const FileMeta *meta, Status status);

    /* A directory was entered, and is open as fd, to be left open; may be NULL. */
    int (*directory)(void *of, Span path, const FileMeta *meta, int fd);
} Sink;
