/*
 * Column: what the name of a table's column or field says of the values in it.
 *
 * ColumnNames is the vocabulary of a rule set: the words and names (context.columns,
 * whole_columns, not_columns, near, not_near) by which a column is known; frozen and shared. A
 * ColumnHint is what one name says; Columns tells, for the window at hand, where which column
 * stands. Names of columns are hostile: only whole words count, and a name of a thousand words is
 * cut.
 */
#pragma once

#include "base/error.h"
#include "model/part.h"
#include "rule/detector.h"

typedef struct ColumnNames ColumnNames;

int column_names_new(const Rules *rules, ColumnNames **ret);
ColumnNames *column_names_free(ColumnNames *n);
DEFINE_CLEANUP(ColumnNames, column_names_free)

/* How many words of 64 bits a set of detectors has. */
size_t column_words(const ColumnNames *n);

/* What one column's name says, detector by detector. */
typedef struct ColumnHint {
    uint64_t about;    /* context_bit of each detector that it speaks for */
    bool any;          /* it says something of some detector */
    uint64_t *near;    /* a bit a detector: it holds such values */
    uint64_t *against; /* ... something else */
    uint64_t *cells;   /* ... its matches of kind `columns` are for it; NULL: of no detector */
    uint64_t name;     /* a hash of it, however it is written */
} ColumnHint;

/* 'customer_ssn', 'socialSecurityNumber', 'user.contact.e-mail' ... -ENOMEM. */
int column_hint_init(const ColumnNames *names, Span name, ColumnHint *ret);
void column_hint_done(ColumnHint *h);

/*
 * Is that cell the column's heading? It is the name, or all of it is a name by which one of the
 * detectors knows such columns.
 */
bool column_is_heading(const ColumnNames *names, const ColumnHint *h, Span cell);

/* Its values say that the column is for that detector, whatever its name does. */
int column_hint_add(const ColumnNames *names, uint16_t detector, ColumnHint *h);

static inline bool column_bit(const uint64_t *bits, size_t detector) {
    return bits && bits[detector / 64] >> (detector % 64) & 1;
}

/* Of the window at hand. Borrowed for the scan. */
typedef struct Columns {
    const Mark *marks; /* sorted; positions in the window's text; the first is at 0 */
    size_t n_marks;
    const ColumnHint *hints; /* hints[i]: of column i + 1 */
    size_t n_hints;
} Columns;

/* The mark under which the byte at `at` stands; *cursor is the caller's memory of the last one. */
static inline const Mark *columns_mark(const Columns *c, size_t at, size_t *cursor) {
    size_t i = *cursor < c->n_marks ? *cursor : 0;

    while (i > 0 && c->marks[i].at > at)
        i--;
    while (i + 1 < c->n_marks && c->marks[i + 1].at <= at)
        i++;
    *cursor = i;
    return &c->marks[i];
}

/* What the column of a mark says, or NULL. */
static inline const ColumnHint *columns_hint(const Columns *c, const Mark *m) {
    return m->column && m->column <= c->n_hints && c->hints[m->column - 1].any
               ? &c->hints[m->column - 1]
               : NULL;
}
