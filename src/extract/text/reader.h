/*
 * Reader: our own tolerant readers of text formats; they run where the bytes are.
 *
 * Each is defined in the file that is named after what it reads. See extract/extract.h for what a
 * reader does; extract/table.c lists them. Functions that take a window are the readers themselves,
 * for tests: whatever its size, the same comes out.
 */
#pragma once

#include "extract/extract.h"

extern const Extractor csv_extractor;
extern const Extractor eml_extractor;
extern const Extractor html_extractor;
extern const Extractor ics_extractor;
extern const Extractor json_extractor;
extern const Extractor jsonl_extractor;
extern const Extractor ldif_extractor;
extern const Extractor log_extractor;
extern const Extractor mbox_extractor;
extern const Extractor rtf_extractor;
extern const Extractor sqldump_extractor;
extern const Extractor signed_extractor;
extern const Extractor vcard_extractor;

int csv_read(Extraction *x, Feed *f, Encoding e, size_t window);
int json_read(Extraction *x, Feed *f, Encoding e, bool lines, size_t window);
int log_read(Extraction *x, Feed *f, Encoding e, size_t window);
int sqldump_read(Extraction *x, Feed *f, Encoding e, size_t window);

/* As sqldump_read, for the rows of a COPY statement that stands elsewhere. */
int sqldump_read_copy(Extraction *x, Feed *f, Encoding e, Span copy, size_t window);
