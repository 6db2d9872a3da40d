/*
 * ColumnSet: the columns of the part at hand: what their names say, and what their values do.
 *
 * The first COLUMNSET_PROBE rows of a part are examined down to low confidence. A column where
 * nearly every value is what a detector with a checksum looks for, and passes it, is then as good
 * as one that is named for it: its later values get the same evidence, and those of the first ones
 * count that were below the floor. One where few of many pass holds something else: they are
 * chance, and are dropped when the unit is settled. The rows looked at are rows of the part, so no
 * cut into windows can change the answer.
 *
 * One thread; names are hostile.
 */
#pragma once

#include "scan/harvest.h"

enum { COLUMNSET_PROBE = 512 };

typedef struct ColumnSet {
    PartKind kind;
    Buf part;
    ColumnHint *hints; /* by column from 1 */
    uint32_t *places;  /* by column from 0 */
    size_t n, cap;     /* columns: the highest that was met */
    bool begun;
    bool probing;
    uint64_t rows, row; /* met while probing; the last one's number */
} ColumnSet;

void columnset_done(ColumnSet *c);

/* Forgets the part: what comes next is another unit. */
void columnset_clear(ColumnSet *c);

/* Is it the part that is at hand already? */
bool columnset_is(const ColumnSet *c, PartKind kind, Span part);

/* Another part of the same unit. 0 or -ENOMEM, as all of these. */
int columnset_begin(ColumnSet *c, Harvest *h, PartKind kind, Span part);

/* Columns up to n exist; those without a name are known by their number. */
int columnset_reach(ColumnSet *c, Harvest *h, size_t n);

/* Column `number`, from 1 to PART_COLUMNS_MAX, has this name. */
int columnset_name(ColumnSet *c, Harvest *h, uint32_t number, Span name);

/* A value of that row follows. True: it is the first one behind the probe. */
bool columnset_row(ColumnSet *c, uint64_t row);

/* The probe is over, or the part: what its values say of its columns. */
int columnset_learn(ColumnSet *c, Harvest *h);
