/*
 * Locator: where something is, through every container, as people write it.
 *
 *     hr/2019.zip!/pay.xlsx#Payroll:C14        members after '!/', a part after '#'
 *     notes.txt#L12:@345                       line 12, raw byte 345 of the undecoded view
 *
 * In print, control bytes, invalid UTF-8 and \ # ! inside names are \xNN. Printing and parsing
 * round-trip for every byte string: terrier-locator(7). A parsed Locator borrows nothing: its
 * names are in the arena given.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

#define LOCATOR_DEPTH_MAX 32

typedef struct Locator {
    Span names[LOCATOR_DEPTH_MAX]; /* raw: the file's path, then each member's */
    size_t n_names;
    Span part;       /* raw; empty: none */
    uint64_t line;   /* 0: none */
    uint64_t offset; /* valid if has_offset */
    bool has_offset;
} Locator;

/* Appends one raw name, escaped. */
void locator_print_name(Buf *b, Span name);

void locator_print(Buf *b, const Locator *l);

/* -EINVAL with a sentence that says what is wrong and where. */
int locator_parse(Span text, Arena *a, Error *reterr, Locator *ret);
