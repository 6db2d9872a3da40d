/* Ltp: see ltp.h. Numbers in comments are clauses of [MS-PST]. */
#include "extract/format/ltp.h"

#include "extract/format/little.h"
#include "extract/format/mapi.h"

enum {
    HEAP_SIGNATURE = 0xEC,
    TREE_SIGNATURE = 0xB5,
    CLIENT_BAG = 0xBC,
    CLIENT_TABLE = 0x7C,
    TREE_LEVELS = 8,
    TREE_PAGES = 4096,
    RECORD = 8, /* of a property: number, type, value */
    RECORDS_MAX = 1 << 16,
    TABLE_HEAD = 22,
    COLUMN = 8,
};

static int bad(Ndb *n) {
    n->damaged = true;
    return NDB_E_BAD;
}

/* ---- heaps (2.3.1) ---- */

static int heap_block(Heap *h, uint32_t index) {
    int r = 0;

    if (h->index == index)
        return 0;
    h->index = UINT32_MAX;
    r = ndb_data_block(&h->data, index, &h->block);
    if (r)
        return r;
    if (h->block.n < 4)
        return bad(h->n);
    h->index = index;
    return 0;
}

static int heap_open(Ndb *n, uint64_t block, Heap *ret) {
    int r;

    *ret = (Heap){.n = n, .index = UINT32_MAX};
    if (!block)
        return NDB_E_BAD;
    r = ndb_data_open(n, block, &ret->data);
    if (r == 0)
        r = heap_block(ret, 0);
    if (r)
        return r;
    if (ret->block.n < 12 || ret->block.at[2] != HEAP_SIGNATURE)
        return NDB_E_BAD;
    ret->client = ret->block.at[3];
    ret->root = little32(ret->block.at + 4);
    return 0;
}

static void heap_done(Heap *h) {
    ndb_data_done(&h->data);
    buf_wipe(&h->block);
}

/*
 * A piece by its number: five bits that are zero, which one, in which block. Borrowed until the
 * next call. No number, no bytes.
 */
static int heap_piece(Heap *h, uint32_t number, Span *ret) {
    unsigned shift = h->n->kind == NDB_LARGE ? 19 : 16;
    size_t which = number >> 5 & ((1u << (shift - 5)) - 1), map, count, from, to;
    int r;

    *ret = span(NULL, 0);
    if (!number)
        return 0;
    r = heap_block(h, number >> shift);
    if (r)
        return r;
    map = little16(h->block.at);
    if (map + 4 > h->block.n)
        return bad(h->n);
    count = little16(h->block.at + map);
    if (!which || which > count || map + 4 + 2 * (which + 1) > h->block.n)
        return bad(h->n);
    from = little16(h->block.at + map + 4 + 2 * (which - 1));
    to = little16(h->block.at + map + 4 + 2 * which);
    if (from > to || to > h->block.n)
        return bad(h->n);
    *ret = span(h->block.at + from, to - from);
    return 0;
}

static bool is_piece(uint32_t number) {
    return ndb_type(number) == NDB_HEAP;
}

/* ---- trees in heaps (2.3.2) ---- */

typedef struct Tree {
    Heap *heap;
    unsigned key, entry; /* bytes */
    unsigned pages;      /* looked at */
    Buf *records;
} Tree;

/* The leaves beneath a piece: all their records, one behind the other. */
static int tree_gather(Tree *t, uint32_t number, unsigned level) {
    unsigned width = t->key + (level ? 4 : t->entry);
    _cleanup_(buf_wipe) Buf page = {0};
    Span s;
    int r = heap_piece(t->heap, number, &s);

    if (r || !s.n)
        return r;
    if (t->pages++ == TREE_PAGES || t->records->n > (size_t)RECORDS_MAX * RECORD)
        return bad(t->heap->n);
    if (level == 0) {
        buf_add(t->records, s.at, s.n - s.n % width);
        return buf_error(t->records);
    }
    buf_span(&page, s);
    r = buf_error(&page);
    for (size_t at = 0; r == 0 && at + width <= page.n; at += width)
        r = tree_gather(t, little32(page.at + at + t->key), level - 1);
    return r;
}

/* As far as it can be followed. */
static int tree_read(Heap *h, uint32_t number, unsigned key, unsigned entry, Buf *ret) {
    Tree t = {.heap = h, .key = key, .entry = entry, .records = ret};
    unsigned levels;
    uint32_t root;
    Span s;
    int r = heap_piece(h, number, &s);

    if (r)
        return r;
    if (s.n < 8 || s.at[0] != TREE_SIGNATURE || s.at[1] != key || s.at[2] != entry ||
        s.at[3] > TREE_LEVELS)
        return bad(h->n);
    levels = s.at[3];
    root = little32(s.at + 4);
    r = tree_gather(&t, root, levels);
    return r == NDB_E_BAD ? 0 : r; /* noted as damage */
}

/* ---- lists of properties (2.3.3) ---- */

int bag_open(Ndb *n, const NdbNode *node, Bag *ret) {
    int r;

    *ret = (Bag){.subnodes = node->subnodes};
    r = heap_open(n, node->data, &ret->heap);
    if (r == 0 && ret->heap.client != CLIENT_BAG)
        r = NDB_E_BAD;
    if (r == 0)
        r = tree_read(&ret->heap, ret->heap.root, 2, RECORD - 2, &ret->records);
    ret->n = ret->records.n / RECORD;
    return r;
}

void bag_done(Bag *b) {
    heap_done(&b->heap);
    buf_wipe(&b->records);
}

