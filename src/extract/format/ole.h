/*
 * Ole: what the readers of single kinds of compound file share. See ole.c.
 *
 * Each reads the storage at hand, marks the entries that it has read, and gives text, parts, facts
 * and units inside; a negative error or EXTRACT_E_SPENT goes up unchanged. `ret_status` is set only
 * when it is not plainly read.
 */
#pragma once

#include "extract/extract.h"
#include "extract/format/cfb.h"
#include "extract/format/little.h"

typedef struct Ole {
    Extraction *x;
    Cfb *c;
    uint32_t storage; /* that is the unit at hand */
} Ole;

int doc_read(Ole *o, Status *ret_status);                 /* has "WordDocument" */
int xls_read(Ole *o, Status *ret_status);                 /* has "Workbook" or "Book" */
int ppt_read(Ole *o, Status *ret_status);                 /* has "PowerPoint Document" */
int msg_read(Ole *o, Status *ret_status);                 /* has "__properties_version1.0" */
int summary_read(Ole *o);                                 /* what there is of the summaries */
int vba_read(Ole *o, uint32_t storage, const char *path); /* of a storage with "dir" */

/* Text in UTF-16LE, or of 8 bits, which is UTF-8 where it can be and Windows-1252 else. */
int ole_text16(Extraction *x, Span utf16);
int ole_text8(Extraction *x, Span bytes);
void ole_put16(Buf *b, Span utf16);
void ole_put8(Buf *b, Span bytes);

/* A child stream, marked as read, in memory: at most `limit` bytes of it; empty if there is none.
 */
int ole_slurp(Ole *o, uint32_t entry, size_t limit, Buf *ret);

/* The bytes of a stream from an offset on, as they lie in the file. */
int ole_raw(Ole *o, uint32_t entry);

/* A piece of a stream as a unit; inflated first. What does not fit into memory is a limit. */
int ole_slice(Extraction *x, Feed *of, uint64_t from, uint64_t size, Span name);
int ole_inflated(Extraction *x, Feed *of, uint64_t from, uint64_t size, Span name);

/* A storage inside as a unit of its own. */
int ole_unit(Ole *o, uint32_t storage, Span name);

/* Pictures that a stream holds, as units; they are found by their headers ([MS-ODRAW] 2.2.23). */
int ole_pictures(Ole *o, CfbStream *s, const char *prefix);
