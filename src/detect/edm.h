/*
 * Edm: a table of keyed hashes of a user's records, and the question whether a value is in it.
 *
 * A file: header, filter, entries sorted by the hash of their primary value. Values are hashed in
 * normal form (letters and digits, ASCII in lower case) by SipHash-2-4-128 under a key of the
 * table's own, which is derived from the EDM key and is not in the file: it tells nothing to who
 * has the file alone. The filter, 16 MiB at most, is held in memory and answers nearly all
 * questions about values that are not there; the rest is a search in the file by pread. A table is
 * frozen once opened and asked by any thread. The file is the user's own; its sizes are checked.
 */
#pragma once

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"

enum {
    EDM_KEY = 16,
    EDM_ID = 16,
    EDM_COLUMNS = 8,           /* other values of a row */
    EDM_FILTER_MAX = 16 << 20, /* bytes */
    EDM_VALUE_MAX = 256,       /* bytes of normal form; what is longer is cut there */
    EDM_PRIMARY_MIN = 4,       /* fewer say nothing */
    EDM_COLUMN_MIN = 2,        /* ... of another column */
    EDM_LABEL = 64,            /* bytes of the label that a key is derived by */
};

typedef struct EdmTable EdmTable;

/* -EINVAL: no table, or a damaged one. */
int edm_open(const char *path, Error *reterr, EdmTable **ret);
EdmTable *edm_free(EdmTable *t);
DEFINE_CLEANUP(EdmTable, edm_free)

/* What the key of the table at path is derived by: key_derive(edm key, label). As edm_open(). */
int edm_label_at(const char *path, Error *reterr, char ret[EDM_LABEL]);

/* False if it is not the key that the table was made with. */
bool edm_unlock(EdmTable *t, const uint8_t key[EDM_KEY]);

uint64_t edm_rows(const EdmTable *t);
unsigned edm_columns(const EdmTable *t);
size_t edm_memory(const EdmTable *t); /* bytes of its filter */

/*
 * Is the value that of a row of which `columns` other values stand within so many bytes around
 * it? [start, end) in text. False for a table that is locked or cannot be read.
 */
bool edm_has(const EdmTable *t, Span text, size_t start, size_t end, unsigned columns,
             unsigned within);

/* ---- making one ---- */

typedef struct EdmBuild EdmBuild;

/* memory: bytes for sorting. Temporary files are made beside `path`, without a name. */
int edm_build_new(const char *path, const uint8_t id[EDM_ID], const uint8_t key[EDM_KEY],
                  unsigned columns, size_t memory, Error *reterr, EdmBuild **ret);
EdmBuild *edm_build_free(EdmBuild *b);
DEFINE_CLEANUP(EdmBuild, edm_build_free)

/* The label of a table with that id. */
void edm_label_of(const uint8_t id[EDM_ID], char ret[EDM_LABEL]);

/* One row. False: its primary value has too little to be told by, and the row is left out. */
bool edm_build_row(EdmBuild *b, Span primary, const Span *others);

/* Sorts, and puts the table into its place. */
int edm_build_end(EdmBuild *b, Error *reterr, uint64_t *ret_rows);
