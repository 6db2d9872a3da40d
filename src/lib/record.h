/*
 * Record: one line of JSON Lines, parsed by jansson, which nothing outside record.c sees.
 *
 * (Its names and those of base/json.h overlap.) Input is hostile: the line is bounded by Lines,
 * nesting by jansson (2048); anything that is no JSON object is refused with its number. Spans
 * borrow from the record.
 */
#pragma once

#include "base/buf.h"
#include "base/error.h"

typedef struct Record Record;

/* -EINVAL with the number of the line: it is no JSON object. */
int record_read(Span line, uint64_t number, Error *reterr, Record **ret);
Record *record_free(Record *r);
DEFINE_CLEANUP(Record, record_free)

/* The text of a member; -EINVAL with a sentence if there is none or it is no string. */
int record_text(const Record *r, const char *key, Error *reterr, Span *ret);

/* Appends a member as JSON, `null` where there is none. */
int record_print(const Record *r, const char *key, Buf *to);

/* Appends all members but one, as JSON without the closing brace, to be gone on with. */
int record_print_open(const Record *r, const char *without, Buf *to);
