/*
 * Pdfmaker: PDF files for tests, object by object, with a cross-reference table that is right.
 *
 * Object numbers are given by order, from 1. The first is the catalogue, the second its pages.
 */
#pragma once

#include <zlib.h>

#include "base/buf.h"

enum { PDF_OBJECTS_MAX = 64 };

typedef struct PdfMaker {
    Buf file;
    size_t offsets[PDF_OBJECTS_MAX + 1];
    unsigned n;
} PdfMaker;

static inline void pdf_begin(PdfMaker *m) {
    *m = (PdfMaker){0};
    buf_text(&m->file, "%PDF-1.7\n");
}

static inline unsigned pdf_object(PdfMaker *m, const char *body) {
    m->offsets[++m->n] = m->file.n;
    buf_printf(&m->file, "%u 0 obj\n%s\nendobj\n", m->n, body);
    return m->n;
}

static inline unsigned pdf_stream(PdfMaker *m, const char *keys, Span data) {
    m->offsets[++m->n] = m->file.n;
    buf_printf(&m->file, "%u 0 obj\n<<%s/Length %zu>>\nstream\n", m->n, keys, data.n);
    buf_span(&m->file, data);
    buf_text(&m->file, "\nendstream\nendobj\n");
    return m->n;
}

static inline unsigned pdf_flate(PdfMaker *m, const char *keys, const char *text) {
    uint8_t out[4096];
    uLongf n = sizeof(out);
    char all[256];

    compress2(out, &n, (const Bytef *)text, strlen(text), 9);
    snprintf(all, sizeof(all), "/Filter/FlateDecode%s", keys);
    return pdf_stream(m, all, span(out, n));
}

/* The table and the trailer; more: further keys of it, such as "/Info 9 0 R". */
static inline Span pdf_end(PdfMaker *m, const char *more) {
    size_t at = m->file.n;

    buf_printf(&m->file, "xref\n0 %u\n0000000000 65535 f \n", m->n + 1);
    for (unsigned i = 1; i <= m->n; i++)
        buf_printf(&m->file, "%010zu 00000 n \n", m->offsets[i]);
    buf_printf(&m->file, "trailer\n<</Size %u/Root 1 0 R%s>>\nstartxref\n%zu\n%%%%EOF\n", m->n + 1,
               more, at);
    return buf_as_span(&m->file);
}
