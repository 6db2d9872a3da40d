/*
 * PgTables: which file of a dump of PostgreSQL has the rows of which table.
 *
 * From the contents (toc.dat) of pg_dump -Fd and -Ft. Frozen once made.
 */
#pragma once

#include "extract/format/pgcontents.h"

typedef struct PgTables PgTables;

int pgtables_new(PgTables **ret);
PgTables *pgtables_free(PgTables *t);
DEFINE_CLEANUP(PgTables, pgtables_free)

/* An entry of the contents, if it has rows in a file. Of too many the rest is forgotten. */
int pgtables_keep(PgTables *t, const PgEntry *e);

/*
 * The contents, from where the feed stands. What came before damage is in *ret all the same, and
 * -EBADMSG is returned; PGCONTENTS_E_UNKNOWN: of a version that we do not know, or no contents.
 * `file`: only its rows are asked for, reading ends there; empty: all are kept.
 */
int pgtables_read(Feed *f, Span file, PgTables **ret);

/* The COPY statement of the rows in that file ("3456.dat"), or empty. */
Span pgtables_find(const PgTables *t, Span file);
