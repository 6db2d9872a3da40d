/* Ndb: see ndb.h. Numbers in comments are clauses of [MS-PST]. */
#include "extract/format/ndb.h"

#include <zlib.h>

#include "extract/format/little.h"

#define MIB (UINT64_C(1) << 20)

enum {
    HEADER = 564,
    READ_AGAIN = 32, /* times the file's size that blocks may be loaded */
    BLOCK_UNIT = 64,
    PAGE_NODES = 0x81,
    PAGE_BLOCKS = 0x80,
    CRYPT_NONE = 0,
    CRYPT_PERMUTE = 1,
    CRYPT_CYCLIC = 2,
    PAGE_MAP = 0x84,
    MAP_FIRST = 0x4400,       /* 2.2.2.7.2: the first map of what is allocated */
    MAP_BITS = 496 * 8,       /* of one, each for a unit, the highest bit of a byte first */
    MAP_SPAN = MAP_BITS * 64, /* from one to the next */
    LIST_BLOCKS = 1,
    LIST_SUBNODES = 2,
};

/* 5.1: the permutation, and the other one that 5.2 uses, which is its own reverse. */
static const uint8_t permute[256] = {
    0x41, 0x36, 0x13, 0x62, 0xA8, 0x21, 0x6E, 0xBB, 0xF4, 0x16, 0xCC, 0x04, 0x7F, 0x64, 0xE8, 0x5D,
    0x1E, 0xF2, 0xCB, 0x2A, 0x74, 0xC5, 0x5E, 0x35, 0xD2, 0x95, 0x47, 0x9E, 0x96, 0x2D, 0x9A, 0x88,
    0x4C, 0x7D, 0x84, 0x3F, 0xDB, 0xAC, 0x31, 0xB6, 0x48, 0x5F, 0xF6, 0xC4, 0xD8, 0x39, 0x8B, 0xE7,
    0x23, 0x3B, 0x38, 0x8E, 0xC8, 0xC1, 0xDF, 0x25, 0xB1, 0x20, 0xA5, 0x46, 0x60, 0x4E, 0x9C, 0xFB,
    0xAA, 0xD3, 0x56, 0x51, 0x45, 0x7C, 0x55, 0x00, 0x07, 0xC9, 0x2B, 0x9D, 0x85, 0x9B, 0x09, 0xA0,
    0x8F, 0xAD, 0xB3, 0x0F, 0x63, 0xAB, 0x89, 0x4B, 0xD7, 0xA7, 0x15, 0x5A, 0x71, 0x66, 0x42, 0xBF,
    0x26, 0x4A, 0x6B, 0x98, 0xFA, 0xEA, 0x77, 0x53, 0xB2, 0x70, 0x05, 0x2C, 0xFD, 0x59, 0x3A, 0x86,
    0x7E, 0xCE, 0x06, 0xEB, 0x82, 0x78, 0x57, 0xC7, 0x8D, 0x43, 0xAF, 0xB4, 0x1C, 0xD4, 0x5B, 0xCD,
    0xE2, 0xE9, 0x27, 0x4F, 0xC3, 0x08, 0x72, 0x80, 0xCF, 0xB0, 0xEF, 0xF5, 0x28, 0x6D, 0xBE, 0x30,
    0x4D, 0x34, 0x92, 0xD5, 0x0E, 0x3C, 0x22, 0x32, 0xE5, 0xE4, 0xF9, 0x9F, 0xC2, 0xD1, 0x0A, 0x81,
    0x12, 0xE1, 0xEE, 0x91, 0x83, 0x76, 0xE3, 0x97, 0xE6, 0x61, 0x8A, 0x17, 0x79, 0xA4, 0xB7, 0xDC,
    0x90, 0x7A, 0x5C, 0x8C, 0x02, 0xA6, 0xCA, 0x69, 0xDE, 0x50, 0x1A, 0x11, 0x93, 0xB9, 0x52, 0x87,
    0x58, 0xFC, 0xED, 0x1D, 0x37, 0x49, 0x1B, 0x6A, 0xE0, 0x29, 0x33, 0x99, 0xBD, 0x6C, 0xD9, 0x94,
    0xF3, 0x40, 0x54, 0x6F, 0xF0, 0xC6, 0x73, 0xB8, 0xD6, 0x3E, 0x65, 0x18, 0x44, 0x1F, 0xDD, 0x67,
    0x10, 0xF1, 0x0C, 0x19, 0xEC, 0xAE, 0x03, 0xA1, 0x14, 0x7B, 0xA9, 0x0B, 0xFF, 0xF8, 0xA3, 0xC0,
    0xA2, 0x01, 0xF7, 0x2E, 0xBC, 0x24, 0x68, 0x75, 0x0D, 0xFE, 0xBA, 0x2F, 0xB5, 0xD0, 0xDA, 0x3D,
};

