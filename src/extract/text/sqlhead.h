/*
 * Sqlhead: the beginning of an SQL statement, up to where its rows begin.
 *
 * Knows COPY ... FROM stdin, INSERT and REPLACE ... VALUES, CREATE TABLE with its columns, USE and
 * DELIMITER; quoted, bracketed and schema-qualified names; comments between words. Pure: looks at
 * the text that is there and says when that is not enough. All text is hostile.
 */
#pragma once

#include "base/buf.h"
#include "model/part.h"

typedef enum SqlheadKind {
    SQLHEAD_OTHER,     /* any other statement */
    SQLHEAD_COPY,      /* rows as lines from `n` on */
    SQLHEAD_INSERT,    /* tuples from `n` on */
    SQLHEAD_CREATE,    /* names columns; its text goes on */
    SQLHEAD_USE,       /* `table` is a database; its text goes on */
    SQLHEAD_DELIMITER, /* `delimiter`; the line ends at `n` */
} SqlheadKind;

enum { SQLHEAD_DELIMITER_MAX = 15 };

/* Reused from statement to statement; owns its buffers. All zero is a fresh one. */
typedef struct Sqlhead {
    SqlheadKind kind;
    size_t n;     /* bytes of the head */
    Buf table;    /* its name, without quotes: public.customers */
    bool schema;  /* ... which has a schema */
    Buf names;    /* of columns, one behind the other */
    Buf ends;     /* uint32_t: where each ends in `names` */
    bool columns; /* it has a list of them */
    char delimiter[SQLHEAD_DELIMITER_MAX + 1];
} Sqlhead;

void sqlhead_done(Sqlhead *h);

/*
 * The statement that begins at the start of the text. -EAGAIN: it goes on beyond the text, of which
 * more is to come (`end`: none is); -ENOMEM.
 */
int sqlhead_parse(Sqlhead *h, Span text, bool end);

uint32_t sqlhead_columns(const Sqlhead *h);
Span sqlhead_column(const Sqlhead *h, uint32_t i);
