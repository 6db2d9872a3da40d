/*
 * Twin: rows of other names that have the same content.
 *
 * Within a series a row says what its content leads to (docs/design/incremental.md), so a file that
 * was moved, renamed, copied or given other rights need not be opened: its hash tells which row it
 * is like, and that row, its findings, facts and units inside are put under its name. What is known
 * of contents is gathered when it is first asked for: a pass over the rows of the series, and 16
 * bytes a file. On the writer's thread.
 */
#pragma once

#include "store/write.h"

/* Whether the hash of a file with that size and time is worth knowing before it is opened. */
int store_twin_look(Store *s, int64_t run, const FileMeta *meta, Error *reterr, bool *ret);

/* Says whether the name of a file of that path, below its root, makes no difference to how one of
 * that content and format is read. */
typedef bool TwinAlike(void *of, Span path, const char *format);

/*
 * Puts a file as a row with its hash and size says, under its own root, path and meta; status, what
 * was read, members, format, encoding, findings and facts are that row's. *ret false: there is none
 * that would do, and the file is to be read. A row with findings in its name is none, since they
 * may have been combined with others. Of *o the hash must be there.
 */
int store_twin_put(Store *s, int64_t run, const StoreObject *o, TwinAlike *alike, void *of,
                   Error *reterr, bool *ret);

/* Of the room. */
typedef struct Twins Twins;
Twins *twins_free(Twins *t);