static const uint8_t cyclic[256] = {
    0x14, 0x53, 0x0F, 0x56, 0xB3, 0xC8, 0x7A, 0x9C, 0xEB, 0x65, 0x48, 0x17, 0x16, 0x15, 0x9F, 0x02,
    0xCC, 0x54, 0x7C, 0x83, 0x00, 0x0D, 0x0C, 0x0B, 0xA2, 0x62, 0xA8, 0x76, 0xDB, 0xD9, 0xED, 0xC7,
    0xC5, 0xA4, 0xDC, 0xAC, 0x85, 0x74, 0xD6, 0xD0, 0xA7, 0x9B, 0xAE, 0x9A, 0x96, 0x71, 0x66, 0xC3,
    0x63, 0x99, 0xB8, 0xDD, 0x73, 0x92, 0x8E, 0x84, 0x7D, 0xA5, 0x5E, 0xD1, 0x5D, 0x93, 0xB1, 0x57,
    0x51, 0x50, 0x80, 0x89, 0x52, 0x94, 0x4F, 0x4E, 0x0A, 0x6B, 0xBC, 0x8D, 0x7F, 0x6E, 0x47, 0x46,
    0x41, 0x40, 0x44, 0x01, 0x11, 0xCB, 0x03, 0x3F, 0xF7, 0xF4, 0xE1, 0xA9, 0x8F, 0x3C, 0x3A, 0xF9,
    0xFB, 0xF0, 0x19, 0x30, 0x82, 0x09, 0x2E, 0xC9, 0x9D, 0xA0, 0x86, 0x49, 0xEE, 0x6F, 0x4D, 0x6D,
    0xC4, 0x2D, 0x81, 0x34, 0x25, 0x87, 0x1B, 0x88, 0xAA, 0xFC, 0x06, 0xA1, 0x12, 0x38, 0xFD, 0x4C,
    0x42, 0x72, 0x64, 0x13, 0x37, 0x24, 0x6A, 0x75, 0x77, 0x43, 0xFF, 0xE6, 0xB4, 0x4B, 0x36, 0x5C,
    0xE4, 0xD8, 0x35, 0x3D, 0x45, 0xB9, 0x2C, 0xEC, 0xB7, 0x31, 0x2B, 0x29, 0x07, 0x68, 0xA3, 0x0E,
    0x69, 0x7B, 0x18, 0x9E, 0x21, 0x39, 0xBE, 0x28, 0x1A, 0x5B, 0x78, 0xF5, 0x23, 0xCA, 0x2A, 0xB0,
    0xAF, 0x3E, 0xFE, 0x04, 0x8C, 0xE7, 0xE5, 0x98, 0x32, 0x95, 0xD3, 0xF6, 0x4A, 0xE8, 0xA6, 0xEA,
    0xE9, 0xF3, 0xD5, 0x2F, 0x70, 0x20, 0xF2, 0x1F, 0x05, 0x67, 0xAD, 0x55, 0x10, 0xCE, 0xCD, 0xE3,
    0x27, 0x3B, 0xDA, 0xBA, 0xD7, 0xC2, 0x26, 0xD4, 0x91, 0x1D, 0xD2, 0x1C, 0x22, 0x33, 0xF8, 0xFA,
    0xF1, 0x5A, 0xEF, 0xCF, 0x90, 0xB6, 0x8B, 0xB5, 0xBD, 0xC0, 0xBF, 0x08, 0x97, 0x1E, 0x6C, 0xE2,
    0x61, 0xE0, 0xC6, 0xC1, 0x59, 0xAB, 0xBB, 0x58, 0xDE, 0x5F, 0xDF, 0x60, 0x79, 0x7E, 0xB2, 0x8A,
};

