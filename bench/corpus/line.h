/*
 * Line: one line, row or paragraph of each kind of corpus.
 */
#pragma once

#include "text.h"

/* A paragraph or a log line; about every 10 KB a personal value. */
void line_prose(Text *t);

/* A customer: e-mail, phone, SSN, card and IBAN in every row. */
void line_csv(Text *t);

/* Time stamps, counters, decimals, dotted numbers: digits, hardly any of them personal. */
void line_digits(Text *t);

/* A row of a MySQL dump: e-mail and phone always, SSN and card now and then. */
void line_sql(Text *t);

/* 4 KiB of bytes of any value. */
void line_random(Text *t);

/* What a small file of that extension holds. */
void line_of_extension(Text *t, const char *extension);
