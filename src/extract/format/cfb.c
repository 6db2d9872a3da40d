/*
 * Cfb: see cfb.h. Numbers in comments are clauses of [MS-CFB].
 *
 *   header ─▶ DIFAT ─▶ FAT ─▶ directory ─▶ root's chain = mini stream, cut by the mini FAT
 */
#include "extract/format/cfb.h"

#include "base/utf8.h"
#include "extract/format/little.h"

enum {
    HEADER = 512,
    ENTRY = 128,
    DIFAT_IN_HEADER = 109,
    SECTORS_MAX = 16 << 20, /* 8 GiB of 512 bytes each */
    ENTRIES_MAX = 1 << 18,
    MINI_CUTOFF = 4096,
};

#define SECTOR_LAST     0xFFFFFFFAu /* above it: end of chain, free, FAT, DIFAT (2.1) */
#define OWNER_STRUCTURE UINT32_MAX
#define FILETIME_1970   INT64_C(116444736000000000)

/* ---- sectors ---- */

static uint64_t sector_offset(const Cfb *c, uint32_t n) {
    return ((uint64_t)n + 1) * c->sector;
}

/* Takes a sector for a chain; false when another has it, or it is not there. */
static bool claim(uint32_t *owner, uint32_t n_owner, uint32_t sector, uint32_t who) {
    if (sector >= n_owner || owner[sector])
        return false;
    owner[sector] = who;
    return true;
}

/*
 * The chain from `start`, as far as it goes and at most `most` sectors, all of them taken for
 * `who`. A stream that is read again gives back first what it has.
 */
static int walk(const uint32_t *fat, uint32_t *owner, uint32_t n_fat, uint32_t start, uint32_t who,
                uint32_t most, uint32_t **ret, uint32_t *ret_n, bool *ret_whole) {
    uint32_t *chain = NULL, n = 0, cap = 0, at = start;

    while (who != OWNER_STRUCTURE && at < n_fat && owner[at] == who) {
        owner[at] = 0;
        at = fat[at];
    }
    at = start;
    while (at < SECTOR_LAST && n < most && claim(owner, n_fat, at, who)) {
        if (n == cap) {
            uint32_t *more;

            cap = cap ? cap * 2 : 8;
            more = reallocarray(chain, cap, sizeof(*chain));
            if (!more) {
                free(chain);
                return -ENOMEM;
            }
            chain = more;
        }
        chain[n++] = at;
        at = fat[at];
    }
    *ret = chain;
    *ret_n = n;
    *ret_whole = at >= SECTOR_LAST || n == most;
    return 0;
}

/* ---- opening ---- */

static int read_header(Cfb *c, uint8_t *h) {
    static const uint8_t magic[8] = {0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1};
    unsigned shift, mini_shift;

    if (feed_read_at(c->f, 0, h, HEADER) != HEADER || memcmp(h, magic, sizeof(magic)) != 0)
        return CFB_E_BAD;
    shift = little16(h + 30);
    mini_shift = little16(h + 32);
    if (shift < 9 || shift > 16 || mini_shift < 4 || mini_shift > 9)
        return CFB_E_BAD;
    c->sector = 1u << shift;
    c->mini = 1u << mini_shift;
    c->cutoff = little32(h + 56);
    if (c->cutoff != MINI_CUTOFF) { /* 2.2: no other is allowed */
        c->cutoff = MINI_CUTOFF;
        c->damaged = true;
    }
    return 0;
}

/* How many sectors the file can have. */
static int count_sectors(Cfb *c) {
    uint64_t n = c->f->size == FEED_SIZE_UNKNOWN ? SECTORS_MAX : c->f->size / c->sector + 1;

    if (n > SECTORS_MAX)
        return CFB_E_LARGE;
    c->n_fat = (uint32_t)n;
    c->fat = malloc(n * sizeof(*c->fat));
    c->owner = calloc(n, sizeof(*c->owner));
    if (!c->fat || !c->owner)
        return -ENOMEM;
    memset(c->fat, 0xFF, n * sizeof(*c->fat));
    return 0;
}

