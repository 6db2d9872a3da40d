/*
 * Ndb: the node database that an Outlook data file is, PST or OST ([MS-PST] 2.2).
 *
 *     header ─▶ tree of nodes:  number ─▶ block with its data, block with its subnodes, parent
 *            ─▶ tree of blocks: number ─▶ place and size in the file
 *     block:  bytes, or a list of blocks that are one stream, or of subnodes
 *
 * Own code, since every number in it is hostile. Both trees are searched from the root by key, a
 * page a level, never walked with a memory of where one was: the next node is the one with the next
 * larger number, so that no ring of pages and no page that hangs in the tree twice gives a node
 * twice. Lists of blocks are three levels deep at most. All blocks that are read draw on a sum of
 * `most` bytes, which the file's size sets. What is damaged is noted in `damaged` and gone around.
 *
 * Of the three kinds of file (ANSI, Unicode, and Unicode in pages of 4 KiB, which [MS-PST] does not
 * tell of; libpff's documentation does) all are read. What is "encrypted" by permutation or cyclic
 * needs no password.
 *
 * An Ndb borrows a feed that can be read at any offset. One thread.
 */
#pragma once

#include "base/cleanup.h"
#include "extract/feed.h"

#define NDB_E_BAD    2 /* it is not there, or not what it should be */
#define NDB_E_CIPHER 3 /* the file is encrypted by Windows (WIP) or in a way nobody told of */

enum {
    NDB_LEVELS = 8,
    NDB_PAGE_MAX = 4096,
    NDB_BLOCK_MAX = 64 << 10,
};

typedef enum NdbKind { NDB_ANSI, NDB_UNICODE, NDB_LARGE } NdbKind;

/* Types of nodes, the low five bits of their number (2.2.2.1). */
typedef enum NdbType {
    NDB_HEAP = 0x00, /* no node: a place in a heap */
    NDB_INTERNAL = 0x01,
    NDB_FOLDER = 0x02,
    NDB_SEARCH_FOLDER = 0x03,
    NDB_MESSAGE = 0x04,
    NDB_ATTACHMENT = 0x05,
    NDB_HIDDEN_MESSAGE = 0x08,
} NdbType;

typedef struct NdbNode {
    uint32_t id, parent;
    uint64_t data, subnodes; /* blocks; 0: none */
} NdbNode;

/* A page of a tree, kept since the next search often needs it again. */
typedef struct NdbPage {
    uint64_t at; /* 0: none */
    uint8_t bytes[NDB_PAGE_MAX];
} NdbPage;

typedef struct NdbTree {
    uint64_t root;
    uint8_t type;   /* of its pages */
    NdbPage *pages; /* one a level */
} NdbTree;

typedef struct Ndb {
    Feed *f;
    NdbKind kind;
    uint8_t crypt;
    uint8_t reverse[256]; /* of the permutation */
    NdbTree nodes, blocks;
    uint64_t loaded, most; /* bytes of blocks */
    uint64_t listed[2];    /* the blocks of subnodes that are in `lists` */
    Buf lists[2];
    bool mapped; /* the file knows which of its bytes are in blocks */
    NdbPage map;
    bool damaged;
} Ndb;

/* 0, -ENOMEM or NDB_E_*. */
int ndb_open(Feed *f, Ndb **ret);
Ndb *ndb_close(Ndb *n);
DEFINE_CLEANUP(Ndb, ndb_close)

static inline NdbType ndb_type(uint32_t node) {
    return (NdbType)(node & 0x1F);
}

/* The node of the smallest number from `id` on: 0; NDB_E_BAD if there is none; -ENOMEM. */
int ndb_next(Ndb *n, uint32_t id, NdbNode *ret);

/* The node of that number: as ndb_next. */
int ndb_find(Ndb *n, uint32_t id, NdbNode *ret);

/* The same among the subnodes that a block lists; they have no parent. */
int ndb_subnode_next(Ndb *n, uint64_t subnodes, uint32_t id, NdbNode *ret);
int ndb_subnode(Ndb *n, uint64_t subnodes, uint32_t id, NdbNode *ret);

/* The data of a node: a row of blocks. */
typedef struct NdbData {
    Ndb *n;
    uint64_t block;
    unsigned level; /* 0: it is the block; 1, 2: lists between */
    uint64_t size;
    Buf top, list;
    uint32_t listed; /* which list is in `list`, from 1; 0: none */
    uint32_t each;   /* blocks of a list that is full */
} NdbData;

int ndb_data_open(Ndb *n, uint64_t block, NdbData *ret);
void ndb_data_done(NdbData *d);

/* The i-th block of it; empty behind the last. 0, -ENOMEM, or NDB_E_BAD. */
int ndb_data_block(NdbData *d, uint32_t i, Buf *ret);

/* The same as a feed, in order; it does not move. */
typedef struct NdbStream {
    NdbData data;
    Buf block;
    size_t given;
    uint32_t next;
    Feed feed;
} NdbStream;

int ndb_stream_open(Ndb *n, uint64_t block, NdbStream *ret);
void ndb_stream_done(NdbStream *s);

/*
 * The next stretch that no block has, from *from on: 0; NDB_E_BAD: there is none, or nothing tells.
 * What was deleted may be there. Its bytes are decoded in place, where that needs no key; what was
 * never written to is zeros.
 */
int ndb_next_free(Ndb *n, uint64_t *from, uint64_t *ret_size);
void ndb_decode_free(const Ndb *n, uint8_t *bytes, size_t size);