/* How the three kinds of file differ: bytes of numbers, places in pages (2.2.2.7, 2.2.2.8). */
typedef struct Layout {
    size_t word;                  /* of a block's number, and of a place */
    unsigned page, entries;       /* of a page: all of it; where the entries end */
    unsigned count, width, level; /* places in it */
    unsigned type, crc;
    unsigned node, block, branch; /* bytes of an entry, at least */
    unsigned trailer;             /* of a block */
} Layout;

static const Layout layouts[] = {
    [NDB_ANSI] = {4, 512, 496, 496, 498, 499, 500, 508, 16, 12, 12, 12},
    [NDB_UNICODE] = {8, 512, 488, 488, 490, 491, 496, 500, 32, 24, 24, 16},
    [NDB_LARGE] = {8, 4096, 4056, 4056, 4060, 4061, 4072, 4076, 32, 24, 24, 24},
};

static const Layout *layout(const Ndb *n) {
    return &layouts[n->kind];
}

static uint64_t word(const Ndb *n, const uint8_t *at) {
    return layout(n)->word == 8 ? little64(at) : little32(at);
}

/* 5.3: zlib's polynomial, without its ones before and behind. */
static uint32_t checksum(const uint8_t *at, size_t n) {
    return (uint32_t)~crc32(0xFFFFFFFFul, at, (uInt)n);
}

static int bad(Ndb *n) {
    n->damaged = true;
    return NDB_E_BAD;
}

/* ---- opening ---- */

static int read_header(Ndb *n) {
    uint8_t h[HEADER] = {0};
    ssize_t got = feed_read_at(n->f, 0, h, sizeof(h));
    unsigned version;

    if (got < 512 || memcmp(h, "!BDN", 4) != 0)
        return got == -ENOMEM ? -ENOMEM : NDB_E_BAD;
    version = little16(h + 10);
    n->kind = version < 20 ? NDB_ANSI : version < 36 ? NDB_UNICODE : NDB_LARGE;
    n->nodes.root = n->kind == NDB_ANSI ? little32(h + 188) : little64(h + 224);
    n->blocks.root = n->kind == NDB_ANSI ? little32(h + 196) : little64(h + 240);
    n->crypt = h[n->kind == NDB_ANSI ? 461 : 513];
    n->mapped = n->kind != NDB_LARGE && h[n->kind == NDB_ANSI ? 200 : 248] != 0;
    n->nodes.type = PAGE_NODES;
    n->blocks.type = PAGE_BLOCKS;
    return n->crypt > CRYPT_CYCLIC ? NDB_E_CIPHER : 0;
}

int ndb_open(Feed *f, Ndb **ret) {
    _cleanup_(ndb_closep) Ndb *n = calloc(1, sizeof(*n));
    int r;

    if (!n)
        return -ENOMEM;
    n->f = f;
    n->most = (f->size == FEED_SIZE_UNKNOWN || f->size > UINT64_MAX / 64 ? UINT64_MAX / 2
                                                                         : f->size * READ_AGAIN) +
              64 * MIB;
    n->nodes.pages = calloc(NDB_LEVELS, sizeof(NdbPage));
    n->blocks.pages = calloc(NDB_LEVELS, sizeof(NdbPage));
    if (!n->nodes.pages || !n->blocks.pages)
        return -ENOMEM;
    for (size_t i = 0; i < 256; i++)
        n->reverse[permute[i]] = (uint8_t)i;
    r = read_header(n);
    if (r == 0)
        *ret = TAKE(n);
    return r;
}

