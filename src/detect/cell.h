/*
 * Cell: the values in columns whose names some detector knows.
 *
 * A cell is what stands under marks of one row and column, without blanks, quotes, separators and
 * brackets around it: text comes out as it lies, and what separates cells stands under the mark of
 * the one before. Text and marks are hostile; a cell longer than CELL_BYTES is none.
 */
#pragma once

#include "detect/column.h"
#include "detect/matcher.h"

enum { CELL_BYTES = 512 };

typedef struct Cell {
    size_t start, end; /* in the window's text */
    const ColumnHint *hint;
} Cell;

/*
 * The next cell that starts in [lo, hi) and whose column some detector has cells of; *cursor is a
 * number of marks, 0 to begin with. False: no more.
 */
bool cell_next(const Window *w, size_t lo, size_t hi, size_t *cursor, Cell *ret);
