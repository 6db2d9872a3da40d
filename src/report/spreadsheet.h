/*
 * Spreadsheet: sheets of a spreadsheet file (XLSX, ECMA-376), written a row at a time.
 *
 * A sheet has a head of column names, which stays in sight and has a filter. It ends before the
 * 1,048,576 rows that the format allows and goes on in another, "Findings (2)": nothing is left
 * out. Text is text whatever it begins with: no cell is ever a formula. Rows are not held in memory
 * but in files without a name in $TMPDIR or /tmp.
 *
 *     spreadsheet_new, then for each sheet: spreadsheet_sheet, then for each row: a cell a column,
 *     spreadsheet_row; in the end spreadsheet_write
 *
 * Failures are kept: cells are put freely, and spreadsheet_row() or spreadsheet_write() say what
 * went wrong. One thread.
 */
#pragma once

#include "base/error.h"
#include "report/outlet.h"

#define SPREADSHEET_COLUMNS_MAX 64
#define SPREADSHEET_TEXT_MAX    32767 /* UTF-16 units of a cell, as Excel has them */

typedef struct Spreadsheet Spreadsheet;

typedef struct SpreadsheetColumn {
    const char *head;
    unsigned width; /* in characters */
} SpreadsheetColumn;

/* How a cell of text looks. */
typedef enum SpreadsheetLook {
    SPREADSHEET_PLAIN,
    SPREADSHEET_BOLD,
    SPREADSHEET_LOUD, /* bold and red: what must not be overlooked */
    SPREADSHEET_WRAP, /* as many lines as it takes */
    N_SPREADSHEET_LOOKS,
} SpreadsheetLook;

/*
 * title: of the document; made: ns since 1970, its date. rows_max: of a sheet, with its head; 0:
 * what the format allows. -ENOTSUP with a sentence where Terrier was built without libxlsxwriter.
 */
int spreadsheet_new(const char *title, int64_t made, uint32_t rows_max, Error *reterr,
                    Spreadsheet **ret);
Spreadsheet *spreadsheet_free(Spreadsheet *w);
DEFINE_CLEANUP(Spreadsheet, spreadsheet_free)

/*
 * Begins a sheet; name has at most 24 characters, none of []:*?/\. Name and columns are borrowed
 * until the next sheet, or spreadsheet_sheet_end(). 0 or a negative code.
 */
int spreadsheet_sheet(Spreadsheet *w, const char *name, const SpreadsheetColumn *columns, size_t n);

/* Ends the sheet, so that its columns need not live on. The first failure so far. */
int spreadsheet_sheet_end(Spreadsheet *w);

/*
 * The next cell of the row. Text is UTF-8; what goes beyond SPREADSHEET_TEXT_MAX is cut, ends in
 * "…" and is counted in spreadsheet_cut(). A number that a spreadsheet cannot hold exactly (beyond
 * 2^53) is put as text, a time (ns since 1970, shown in UTC; INT64_MIN: none) before 1900-03 as
 * well.
 */
void spreadsheet_span(Spreadsheet *w, Span text, SpreadsheetLook look);
void spreadsheet_text(Spreadsheet *w, const char *text); /* NULL: an empty cell */
void spreadsheet_number(Spreadsheet *w, uint64_t v);
void spreadsheet_real(Spreadsheet *w, double v); /* two decimals */
void spreadsheet_time(Spreadsheet *w, int64_t ns);

/* Ends the row; on a new sheet if this one is full. The first failure so far. */
int spreadsheet_row(Spreadsheet *w);

/* Cells that were cut so far. */
uint64_t spreadsheet_cut(const Spreadsheet *w);

/* Closes the file and hands its bytes on; no cell may follow. */
int spreadsheet_write(Spreadsheet *w, Outlet *to, Error *reterr);