Prop bag_at(const Bag *b, size_t i) {
    const uint8_t *at = b->records.at + i * RECORD;

    return (Prop){.id = little16(at), .type = little16(at + 2), .value = little32(at + 4)};
}

bool bag_find(const Bag *b, unsigned id, Prop *ret) {
    for (size_t i = 0; i < b->n; i++) {
        *ret = bag_at(b, i);
        if (ret->id == id)
            return true;
    }
    return false;
}

/* ---- values ---- */

int prop_open(Heap *h, uint64_t subnodes, const Prop *p, PropValue *ret) {
    NdbNode node;
    Span s;
    int r;

    *ret = (PropValue){.large = !is_piece(p->value)};
    if (!ret->large) {
        r = heap_piece(h, p->value, &s);
        if (r == 0)
            buf_span(&ret->small, s);
        if (r == 0)
            r = buf_error(&ret->small);
        ret->memory = feed_of_span(buf_as_span(&ret->small));
        ret->feed = &ret->memory;
        return r;
    }
    r = ndb_subnode(h->n, subnodes, p->value, &node);
    if (r)
        return r < 0 ? r : bad(h->n);
    ret->feed = &ret->stream.feed;
    return ndb_stream_open(h->n, node.data, &ret->stream);
}

void prop_done(PropValue *v) {
    if (v->large)
        ndb_stream_done(&v->stream);
    feed_done(&v->memory);
    buf_wipe(&v->small);
}

int prop_number(Heap *h, const Prop *p, uint64_t *ret) {
    Span s;
    int r;

    if (p->inside) {
        *ret = little64(p->large);
        return 0;
    }
    if (p->type != PT_TIME && p->type != PT_I8 && p->type != PT_DOUBLE) {
        *ret = p->value;
        return 0;
    }
    r = heap_piece(h, p->value, &s);
    if (r)
        return r;
    if (s.n < 8)
        return bad(h->n);
    *ret = little64(s.at);
    return 0;
}

/* 2.3.3.5: its node, its size. */
int prop_object(Heap *h, uint64_t subnodes, const Prop *p, NdbNode *ret) {
    Span s;
    int r = is_piece(p->value) ? heap_piece(h, p->value, &s) : bad(h->n);

    if (r)
        return r;
    if (s.n < 8)
        return bad(h->n);
    r = ndb_subnode(h->n, subnodes, little32(s.at), ret);
    return r == NDB_E_BAD ? bad(h->n) : r;
}

/* ---- tables (2.3.4) ---- */

static int read_columns(Grid *t) {
    uint32_t rows;
    Span s;
    int r = heap_piece(&t->heap, t->heap.root, &s);

    if (r)
        return r;
    if (s.n < TABLE_HEAD || s.at[0] != CLIENT_TABLE)
        return bad(t->heap.n);
    t->n_columns = s.at[1];
    t->bits = little16(s.at + 6);
    t->width = little16(s.at + 8);
    rows = little32(s.at + 14);
    if (s.n < TABLE_HEAD + t->n_columns * COLUMN || !t->width || t->bits > t->width)
        return bad(t->heap.n);
    buf_add(&t->columns, s.at + TABLE_HEAD, t->n_columns * COLUMN);
    r = buf_error(&t->columns);
    if (r)
        return r;
    t->apart = !is_piece(rows);
    if (t->apart) {
        NdbNode node;

        r = ndb_subnode(t->heap.n, t->subnodes, rows, &node);
        return r ? (r < 0 ? r : bad(t->heap.n)) : ndb_data_open(t->heap.n, node.data, &t->rows);
    }
    r = heap_piece(&t->heap, rows, &s);
    if (r == 0)
        buf_span(&t->block, s);
    return r ? r : buf_error(&t->block);
}

int grid_open(Ndb *n, const NdbNode *node, Grid *ret) {
    int r;

    *ret = (Grid){.subnodes = node->subnodes};
    r = heap_open(n, node->data, &ret->heap);
    if (r == 0 && ret->heap.client != CLIENT_TABLE)
        r = bad(n);
    if (r == 0)
        r = read_columns(ret);
    ret->at = SIZE_MAX;
    return r;
}

void grid_done(Grid *t) {
    heap_done(&t->heap);
    ndb_data_done(&t->rows);
    buf_wipe(&t->columns);
    buf_wipe(&t->block);
}

/* Rows do not go over the end of a block. */
int grid_next(Grid *t) {
    t->at = t->at == SIZE_MAX ? 0 : t->at + t->width;
    while (t->at + t->width > t->block.n) {
        int r = t->apart ? ndb_data_block(&t->rows, t->next, &t->block) : NDB_E_BAD;

        if (r)
            return r;
        if (!t->block.n)
            return NDB_E_BAD;
        t->next++;
        t->at = 0;
    }
    return 0;
}

/* 2.3.4.2: type, number, place in the row, width there, bit that says whether it is there. */
bool grid_cell(const Grid *t, size_t column, Prop *ret) {
    const uint8_t *c = t->columns.at + column * COLUMN, *row = t->block.at + t->at;
    unsigned at = little16(c + 4), width = c[6], bit = c[7];

    *ret = (Prop){.type = little16(c), .id = little16(c + 2)};
    if (t->bits + bit / 8 >= t->width || at + width > t->bits)
        return false;
    if (!(row[t->bits + bit / 8] & 0x80 >> bit % 8))
        return false;
    ret->inside = width == 8;
    if (width == 8)
        memcpy(ret->large, row + at, 8);
    else if (width == 4)
        ret->value = little32(row + at);
    else
        ret->value = width == 2 ? little16(row + at) : width == 1 ? row[at] : 0;
    return true;
}
