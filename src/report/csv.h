/*
 * Csv: the report as one table of RFC 4180 for spreadsheets and scripts.
 *
 * UTF-8 with a byte order mark: without it Excel takes the bytes for the code page of its machine
 * and shows other names than there are, silently; what does not know the mark shows it in the name
 * of the first column, where it is seen. Lines end in CR LF. The first column says what a row is:
 * `about` (the Preamble, first), `finding`, `unread` or `object`.
 *
 * A text that a spreadsheet would take for a formula (it begins with = + - @ TAB or CR), and one
 * that begins with an apostrophe, gets an apostrophe before it: take one away to have the text.
 */
#pragma once

#include "report/outlet.h"
#include "report/preamble.h"

typedef struct CsvOptions {
    FoundFilter filter;
    bool all_objects; /* else only those not read */
} CsvOptions;

int csv_report(Store *s, int64_t run, const CsvOptions *o, Outlet *to, Error *reterr);

/* Appends one field, neutral and quoted where it must be. */
void csv_field(Buf *b, Span text);
