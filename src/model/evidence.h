/*
 * Evidence: facts about a unit that are no finding: dates seen in it, labels, roles of columns.
 *
 * Kept for retention, ownership and classification, which are judged later from the store. A Fact
 * never holds a found value: times, numbers, and words of document formats (author is a word that
 * may name a person: it is kept as a token only, by whoever stores it). Facts of one kind, part and
 * column are folded into a range by the receiver.
 */
#pragma once

#include "base/span.h"

typedef enum FactKind {
    FACT_CREATED,  /* the document says when it was made */
    FACT_MODIFIED, /* ... last changed */
    FACT_PRINTED,
    FACT_SENT,        /* date of a message */
    FACT_MEMBER_TIME, /* an archive's time for its member */
    FACT_ROW_DATE,    /* dates in a column that is about the record: created_at, hired, closed */
    FACT_LOG_TIME,    /* the time at the start of log lines */
    FACT_LABEL,       /* a sensitivity label: `text` is its name */
    FACT_WAL,         /* a write-ahead log beside a database was not read */
    FACT_NO_CONTENTS, /* rows of a dump; its contents do not say of which table */
    FACT_ALLOWED,     /* hits that an entry of an allow list, `text`, kept out: how many is `from` */
    FACT_MACROS,      /* a document with modules of a programme */
    FACT_RECEIVED,    /* when the last server took the message in */
    FACT_DUMP_MADE,   /* when a dump of a database was made */
    N_FACT_KINDS,
} FactKind;

enum { FACT_TEXT_MAX = 255 };

typedef struct Fact {
    FactKind kind;
    int64_t from, to; /* ns since 1970 UTC; equal for a single time; 0 where `text` says it */
    uint32_t column;  /* of the part at hand; 0: none */
    Span text;        /* borrowed; "" for times */
} Fact;

const char *fact_kind_name(FactKind k);
