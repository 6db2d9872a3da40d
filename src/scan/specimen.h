/*
 * Specimen: bytes read as a scan would read them, whole, in memory: text, marks and columns.
 *
 * For examples in rules, which are small: nothing is cut into windows, and what is read is kept
 * until specimen_done(). One thread. The bytes are those of a rule file.
 */
#pragma once

#include "detect/engine.h"

typedef struct Specimen {
    const Engine *engine;
    Buf text;
    Buf marks;         /* Mark; empty unless the text is a table's */
    ColumnHint *hints; /* by column from 1 */
    size_t n_hints;
} Specimen;

void specimen_done(Specimen *s);

/* Replaces what is there by the text of `bytes`, read as `format`. -ENOMEM. */
int specimen_read(Specimen *s, Span bytes, const char *format);

/* Appends a zip archive with `bytes` as its only member, of that name. */
int specimen_zip_make(Span bytes, const char *name, Buf *to);

/* The same of a zip archive with `bytes` as its only member, of that name. */
int specimen_zip(Specimen *s, Span bytes, const char *name);
