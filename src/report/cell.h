/*
 * Cell: one value of a table for machines, before it is known how it is written: as a field of CSV
 * or a cell of a spreadsheet. Text is harmless on a terminal; it borrows from whoever made the
 * cell.
 */
#pragma once

#include "base/span.h"

typedef enum CellKind {
    CELL_NONE,
    CELL_TEXT,
    CELL_NUMBER,
    CELL_REAL,
    CELL_TIME, /* ns since 1970 */
} CellKind;

typedef struct Cell {
    CellKind kind;
    union {
        Span text;
        uint64_t number;
        double real;
        int64_t time;
    };
} Cell;

static inline Cell cell_span(Span text) {
    return (Cell){.kind = CELL_TEXT, .text = text};
}

static inline Cell cell_text(const char *text) {
    return cell_span(span_of(text));
}

static inline Cell cell_number(uint64_t number) {
    return (Cell){.kind = CELL_NUMBER, .number = number};
}

static inline Cell cell_real(double real) {
    return (Cell){.kind = CELL_REAL, .real = real};
}

/* INT64_MIN: unknown, an empty cell. */
static inline Cell cell_time(int64_t ns) {
    return ns == INT64_MIN ? (Cell){0} : (Cell){.kind = CELL_TIME, .time = ns};
}
