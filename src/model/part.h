/*
 * Part: a piece of a unit that people name: a page, a sheet, a table; and marks, which say where in
 * it a piece of text stands.
 *
 * Extractors make them, detection counts by them, reports print them. A Part borrows its name.
 */
#pragma once

#include "base/buf.h"

typedef enum PartKind {
    PART_BYTES,   /* the unit's own bytes, in order; lines are counted by whoever reads them */
    PART_TEXT,    /* text made from them (HTML, RTF): Mark.row is the line it came from */
    PART_PAGE,    /* "page2" */
    PART_SECTION, /* "header", "comments", "docProps/core.xml": any other named piece of text */
    PART_SHEET,   /* columns are letters: Payroll:C14 */
    PART_TABLE,   /* columns have names: public.customers.ssn:8; the name may be empty */
    N_PART_KINDS,
} PartKind;

enum {
    PART_NAME_MAX = 1024,    /* bytes of a part's or column's name; longer ones are cut */
    PART_COLUMNS_MAX = 4096, /* of one part; those beyond fold into column 0 */
};

#define MARK_NOWHERE UINT64_MAX

/* From text offset `at` on, up to the next mark. */
typedef struct Mark {
    uint32_t at;
    uint32_t column; /* from 1; 0: none */
    uint64_t row;    /* from 1; 0: none */
    uint64_t
        source; /* in the unit's bytes, going on byte by byte; MARK_NOWHERE: not there as such */
} Mark;

const char *part_kind_name(PartKind k);
int part_kind_parse(Span word, PartKind *ret); /* -EINVAL */

/* Positions in it are rows, so that a place reads C14 or ssn:8, not L12:@345. */
bool part_has_rows(PartKind kind);

/*
 * The part and column as a locator names them, raw: "page2", "Payroll:C", "public.customers.ssn",
 * "ssn"; column 0: the part alone. Then the same with a row: "Payroll:C14", "ssn:8".
 */
void part_print(Buf *b, PartKind kind, Span part, uint32_t column, Span column_name);
void part_print_row(Buf *b, PartKind kind, Span part, uint64_t row);
