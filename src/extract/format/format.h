/*
 * Format: the readers that stand on libraries; they run in workers only.
 *
 * Each is defined in the file that is named after what it reads. See extract/extract.h for what a
 * reader does; extract/table.c lists them.
 */
#pragma once

#include "extract/extract.h"

extern const Extractor ole_extractor, ole_storage_extractor; /* compound files: ole.c */