Ndb *ndb_close(Ndb *n) {
    if (!n)
        return NULL;
    free(n->nodes.pages);
    free(n->blocks.pages);
    buf_wipe(&n->lists[0]);
    buf_wipe(&n->lists[1]);
    free(n);
    return NULL;
}

/* ---- trees of pages (2.2.2.7.7) ---- */

/* What the search at hand looks at: the entries of one page. */
typedef struct Entries {
    const uint8_t *at;
    unsigned n, width, level;
} Entries;

static int read_page(Ndb *n, const NdbTree *t, uint64_t at, unsigned depth) {
    const Layout *l = layout(n);
    NdbPage *p = &t->pages[depth];

    if (p->at == at)
        return 0;
    p->at = 0;
    if (at < 512 || feed_read_at(n->f, at, p->bytes, l->page) != (ssize_t)l->page)
        return n->f->error == -ENOMEM ? -ENOMEM : bad(n);
    if (p->bytes[l->type] != t->type || p->bytes[l->type + 1] != t->type)
        return bad(n);
    if (little32(p->bytes + l->crc) != checksum(p->bytes, l->type))
        n->damaged = true;
    p->at = at;
    return 0;
}

/* The page at `at`, `depth` pages below the root. */
static int open_page(Ndb *n, const NdbTree *t, uint64_t at, unsigned depth, Entries *ret) {
    const Layout *l = layout(n);
    const uint8_t *page = t->pages[depth].bytes;
    unsigned least, room;
    int r = read_page(n, t, at, depth);

    if (r)
        return r;
    *ret = (Entries){
        .at = page,
        .n = n->kind == NDB_LARGE ? little16(page + l->count) : page[l->count],
        .width = page[l->width],
        .level = page[l->level],
    };
    least = ret->level ? l->branch : t->type == PAGE_NODES ? l->node : l->block;
    if (ret->width < least)
        return bad(n);
    room = l->entries / ret->width;
    if (ret->n > room) {
        ret->n = room;
        n->damaged = true;
    }
    return 0;
}

static uint64_t key_of(const Ndb *n, const NdbTree *t, const uint8_t *entry) {
    uint64_t key = word(n, entry);

    /* a node's number has 32 bits; the lowest bit of a block's says nothing (2.2.2.2) */
    return t->type == PAGE_NODES ? key & UINT32_MAX : key & ~UINT64_C(1);
}

/* In a branch: the entry that `key` is below; *next: the key from which on it is not. */
static const uint8_t *branch_for(const Ndb *n, const NdbTree *t, const Entries *e, uint64_t key,
                                 uint64_t *next) {
    const uint8_t *best = e->at;

    for (unsigned i = 1; i < e->n; i++) {
        const uint8_t *entry = e->at + (size_t)i * e->width;
        uint64_t k = key_of(n, t, entry);

        if (k <= key)
            best = entry;
        else if (k < *next)
            *next = k;
    }
    return best;
}

/* In a leaf: the entry of the smallest key from `key` on, or NULL. */
static const uint8_t *leaf_from(const Ndb *n, const NdbTree *t, const Entries *e, uint64_t key) {
    const uint8_t *best = NULL;

    for (unsigned i = 0; i < e->n; i++) {
        const uint8_t *entry = e->at + (size_t)i * e->width;
        uint64_t k = key_of(n, t, entry);

        if (k >= key && (!best || k < key_of(n, t, best)))
            best = entry;
    }
    return best;
}

/* One way down: the leaf's entry, or none and *next, where the search may go on. */
static int descend(Ndb *n, const NdbTree *t, uint64_t key, uint64_t *next, const uint8_t **ret) {
    uint64_t at = t->root;
    unsigned above = NDB_LEVELS;

    *ret = NULL;
    *next = UINT64_MAX;
    for (unsigned depth = 0; depth < NDB_LEVELS; depth++) {
        Entries e;
        int r = open_page(n, t, at, depth, &e);

        if (r)
            return r;
        if (e.level >= above || (depth && e.level + 1 != above))
            return bad(n);
        above = e.level;
        if (e.level == 0) {
            *ret = leaf_from(n, t, &e, key);
            return 0;
        }
        if (!e.n)
            return 0;
        at = word(n, branch_for(n, t, &e, key, next) + 2 * layout(n)->word);
    }
    return bad(n);
}

