/*
 * Part: a piece of a unit that people name: a page, a sheet, a table; and marks, which say where in
 * it a piece of text stands.
 *
 * Extractors make them, detection counts by them, reports print them. A Part borrows its name.
 */
#pragma once

#include "base/span.h"

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
