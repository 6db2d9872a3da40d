/*
 * Dialect: how a text with a record a line is written: what separates, what quotes, which record
 * names the columns.
 *
 * Judged from the start of the text by how alike its records are. Strict: prose, logs and source
 * code have separators too, but not as many in each line. Pure; input is hostile.
 */
#pragma once

#include "base/span.h"

enum { DIALECT_HEAD = 16 << 10 }; /* bytes that are looked at */

typedef struct Dialect {
    uint8_t delimiter; /* one of , ; tab | or what "sep=" says */
    uint8_t quote;     /* " or ' */
    uint8_t line_end;  /* \n (with or without \r before), or \r alone */
    size_t start;      /* where the first record begins: behind a line "sep=;" */
    uint64_t header;   /* number of the record that names the columns, from 1; 0: none */
    size_t header_at;  /* where that begins in the text */
} Dialect;

/* `whole`: the text ends where the head ends. False: no table, or not surely; *ret is a guess. */
bool dialect_guess(Span head, bool whole, Dialect *ret);

/*
 * The next cell of a record from *at on, without quotes around it; moves *at behind the delimiter.
 * False, and *at behind the line end: that was the last of its record. `raw` keeps what is doubled
 * inside. *ret_end: the text ended before a line end.
 */
bool dialect_cell(const Dialect *d, Span text, size_t *at, Span *ret, bool *ret_end);