/* The entry of the smallest key from `key` on, past what is damaged. */
static int search_from(Ndb *n, const NdbTree *t, uint64_t key, const uint8_t **ret) {
    for (;;) {
        uint64_t next;
        int r = descend(n, t, key, &next, ret);

        if (r < 0 || (r == 0 && *ret))
            return r;
        if (next == UINT64_MAX)
            return NDB_E_BAD;
        key = next;
    }
}

/* The entry of that key: one way down, since there may be many that lead nowhere. */
static int search(Ndb *n, const NdbTree *t, uint64_t key, const uint8_t **ret) {
    uint64_t next;
    int r = descend(n, t, key, &next, ret);

    return r ? r : *ret && key_of(n, t, *ret) == key ? 0 : NDB_E_BAD;
}

/* ---- nodes (2.2.2.7.7.4) ---- */

static NdbNode node_of(const Ndb *n, const uint8_t *e) {
    size_t w = layout(n)->word;

    return (NdbNode){
        .id = little32(e),
        .data = word(n, e + w),
        .subnodes = word(n, e + 2 * w),
        .parent = little32(e + 3 * w),
    };
}

int ndb_next(Ndb *n, uint32_t id, NdbNode *ret) {
    const uint8_t *e;
    int r = search_from(n, &n->nodes, id, &e);

    if (r == 0)
        *ret = node_of(n, e);
    return r;
}

int ndb_find(Ndb *n, uint32_t id, NdbNode *ret) {
    const uint8_t *e;
    int r = search(n, &n->nodes, id, &e);

    if (r == 0)
        *ret = node_of(n, e);
    return r;
}

/* ---- blocks (2.2.2.8) ---- */

static void decode_cyclic(const Ndb *n, uint32_t key, uint8_t *at, size_t size) {
    uint16_t w = (uint16_t)(key ^ key >> 16);

    for (size_t i = 0; i < size; i++, w++) {
        uint8_t low = (uint8_t)w, high = (uint8_t)(w >> 8), b = permute[(uint8_t)(at[i] + low)];

        b = (uint8_t)(cyclic[(uint8_t)(b + high)] - high);
        at[i] = (uint8_t)(n->reverse[b] - low);
    }
}

static void decode_permute(const Ndb *n, uint8_t *at, size_t size) {
    for (size_t i = 0; i < size; i++)
        at[i] = n->reverse[at[i]];
}

static bool is_internal(uint64_t block) {
    return block & 2;
}

/* What stands behind the bytes of a block says again what it is. */
static void check_trailer(Ndb *n, uint64_t at, uint64_t block, Span bytes) {
    unsigned size = layout(n)->trailer;
    uint64_t all = (bytes.n + size + BLOCK_UNIT - 1) / BLOCK_UNIT * BLOCK_UNIT;
    bool ansi = n->kind == NDB_ANSI;
    uint8_t t[16];

    if (n->kind == NDB_LARGE) /* nobody has told of it */
        return;
    if (feed_read_at(n->f, at + all - size, t, size) != (ssize_t)size || little16(t) != bytes.n ||
        (word(n, t + (ansi ? 4 : 8)) ^ block) > 1 ||
        little32(t + (ansi ? 8 : 4)) != checksum(bytes.at, bytes.n))
        n->damaged = true;
}

static int inflate_block(Ndb *n, size_t size, Buf *b) {
    _cleanup_(buf_wipe) Buf packed = *b;
    uLongf got = size;
    uint8_t *at;

    *b = (Buf){0};
    at = buf_extend(b, size);
    if (!at)
        return -ENOMEM;
    if (uncompress(at, &got, packed.at, packed.n) != Z_OK)
        return bad(n);
    b->n = got;
    return 0;
}

/* Where a block is: its number as the tree has it, its place, its size there and unpacked. */
typedef struct BlockPlace {
    uint64_t block, at;
    uint16_t size, unpacked;
} BlockPlace;