/* One sector of numbers to a place in a table of them. */
static bool read_numbers(Cfb *c, uint32_t sector, uint8_t *bytes, uint32_t *to, uint32_t room) {
    uint32_t n = c->sector / 4;

    if (feed_read_at(c->f, sector_offset(c, sector), bytes, c->sector) != (ssize_t)c->sector)
        return false;
    for (uint32_t i = 0; i < n && i < room; i++)
        to[i] = little32(bytes + 4 * i);
    return true;
}

/* The sector that holds the `index`-th piece of the FAT. */
static void read_fat_sector(Cfb *c, uint32_t sector, uint32_t *index, uint8_t *bytes) {
    uint64_t at = (uint64_t)*index * (c->sector / 4);

    if (sector >= SECTOR_LAST)
        return;
    (*index)++;
    if (at >= c->n_fat)
        return;
    if (!claim(c->owner, c->n_fat, sector, OWNER_STRUCTURE) ||
        !read_numbers(c, sector, bytes, c->fat + at, c->n_fat - (uint32_t)at))
        c->damaged = true;
}

/* The FAT is where the header and the chain of DIFAT sectors say (2.5). */
static int read_fat(Cfb *c, const uint8_t *h) {
    _cleanup_(free_p) uint8_t *bytes = malloc(2 * (size_t)c->sector);
    uint32_t index = 0, difat = little32(h + 68), last = c->sector / 4 - 1;
    uint8_t *numbers;

    if (!bytes)
        return -ENOMEM;
    numbers = bytes + c->sector;
    for (unsigned i = 0; i < DIFAT_IN_HEADER; i++)
        read_fat_sector(c, little32(h + 76 + 4 * i), &index, bytes);
    while (difat < SECTOR_LAST) {
        if (!claim(c->owner, c->n_fat, difat, OWNER_STRUCTURE) ||
            feed_read_at(c->f, sector_offset(c, difat), numbers, c->sector) != (ssize_t)c->sector) {
            c->damaged = true;
            break;
        }
        for (uint32_t i = 0; i < last; i++)
            read_fat_sector(c, little32(numbers + 4 * i), &index, bytes);
        difat = little32(numbers + 4 * last);
    }
    return 0;
}

static void read_name(const uint8_t *e, char *ret) {
    size_t units = little16(e + 64) / 2, n = 0;

    if (units > 32)
        units = 32;
    for (size_t i = 0; i < units; i++) {
        uint32_t c = little16(e + 2 * i);
        uint8_t bytes[UTF8_MAX];
        size_t k;

        if (!c)
            break;
        k = utf8_encode(c, bytes);
        if (!k)
            k = utf8_encode(UTF8_REPLACEMENT, bytes);
        if (n + k >= CFB_NAME_MAX)
            break;
        memcpy(ret + n, bytes, k);
        n += k;
    }
    ret[n] = 0;
}

int64_t filetime_ns(uint64_t t) {
    if (t < FILETIME_1970 || t - FILETIME_1970 > INT64_MAX / 100)
        return INT64_MIN;
    return (int64_t)(t - FILETIME_1970) * 100;
}

static void read_entry(const Cfb *c, const uint8_t *e, CfbEntry *ret) {
    *ret = (CfbEntry){
        .type = e[66],
        .left = little32(e + 68),
        .right = little32(e + 72),
        .child = little32(e + 76),
        .start = little32(e + 116),
        .size = little32(e + 120),
        .mtime = filetime_ns(little64(e + 108)),
        .parent = CFB_NONE,
        .first = CFB_NONE,
        .next = CFB_NONE,
    };
    if (c->sector > 512) /* version 4; the upper half is not to be trusted in version 3 (2.6.3) */
        ret->size = little64(e + 120);
    read_name(e, ret->name);
}

static int read_directory(Cfb *c, uint32_t start) {
    _cleanup_(free_p) uint32_t *chain = NULL;
    _cleanup_(free_p) uint8_t *bytes = malloc(c->sector);
    uint32_t n, each = c->sector / ENTRY;
    bool whole;
    int r;

    r = bytes ? walk(c->fat, c->owner, c->n_fat, start, OWNER_STRUCTURE, UINT32_MAX, &chain, &n,
                     &whole)
              : -ENOMEM;
    if (r < 0)
        return r;
    c->damaged |= !whole;
    if (n == 0)
        return CFB_E_BAD;
    if (n > ENTRIES_MAX / each)
        return CFB_E_LARGE;
    c->entries = calloc((size_t)n * each, sizeof(*c->entries));
    if (!c->entries)
        return -ENOMEM;
    for (uint32_t i = 0; i < n; i++) {
        ssize_t got = feed_read_at(c->f, sector_offset(c, chain[i]), bytes, c->sector);

        for (uint32_t k = 0; got > 0 && k < (uint32_t)got / ENTRY; k++)
            read_entry(c, bytes + (size_t)k * ENTRY, &c->entries[c->n_entries++]);
        if (got < (ssize_t)c->sector) {
            c->damaged = true;
            break;
        }
    }
    return c->n_entries && c->entries[CFB_ROOT].type == CFB_ROOT_STORAGE ? 0 : CFB_E_BAD;
}

