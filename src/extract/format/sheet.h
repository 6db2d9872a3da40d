/*
 * Sheet: rows of cells on their way out, of any spreadsheet: tabs between cells, a line feed behind
 * each row, and names for columns.
 *
 * Which row names the columns: of the first SHEET_LOOK rows that are not empty, the first that has
 * at least half as many cells as the widest of them, and more of whose cells are words than not. A
 * word has letters, more than digits, no '@', and at most 64 bytes. The row comes out as every
 * other does. Until that is settled, rows are held back.
 *
 * Cells come in order of rows, and of columns within a row. One thread; borrows the Extraction.
 */
#pragma once

#include "extract/extract.h"

enum {
    SHEET_LOOK = 16,              /* rows */
    SHEET_LOOK_CELLS = 4096,      /* ... or as many cells */
    SHEET_LOOK_BYTES = 256 << 10, /* ... or bytes */
};

typedef struct SheetCell {
    uint64_t row;
    uint32_t column;
    uint32_t at, n; /* in `held` */
} SheetCell;

typedef struct Sheet {
    Extraction *x;
    uint64_t row; /* of the last cell that came out; 0: none yet */
    uint64_t look_row;
    unsigned rows; /* held */
    bool settled;  /* columns are named, or have no names */
    SheetCell *cells;
    size_t n_cells;
    Buf held;
} Sheet;

/* The part begins. */
int sheet_begin(Sheet *s, Extraction *x, PartKind kind, Span name);
/* A cell that is not empty. */
int sheet_cell(Sheet *s, uint64_t row, uint32_t column, Span text);
int sheet_end(Sheet *s);
void sheet_done(Sheet *s);

/* "BC23" to column 55, row 23; 0 for what is not there. */
void sheet_reference(const char *text, uint32_t *ret_column, uint64_t *ret_row);

/* Formulas mostly name cells; those that carry text or a number of some length are worth a look. */
bool sheet_formula_carries(Span formula);