static int find_block(Ndb *n, uint64_t block, BlockPlace *ret) {
    size_t w = layout(n)->word;
    const uint8_t *e;
    int r = search(n, &n->blocks, block & ~UINT64_C(1), &e);

    if (r)
        return r < 0 ? r : bad(n);
    *ret = (BlockPlace){.block = word(n, e), .at = word(n, e + w), .size = little16(e + 2 * w)};
    ret->unpacked = n->kind == NDB_LARGE ? little16(e + 2 * w + 2) : ret->size;
    return 0;
}

static int read_block(Ndb *n, uint64_t block, Buf *ret) {
    BlockPlace p;
    uint8_t *at;
    int r = find_block(n, block, &p);

    buf_clear(ret);
    if (r)
        return r;
    if (n->loaded > n->most || p.size == 0)
        return bad(n);
    n->loaded += p.size;
    at = buf_extend(ret, p.size);
    if (!at)
        return -ENOMEM;
    if (feed_read_at(n->f, p.at, at, p.size) != (ssize_t)p.size) {
        buf_clear(ret);
        return n->f->error == -ENOMEM ? -ENOMEM : bad(n);
    }
    check_trailer(n, p.at, p.block, buf_as_span(ret));
    if (p.unpacked && p.unpacked != p.size)
        r = inflate_block(n, p.unpacked, ret);
    if (r == 0 && !is_internal(block) && n->crypt == CRYPT_PERMUTE)
        decode_permute(n, ret->at, ret->n);
    if (r == 0 && !is_internal(block) && n->crypt == CRYPT_CYCLIC)
        decode_cyclic(n, (uint32_t)p.block, ret->at, ret->n);
    return r;
}

/* ---- rows of blocks (2.2.2.8.3.2) ---- */

/* A list: how many entries it has, which fit into it; 0: it is none of that type and level. */
static uint32_t list_count(Ndb *n, const Buf *b, unsigned type, unsigned level, size_t head,
                           size_t width) {
    uint32_t count, room;

    if (b->n < head || b->at[0] != type || b->at[1] != level) {
        n->damaged = true;
        return 0;
    }
    count = little16(b->at + 2);
    room = (uint32_t)((b->n - head) / width);
    if (count > room) {
        n->damaged = true;
        return room;
    }
    return count;
}

int ndb_data_open(Ndb *n, uint64_t block, NdbData *ret) {
    int r = 0;

    *ret = (NdbData){.n = n, .block = block};
    if (!block || !is_internal(block))
        return 0;
    r = read_block(n, block, &ret->top);
    if (r)
        return r;
    if (ret->top.n < 8 || ret->top.at[0] != LIST_BLOCKS || ret->top.at[1] < 1 || ret->top.at[1] > 2)
        return bad(n);
    ret->level = ret->top.at[1];
    ret->size = little32(ret->top.at + 4);
    return 0;
}

void ndb_data_done(NdbData *d) {
    buf_wipe(&d->top);
    buf_wipe(&d->list);
}

/* The number of the i-th block in a list; 0: there are not so many. */
static uint64_t listed_block(NdbData *d, const Buf *list, unsigned level, uint32_t i) {
    size_t w = layout(d->n)->word;
    uint32_t count = list_count(d->n, list, LIST_BLOCKS, level, 8, w);

    return i < count ? word(d->n, list->at + 8 + (size_t)i * w) : 0;
}

/* Of a list of lists: the i-th block of all. All lists but the last are as long as the first. */
static int block_in_lists(NdbData *d, uint32_t i, uint64_t *ret) {
    uint32_t which = d->each ? i / d->each : 0;
    uint64_t list;
    int r = 0;

    *ret = 0;
    if (d->listed != which + 1) {
        list = listed_block(d, &d->top, 2, which);
        if (!list)
            return 0;
        d->listed = 0;
        r = is_internal(list) ? read_block(d->n, list, &d->list) : bad(d->n);
        if (r)
            return r;
        d->listed = which + 1;
    }
    if (!d->each)
        d->each = list_count(d->n, &d->list, LIST_BLOCKS, 1, 8, layout(d->n)->word);
    if (!d->each)
        return bad(d->n);
    *ret = listed_block(d, &d->list, 1, i - which * d->each);
    return 0;
}

