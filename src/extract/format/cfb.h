/*
 * Cfb: compound files ([MS-CFB]), a file system of sectors in one file: legacy Office, messages,
 * thumbnails, installers.
 *
 * Own code, since every size, chain and tree in it is hostile: a sector belongs to one chain only
 * and once, so that no chain is a ring and all of them together are no longer than the file; the
 * tree of the directory is walked with marks. What is damaged is noted in `damaged`, and the rest
 * is read. Memory: two words a sector, one record an entry; the streams themselves are read
 * through.
 *
 * A Cfb borrows a seekable feed. One thread.
 */
#pragma once

#include "base/cleanup.h"
#include "extract/feed.h"

#define CFB_E_BAD   1 /* no compound file, or nothing of it can be found */
#define CFB_E_LARGE 2 /* more sectors or entries than are let through */

#define CFB_NONE UINT32_MAX

enum { CFB_NAME_MAX = 96, CFB_ROOT = 0 };

typedef enum CfbType {
    CFB_UNUSED = 0,
    CFB_STORAGE = 1,
    CFB_STREAM = 2,
    CFB_ROOT_STORAGE = 5
} CfbType;

typedef struct CfbEntry {
    char name[CFB_NAME_MAX]; /* UTF-8 */
    CfbType type;
    uint32_t start;
    uint64_t size;
    int64_t mtime;                /* ns since 1970, INT64_MIN unknown */
    uint32_t left, right, child;  /* as the file has them */
    uint32_t parent, first, next; /* the storage it is in, its first child, its next sibling */
    bool used;                    /* a reader's mark: read already */
} CfbEntry;

typedef struct Cfb {
    Feed *f;
    unsigned sector, mini; /* bytes */
    uint32_t cutoff;       /* streams below it are in the mini stream */
    uint32_t *fat, *owner; /* by sector; owner: whose chain it is in, 0 nobody's */
    uint32_t n_fat;
    uint32_t *minifat, *mini_owner;
    uint32_t n_minifat;
    uint32_t *mini_sectors; /* of the mini stream */
    uint32_t n_mini_sectors;
    CfbEntry *entries;
    uint32_t n_entries;
    bool damaged;
} Cfb;

/* 0, -ENOMEM or CFB_E_*. */
int cfb_open(Feed *f, Cfb **ret);
Cfb *cfb_close(Cfb *c);
DEFINE_CLEANUP(Cfb, cfb_close)

/* The child of a storage by name, ASCII case aside; CFB_NONE. Of that type. */
uint32_t cfb_find(const Cfb *c, uint32_t storage, const char *name, CfbType type);

/* A stream, opened: a feed that can be read at any offset. */
typedef struct CfbStream {
    Cfb *c;
    uint32_t *chain;
    uint32_t n;
    uint64_t size; /* what there is of it */
    bool mini;
    Feed feed;
} CfbStream;

/* Of an entry that is a stream; one whose chain is damaged is as long as can be had. */
int cfb_stream_open(Cfb *c, uint32_t entry, CfbStream *ret);
void cfb_stream_done(CfbStream *s);

/* Where the byte at `offset` stands in the file, and how many follow it there; 0: beyond the end.
 */
size_t cfb_stream_locate(const CfbStream *s, uint64_t offset, uint64_t *ret_source);

/* The next run of sectors from *sector on that no chain has: false when there is none. */
bool cfb_next_free(const Cfb *c, uint32_t *sector, uint64_t *ret_offset, uint64_t *ret_size);
