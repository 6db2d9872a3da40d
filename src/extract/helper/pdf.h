/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pdf: the reader of PDF documents, on poppler. Part of a helper executable, never of the library.
 */
#pragma once

#include "extract/extract.h"

extern const Extractor pdf_reader;

/* Opens what the C library loads from files later on, as long as that may be done. */
void pdf_prepare(void);
