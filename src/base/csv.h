/*
 * Csv: rows of a table as spreadsheets save it (RFC 4180, and how they stray from it).
 *
 * The divider is a comma, a semicolon or a tab, whichever the first row has most of: a spreadsheet
 * saves what its country writes. A byte order mark, LF for CR LF and a last row without an end are
 * taken as they come; what follows a closing quote belongs to the field. For files of people; what
 * a scan reads is extract/text/csv.c's. One thread.
 */
#pragma once

#include "base/buf.h"

enum { CSV_FIELDS_MAX = 256 };

typedef struct Csv {
    Span rest;
    uint8_t divider;
    Buf text;                  /* fields of the row at hand, each with a NUL behind it */
    size_t at[CSV_FIELDS_MAX]; /* where each begins in it */
    size_t n;                  /* fields; those beyond CSV_FIELDS_MAX are dropped */
    unsigned row;              /* from 1 */
} Csv;

/* bytes are borrowed. */
void csv_init(Csv *c, Span bytes);
void csv_done(Csv *c);

/* 1: a row, until the next call; 0: the end; -ENOMEM. */
int csv_next(Csv *c);

/* The field, "" where the row has no such. */
const char *csv_field_at(const Csv *c, size_t i);