/* ---- the tree ---- */

/* An entry that is reached for the first time goes on the stack, as a child of `parent`. */
static void reach(Cfb *c, uint32_t entry, uint32_t parent, uint32_t *stack, uint32_t *n) {
    CfbEntry *e;

    if (entry == CFB_NONE)
        return;
    if (entry >= c->n_entries || entry == CFB_ROOT || c->entries[entry].parent != CFB_NONE) {
        c->damaged = true;
        return;
    }
    e = &c->entries[entry];
    e->parent = parent;
    stack[(*n)++] = entry;
}

static void link_child(Cfb *c, uint32_t entry) {
    CfbEntry *e = &c->entries[entry];

    e->next = c->entries[e->parent].first;
    c->entries[e->parent].first = entry;
}

/*
 * The siblings of a storage are a binary tree: only its order is kept, not its balance. Each entry
 * is on the stack once. What no storage has is a deleted entry: its bytes may be there still, so it
 * hangs beneath the root.
 */
static int build_tree(Cfb *c) {
    _cleanup_(free_p) uint32_t *stack = calloc(c->n_entries, sizeof(*stack));
    uint32_t n = 0;

    if (!stack)
        return -ENOMEM;
    reach(c, c->entries[CFB_ROOT].child, CFB_ROOT, stack, &n);
    while (n) {
        uint32_t at = stack[--n];
        CfbEntry *e = &c->entries[at];

        reach(c, e->left, e->parent, stack, &n);
        reach(c, e->right, e->parent, stack, &n);
        if (e->type == CFB_STORAGE)
            reach(c, e->child, at, stack, &n);
    }
    for (uint32_t i = c->n_entries; i-- > 1;) {
        CfbEntry *e = &c->entries[i];

        if (e->parent == CFB_NONE && (e->type == CFB_STREAM || e->type == CFB_STORAGE))
            e->parent = CFB_ROOT;
        if (e->parent != CFB_NONE)
            link_child(c, i);
    }
    return 0;
}

/* ---- the mini stream ---- */

static int read_minifat(Cfb *c, uint32_t start) {
    _cleanup_(free_p) uint32_t *chain = NULL;
    _cleanup_(free_p) uint8_t *bytes = malloc(c->sector);
    CfbEntry *root = &c->entries[CFB_ROOT];
    uint32_t n, each = c->sector / 4;
    bool whole;
    int r;

    if (!bytes)
        return -ENOMEM;
    r = walk(c->fat, c->owner, c->n_fat, root->start, OWNER_STRUCTURE, UINT32_MAX, &c->mini_sectors,
             &c->n_mini_sectors, &whole);
    if (r == 0)
        r = walk(c->fat, c->owner, c->n_fat, start, OWNER_STRUCTURE, UINT32_MAX, &chain, &n,
                 &whole);
    if (r < 0)
        return r;
    c->damaged |= !whole;
    c->n_minifat = n * each;
    c->minifat = calloc(c->n_minifat + 1, sizeof(*c->minifat));
    c->mini_owner = calloc(c->n_minifat + 1, sizeof(*c->mini_owner));
    if (!c->minifat || !c->mini_owner)
        return -ENOMEM;
    for (uint32_t i = 0; i < n; i++) {
        if (!read_numbers(c, chain[i], bytes, c->minifat + (size_t)i * each, each))
            c->damaged = true;
    }
    return 0;
}

