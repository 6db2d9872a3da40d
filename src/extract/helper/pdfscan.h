/*
 * Pdfscan: what can be told of a PDF by its bytes alone, without its library.
 *
 * pdf_shape() goes over the file once, before the library sees it: where the document begins and
 * ends, and whether a stream asks for more filters than are let through. pdf_salvage() is the
 * reading of last resort, for what the library cannot open or show: it follows no reference, but
 * takes each stream as it comes, inflates it, and puts together the strings that stand in it.
 *
 * Bytes are hostile. Memory is a window and the state of the filters; what is inflated draws on the
 * budget.
 */
#pragma once

#include "extract/extract.h"

enum { PDF_FILTERS_MAX = 8 };

typedef struct PdfShape {
    uint64_t header;  /* where "%PDF-" stands */
    uint64_t end;     /* behind the last "%%EOF" and its line end; 0: there is none */
    uint64_t size;    /* bytes there are */
    bool long_filter; /* some stream has more than PDF_FILTERS_MAX */
} PdfShape;

/* Takes the feed to its end. */
int pdf_shape(Feed *f, PdfShape *ret);

/* Every stream, a part "stream12" (by object) each. `ret_whole`: all that may hold text came out.
 */
int pdf_salvage(Extraction *x, Feed *f, bool *ret_whole);
