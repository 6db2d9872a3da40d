/*
 * Table: a few rows in aligned columns.
 *
 * Widths are counted in code points. A cell of a column with a limit is cut to it and ends in
 * "..."; others are shown whole, whatever their width. Cells are text that may be shown as it is:
 * escape it first. Rows are held until they are printed, so a table is for summaries only.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

#define TABLE_COLUMNS_MAX 8

typedef struct TableColumn {
    const char *head;
    bool right;     /* numbers */
    unsigned limit; /* code points; 0: none */
} TableColumn;

typedef struct TableRow TableRow;

typedef struct Table {
    const TableColumn *columns;
    size_t n_columns;
    Arena arena;
    TableRow *first, *last;
    bool failed; /* out of memory: table_print() says so */
} Table;

/* columns are borrowed. */
void table_init(Table *t, const TableColumn *columns, size_t n_columns);
void table_done(Table *t);

/* One text a column; copied. */
void table_row(Table *t, const char *const *cells);

/* Head (bold if colour) and rows, each after `indent` spaces; 0 or -ENOMEM. */
int table_print(const Table *t, unsigned indent, bool colour, Buf *b);
