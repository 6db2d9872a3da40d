/*
 * Cells: what binary formats of nested records have instead of text, as cells of one table.
 *
 * A reader says which row is at hand, finds the column of a value by the hash of its path ("user",
 * "ssn"), names it when it is new, and gives the value; here it becomes text. Cells of a row have a
 * tab between them, rows a newline. Dates of columns that are about their record are watched.
 *
 * One thread. Values and names are hostile; of columns there are PART_COLUMNS_MAX.
 */
#pragma once

#include "extract/extract.h"
#include "extract/text/dates.h"
#include "extract/text/index.h"

/* All zero, but for `x`, is a fresh one. */
typedef struct Cells {
    Extraction *x;
    Span table;       /* its name, if it has one; borrowed */
    uint64_t row;     /* at hand, from 1 */
    uint64_t written; /* the last one with a cell in it; 0: none since the part began */
    bool apart;       /* what keeps the next cell apart was written */
    Index columns;    /* by hash of the path */
    Dates dates;
} Cells;

void cells_done(Cells *c);

/* The table begins, or goes on behind something else. */
int cells_part(Cells *c);

/* Behind the last row. */
int cells_end(Cells *c);

/* The column of a path, or 0. */
uint32_t cells_find(const Cells *c, uint64_t hash);

/* Names one that is new; *ret 0: there are too many. */
int cells_name(Cells *c, uint64_t hash, Span path, uint32_t *ret);

/* Text that is in no cell. That may be of any encoding: bytes of no UTF-8 are each the character
 * of their number. */
int cells_plain(const Cells *c, Span text);

/* Values; text as above. `source`: where it stands in the unit's bytes as such; MARK_NOWHERE. */
int cells_text(Cells *c, uint32_t column, Span text, uint64_t source);
int cells_integer(Cells *c, uint32_t column, int64_t v);
int cells_double(Cells *c, uint32_t column, double v);
int cells_hex(Cells *c, uint32_t column, Span bytes);

/* Milliseconds since 1970, as ISO 8601. */
int cells_time(Cells *c, uint32_t column, int64_t ms);

/*
 * Bytes: text when they look so and have no reader of their own; else a unit inside, named
 * PATH.ROW, unless they are few.
 */
int cells_binary(Cells *c, uint32_t column, Span path, Span bytes, uint64_t source);
