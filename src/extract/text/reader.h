/*
 * Reader: our own tolerant readers of text formats; they run where the bytes are.
 *
 * Each is defined in the file that is named after what it reads. See extract/extract.h for what a
 * reader does; extract/table.c lists them.
 */
#pragma once

#include "extract/extract.h"

extern const Extractor eml_extractor;
extern const Extractor html_extractor;
extern const Extractor ics_extractor;
extern const Extractor ldif_extractor;
extern const Extractor mbox_extractor;
extern const Extractor rtf_extractor;
extern const Extractor signed_extractor;
extern const Extractor vcard_extractor;