int ndb_data_block(NdbData *d, uint32_t i, Buf *ret) {
    uint64_t block = 0;
    int r = 0;

    buf_clear(ret);
    if (d->level == 0)
        block = i == 0 ? d->block : 0;
    else if (d->level == 1)
        block = listed_block(d, &d->top, 1, i);
    else
        r = block_in_lists(d, i, &block);
    if (r || !block)
        return r;
    return is_internal(block) ? bad(d->n) : read_block(d->n, block, ret);
}

static ssize_t stream_read(Feed *f, uint8_t *at, size_t n) {
    NdbStream *s = f->of;

    if (s->given == s->block.n) {
        int r = ndb_data_block(&s->data, s->next, &s->block);

        s->given = 0;
        if (r)
            return r < 0 ? r : -EBADMSG;
        s->next++;
    }
    if (n > s->block.n - s->given)
        n = s->block.n - s->given;
    if (n)
        memcpy(at, s->block.at + s->given, n);
    s->given += n;
    return (ssize_t)n;
}

int ndb_stream_open(Ndb *n, uint64_t block, NdbStream *ret) {
    static const FeedKind kind = {.read = stream_read};
    int r;

    *ret = (NdbStream){0};
    r = ndb_data_open(n, block, &ret->data);
    if (r == 0 && ret->data.level == 0) {
        r = ndb_data_block(&ret->data, ret->next++, &ret->block);
        ret->data.size = ret->block.n;
    }
    ret->feed = feed_of(&kind, ret, ret->data.size);
    return r;
}

void ndb_stream_done(NdbStream *s) {
    feed_done(&s->feed);
    ndb_data_done(&s->data);
    buf_wipe(&s->block);
}

/* ---- subnodes (2.2.2.8.3.3) ---- */

/* A block of a list of subnodes, from the two that are kept: one a level. */
static int read_list(Ndb *n, uint64_t block, unsigned slot, const Buf **ret) {
    int r = 0;

    if (n->listed[slot] != block || !block) {
        n->listed[slot] = 0;
        r = is_internal(block) ? read_block(n, block, &n->lists[slot]) : bad(n);
    }
    if (r)
        return r;
    n->listed[slot] = block;
    *ret = &n->lists[slot];
    return 0;
}

/* In a leaf: as leaf_from(). */
static int subnode_in(Ndb *n, const Buf *list, uint32_t id, NdbNode *ret) {
    size_t w = layout(n)->word, width = 3 * w;
    uint32_t count = list_count(n, list, LIST_SUBNODES, 0, w == 8 ? 8 : 4, width);
    const uint8_t *best = NULL, *e = list->at + (w == 8 ? 8 : 4);

    for (uint32_t i = 0; i < count; i++, e += width) {
        if (little32(e) >= id && (!best || little32(e) < little32(best)))
            best = e;
    }
    if (!best)
        return NDB_E_BAD;
    *ret = (NdbNode){
        .id = little32(best), .data = word(n, best + w), .subnodes = word(n, best + 2 * w)};
    return 0;
}

/* In a branch: the list that `id` is in; *next: the number from which on it is in another. */
static uint64_t list_for(Ndb *n, const Buf *list, uint32_t id, uint64_t *next) {
    size_t w = layout(n)->word, width = 2 * w;
    uint32_t count = list_count(n, list, LIST_SUBNODES, 1, w == 8 ? 8 : 4, width);
    const uint8_t *e = list->at + (w == 8 ? 8 : 4);
    uint64_t best = count ? word(n, e + w) : 0;

    *next = UINT64_MAX;
    for (uint32_t i = 1; i < count; i++) {
        e += width;
        if (little32(e) <= id)
            best = word(n, e + w);
        else if (little32(e) < *next)
            *next = little32(e);
    }
    return best;
}

