/*
 * Workbook: the first sheet of a spreadsheet file (XLSX, ECMA-376) as CSV, for what people fill in.
 *
 * Small and tolerant: values as they stand there, formulas by the value that was saved with them,
 * no styles, so a date is its number of days. For a file that its owner names; what a scan reads
 * goes to a worker that is shut in (extract/format/xlsx.c). Bounded: 64 MiB a part, 256 columns, no
 * document type, so no entities. Any thread; nothing is kept.
 */
#pragma once

#include "base/buf.h"
#include "base/error.h"

/* Whether the bytes begin as such a file does. */
bool workbook_looks(Span bytes);

/* Appends the rows. -EINVAL with a sentence: it is no such file, or too large. */
int workbook_read(Span bytes, Error *reterr, Buf *to);