int cfb_open(Feed *f, Cfb **ret) {
    _cleanup_(cfb_closep) Cfb *c = calloc(1, sizeof(*c));
    uint8_t header[HEADER];
    int r;

    if (!c)
        return -ENOMEM;
    c->f = f;
    r = read_header(c, header);
    if (r == 0)
        r = count_sectors(c);
    if (r == 0)
        r = read_fat(c, header);
    if (r == 0)
        r = read_directory(c, little32(header + 48));
    if (r == 0)
        r = build_tree(c);
    if (r == 0)
        r = read_minifat(c, little32(header + 60));
    if (r == 0)
        *ret = TAKE(c);
    return r;
}

Cfb *cfb_close(Cfb *c) {
    if (!c)
        return NULL;
    free(c->fat);
    free(c->owner);
    free(c->minifat);
    free(c->mini_owner);
    free(c->mini_sectors);
    free(c->entries);
    free(c);
    return NULL;
}

uint32_t cfb_find(const Cfb *c, uint32_t storage, const char *name, CfbType type) {
    for (uint32_t i = c->entries[storage].first; i != CFB_NONE; i = c->entries[i].next) {
        if (c->entries[i].type == type && strcasecmp(c->entries[i].name, name) == 0)
            return i;
    }
    return CFB_NONE;
}

/* ---- streams ---- */

static unsigned unit_of(const CfbStream *s) {
    return s->mini ? s->c->mini : s->c->sector;
}

size_t cfb_stream_locate(const CfbStream *s, uint64_t offset, uint64_t *ret_source) {
    const Cfb *c = s->c;
    unsigned unit = unit_of(s);
    uint64_t left = offset < s->size ? s->size - offset : 0, at;
    uint32_t i = (uint32_t)(offset / unit);
    size_t n = unit - (size_t)(offset % unit);

    if (!left)
        return 0;
    if (s->mini) {
        at = (uint64_t)s->chain[i] * c->mini + offset % unit;
        if (at / c->sector >= c->n_mini_sectors)
            return 0;
        *ret_source = sector_offset(c, c->mini_sectors[at / c->sector]) + at % c->sector;
    } else {
        *ret_source = sector_offset(c, s->chain[i]) + offset % unit;
        while (i + 1 < s->n && s->chain[i + 1] == s->chain[i] + 1 && n < (1 << 20)) {
            n += unit;
            i++;
        }
    }
    return n < left ? n : (size_t)left;
}

static ssize_t stream_read_at(Feed *f, uint64_t offset, uint8_t *at, size_t n) {
    const CfbStream *s = f->of;
    uint64_t source;
    size_t run = cfb_stream_locate(s, offset, &source);

    return run ? feed_read_at(s->c->f, source, at, n < run ? n : run) : 0;
}

int cfb_stream_open(Cfb *c, uint32_t entry, CfbStream *ret) {
    static const FeedKind kind = {.read_at = stream_read_at};
    const CfbEntry *e = &c->entries[entry];
    bool mini = e->size < c->cutoff, whole = true;
    unsigned unit = mini ? c->mini : c->sector;
    uint64_t wanted = e->size / unit + (e->size % unit != 0), have;
    int r = 0;

    *ret = (CfbStream){.c = c, .mini = mini};
    if (wanted)
        r = walk(mini ? c->minifat : c->fat, mini ? c->mini_owner : c->owner,
                 mini ? c->n_minifat : c->n_fat, e->start, entry + 1,
                 wanted < UINT32_MAX ? (uint32_t)wanted : UINT32_MAX, &ret->chain, &ret->n, &whole);
    if (r < 0)
        return r;
    have = (uint64_t)ret->n * unit;
    ret->size = have < e->size ? have : e->size;
    c->damaged |= ret->size < e->size;
    ret->feed = feed_of(&kind, ret, ret->size);
    return 0;
}

void cfb_stream_done(CfbStream *s) {
    feed_done(&s->feed);
    free(s->chain);
    s->chain = NULL;
}

bool cfb_next_free(const Cfb *c, uint32_t *sector, uint64_t *ret_offset, uint64_t *ret_size) {
    uint32_t from = *sector;

    while (from < c->n_fat && c->owner[from])
        from++;
    *ret_offset = sector_offset(c, from);
    for (*sector = from; *sector < c->n_fat && !c->owner[*sector];)
        (*sector)++;
    *ret_size = sector_offset(c, *sector) - *ret_offset;
    return *sector > from;
}
