/*
 * Ltp: what is in the nodes of an Outlook data file: lists of properties, and tables ([MS-PST]
 * 2.3).
 *
 *     node ─▶ heap: small pieces, by number ─▶ tree of keys ─▶ Bag: the properties of one thing
 *                                           ─▶ Grid: rows of properties, one a recipient
 *     a value that is too large for the heap is a subnode of its own
 *
 * A Bag or Grid borrows the Ndb. What it cannot follow it leaves out, and notes as damage there.
 */
#pragma once

#include "extract/format/ndb.h"

/* The pieces that a node's blocks are cut into (2.3.1). */
typedef struct Heap {
    Ndb *n;
    NdbData data;
    Buf block;      /* the one at hand */
    uint32_t index; /* which; UINT32_MAX: none */
    uint8_t client; /* what it is for */
    uint32_t root;
} Heap;

/* One property: of a list, or of a row. */
typedef struct Prop {
    unsigned id, type;
    uint32_t value;   /* itself, where it has up to four bytes, or where it is */
    uint8_t large[8]; /* of a row: itself, where it has eight */
    bool inside;      /* that is so */
} Prop;

typedef struct Bag {
    Heap heap;
    uint64_t subnodes;
    Buf records;
    size_t n;
} Bag;

/* 0, -ENOMEM, or NDB_E_BAD: it has none. To be closed in any case. */
int bag_open(Ndb *n, const NdbNode *node, Bag *ret);
void bag_done(Bag *b);
Prop bag_at(const Bag *b, size_t i);
bool bag_find(const Bag *b, unsigned id, Prop *ret);

/* The value of a property: a feed, in order, which does not move; and how large it is. */
typedef struct PropValue {
    Buf small;
    NdbStream stream;
    Feed *feed;
    Feed memory;
    bool large;
} PropValue;

/* Of the types that have no fixed width. 0, -ENOMEM, or NDB_E_BAD. To be closed in any case. */
int prop_open(Heap *h, uint64_t subnodes, const Prop *p, PropValue *ret);
void prop_done(PropValue *v);

/* Of those that have one, up to eight bytes. */
int prop_number(Heap *h, const Prop *p, uint64_t *ret);

/* Of an object: its subnode. */
int prop_object(Heap *h, uint64_t subnodes, const Prop *p, NdbNode *ret);

typedef struct Grid {
    Heap heap;
    uint64_t subnodes;
    Buf columns; /* their descriptions */
    size_t n_columns;
    unsigned bits, width; /* of a row: where the bits begin that say what is there; all of it */
    NdbData rows;
    bool apart; /* the rows are in `rows`, else in `block` */
    Buf block;  /* the one at hand */
    uint32_t next;
    size_t at; /* of the row at hand */
} Grid;

int grid_open(Ndb *n, const NdbNode *node, Grid *ret);
void grid_done(Grid *t);

/* The next row: 0; NDB_E_BAD: there is none; -ENOMEM. */
int grid_next(Grid *t);

/* The cell in a column of the row at hand, if there is one. */
bool grid_cell(const Grid *t, size_t column, Prop *ret);
