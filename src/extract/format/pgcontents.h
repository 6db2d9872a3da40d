/*
 * Pgcontents: the head and the contents of PostgreSQL's own dumps: an entry a thing, its SQL, and
 * for a table the COPY statement of its rows and the file that they are in.
 *
 * Archive versions 1.10 (PostgreSQL 8.0) to 1.16 (17), as pg_backup_archiver.c has them. In order,
 * in one pass. Counts and lengths are hostile: a string is PG_STRING_MAX at most, and memory
 * follows what there is. Errors are -EBADMSG, -ENOMEM, or the feed's.
 */
#pragma once

#include "extract/feed.h"

enum { PG_STRING_MAX = 16 << 20 };

#define PGCONTENTS_E_UNKNOWN 2 /* a version that we do not know */

/* How rows are packed, as 1.15 has it; before that a level, 0 for not. */
typedef enum PgPacking {
    PG_PACKED_NOT,
    PG_PACKED_GZIP,
    PG_PACKED_LZ4,
    PG_PACKED_ZSTD,
} PgPacking;

enum { PG_FORMAT_CUSTOM = 1 };

typedef struct PgContents {
    Feed *f; /* borrowed */
    unsigned minor, int_size, offset_size, format;
    PgPacking packing;
    int64_t left; /* entries that were not read yet */
} PgContents;

/* Reused from entry to entry. All zero is a fresh one. */
typedef struct PgEntry {
    int64_t id;
    Buf sql, copy; /* copy: the statement; empty: it has no rows */
    Buf file;      /* that has them; empty: none, or those of the custom format are here */
    bool rows;     /* of the custom format: they are here, or may be */
} PgEntry;

void pgentry_done(PgEntry *e);

/* The head; the feed then stands at the first entry. */
int pgcontents_open(Feed *f, PgContents *ret);

/* The next entry: 1, 0 behind the last. What came of one that fails is in it. */
int pgcontents_next(PgContents *c, PgEntry *e);

/* An integer as the dump writes them. */
int pgcontents_int(const PgContents *c, int64_t *ret);
