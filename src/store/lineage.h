/*
 * Lineage: a finding through all runs of its scope: its id, since when it is known, what became of
 * it.
 *
 * docs/design/history.md. When a run ends, what changed since the run of its scope before it is
 * folded in, in the transaction that ends the run: a finding that nobody touched costs nothing. A
 * finding is the same at the same place (path, part, detector), or where store/stray.h mates it. It
 * is closed when it is gone; where its place could not be read it is not, but `unreadable`.
 */
#pragma once

#include "store/store.h"

#define LINEAGE_ID      8  /* bytes */
#define LINEAGE_ID_TEXT 19 /* f: and 16 hex digits, NUL-terminated */

void lineage_id_print(const uint8_t id[LINEAGE_ID], char ret[LINEAGE_ID_TEXT]);
/* Whether the text has the form of an id. */
bool lineage_id_is(Span text);

/* What was news in a run; counts of findings, of `access` objects. */
typedef struct Delta {
    int64_t before; /* the run that it was held against; 0: none */
    uint64_t findings, came, gone, unreadable, moved, changed, tier, access;
} Delta;

/* 1: it is known; 0: the run is of no scope, has not ended, or is older than lineages. */
int query_delta(Store *s, int64_t run, Error *reterr, Delta *ret);

/* Of the room: folds a run in that is about to end. Opens a transaction and commits nothing. */
int lineage_fold(Store *s, int64_t run);

typedef struct LineageRow {
    uint8_t id[LINEAGE_ID];
    int64_t first_run, first_seen; /* the run that found it first, and when that began */
    bool fresh;                    /* the run asked about found it first, or again */
} LineageRow;

/* Asks for the findings of one run. */
typedef struct LineageLook LineageLook;
int lineage_open(Store *s, int64_t run, Error *reterr, LineageLook **ret);
/* root: its path in the run. 1: in *ret; 0: it has none. */
int lineage_find(LineageLook *l, Span root, Span path, Span part, const char *detector,
                 Error *reterr, LineageRow *ret);
LineageLook *lineage_close(LineageLook *l);
DEFINE_CLEANUP(LineageLook, lineage_close)

/* Whether any finding has had that id. text: as printed. */
int lineage_known(Store *s, const char *text, Error *reterr, bool *ret);
