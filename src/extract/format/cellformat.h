/*
 * Cellformat: numbers of spreadsheet cells as people see them, as far as it matters for finding.
 *
 * A cell holds a double; whether that is an amount, a day or an identity number with leading zeros,
 * its number format says (ECMA-376-1, 18.8.30). Days and times are printed as ISO 8601, numbers
 * that a mask of digits divides as the mask says, all others as plain digits: never 1.2E+10, no
 * separators of thousands. Pure; formats and numbers are hostile.
 */
#pragma once

#include "base/buf.h"

enum { CELL_MASK_MAX = 64 }; /* bytes of a mask; a longer one is none */

typedef enum CellKind {
    CELL_PLAIN,
    CELL_DATE, /* or a time, or both */
    CELL_MASK, /* 000-00-0000 */
} CellKind;

typedef struct CellFormat {
    CellKind kind;
    bool day, clock;          /* a date shows one or both */
    char mask[CELL_MASK_MAX]; /* 0 and # for digits; everything else as it stands */
    /* a first section with a condition, as in [<=9999999]###-####;(###) ###-#### */
    char below_mask[CELL_MASK_MAX];
    double below; /* it is for numbers up to that */
} CellFormat;

/* From a format code as it is written in the file, or, without one, from the number of a built-in
 * one. */
CellFormat cell_format_parse(Span code);
CellFormat cell_format_builtin(unsigned id);

/* Appends the number. date1904: days count from 1904-01-01, else from 1899-12-30. */
void cell_print(const CellFormat *f, double v, bool date1904, Buf *to);

/* Appends what a number's text in the file says, printed so; text that is no number as it is. */
void cell_print_text(const CellFormat *f, Span text, bool date1904, Buf *to);