/* In the list below the one at the top: *next as above. */
static int subnode_below(Ndb *n, const Buf *top, uint32_t id, uint64_t *next, NdbNode *ret) {
    uint64_t below = list_for(n, top, id, next);
    const Buf *list;
    int r = below ? read_list(n, below, 1, &list) : NDB_E_BAD;

    return r ? r : subnode_in(n, list, id, ret);
}

int ndb_subnode_next(Ndb *n, uint64_t subnodes, uint32_t id, NdbNode *ret) {
    const Buf *top;
    int r = subnodes ? read_list(n, subnodes, 0, &top) : NDB_E_BAD;

    if (r)
        return r;
    if (top->n < 2 || top->at[1] == 0)
        return subnode_in(n, top, id, ret);
    for (;;) {
        uint64_t next;

        r = subnode_below(n, top, id, &next, ret);
        if (r != NDB_E_BAD || next == UINT64_MAX || next <= id)
            return r;
        id = (uint32_t)next;
    }
}

int ndb_subnode(Ndb *n, uint64_t subnodes, uint32_t id, NdbNode *ret) {
    NdbNode node = {0};
    uint64_t next;
    const Buf *top;
    int r = subnodes ? read_list(n, subnodes, 0, &top) : NDB_E_BAD;

    if (r == 0)
        r = top->n > 1 && top->at[1] ? subnode_below(n, top, id, &next, &node)
                                     : subnode_in(n, top, id, &node);
    if (r == 0 && node.id != id)
        r = NDB_E_BAD;
    if (r == 0)
        *ret = node;
    return r;
}

/* ---- what no block has (2.2.2.7.2) ---- */

static bool read_map(Ndb *n, uint64_t at) {
    unsigned type = layout(n)->type;
    NdbPage *p = &n->map;

    if (p->at != at) {
        p->at = 0;
        if (feed_read_at(n->f, at, p->bytes, layout(n)->page) != (ssize_t)layout(n)->page)
            return false;
        if (p->bytes[type] != PAGE_MAP || p->bytes[type + 1] != PAGE_MAP)
            return false;
    }
    p->at = at;
    return true;
}

/* From that bit of the map on, as far as all are set, or none is. ANSI has a gap before them. */
static unsigned skip_bits(const Ndb *n, unsigned bit, bool set) {
    const uint8_t *bits = n->map.bytes + (n->kind == NDB_ANSI ? 4 : 0);

    while (bit < MAP_BITS && !(bits[bit / 8] & 0x80 >> bit % 8) != set)
        bit++;
    return bit;
}

int ndb_next_free(Ndb *n, uint64_t *from, uint64_t *ret_size) {
    uint64_t map = MAP_FIRST, end = n->f->size;

    if (*from > MAP_FIRST)
        map += (*from - MAP_FIRST) / MAP_SPAN * MAP_SPAN;
    for (; n->mapped && end != FEED_SIZE_UNKNOWN && map < end; map += MAP_SPAN) {
        uint64_t past = *from > map ? *from - map : 0; /* may end within a unit, as the file */
        unsigned bit = (unsigned)((past + BLOCK_UNIT - 1) / BLOCK_UNIT), next;

        if (!read_map(n, map))
            continue;
        bit = skip_bits(n, bit, true);
        next = skip_bits(n, bit, false);
        *from = map + (uint64_t)bit * BLOCK_UNIT;
        if (bit == next || *from >= end)
            continue;
        *ret_size = (uint64_t)(next - bit) * BLOCK_UNIT;
        if (*ret_size > end - *from)
            *ret_size = end - *from;
        return 0;
    }
    return NDB_E_BAD;
}

void ndb_decode_free(const Ndb *n, uint8_t *bytes, size_t size) {
    static const uint8_t zeros[BLOCK_UNIT];

    for (size_t at = 0, step; n->crypt == CRYPT_PERMUTE && at < size; at += step) {
        step = size - at < BLOCK_UNIT ? size - at : BLOCK_UNIT;
        if (memcmp(bytes + at, zeros, step) != 0)
            decode_permute(n, bytes + at, step);
    }
}
