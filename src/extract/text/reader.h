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
extern const Extractor mbox_extractor;
