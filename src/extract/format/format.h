/*
 * Format: the readers that stand on libraries; they run in workers only.
 *
 * Each is defined in the file that is named after what it reads. See extract/extract.h for what a
 * reader does; extract/table.c lists them.
 */
#pragma once

#include "extract/extract.h"

/* Documents that are packages of XML: all one reader, which goes by what is inside. */
extern const Extractor extractor_docx;
extern const Extractor extractor_odf;
extern const Extractor extractor_ooxml;
extern const Extractor extractor_pptx;
extern const Extractor extractor_xlsx;

/* XML of any other kind, by element path. */
extern const Extractor extractor_xml;

/* Compound files, by what is in them: ole.c. */
extern const Extractor ole_extractor, ole_storage_extractor;

/* PostgreSQL's own dumps. */
extern const Extractor pgdump_extractor;
