/*
 * Writer: the output of an API call, handed to the caller's function a Buf at a time.
 *
 * Functions append to `buf`, directly or by those below, and ask writer_flush() now and then; the
 * first failure of the callback or of the Buf stands in `error`, and from then on everything is
 * dropped. The Buf is wiped at the end: terrier_show() with `reveal` puts a value into it.
 */
#pragma once

#include "base/buf.h"
#include "base/error.h"
#include "terrier.h"

typedef struct Writer {
    terrier_write write;
    void *of;
    Buf buf;
    int error;
} Writer;

static inline Writer writer_of(terrier_write write, void *of) {
    return (Writer){.write = write, .of = of};
}

void writer_text(Writer *w, const char *text);
void writer_span(Writer *w, Span s);
void writer_printf(Writer *w, const char *format, ...) _printf_(2, 3);

/* Text of strangers (a name, a title), escaped. */
void writer_name(Writer *w, Span name);

/* Hands on what is there when it is much. The error so far. */
int writer_flush(Writer *w);

/* Hands on all and frees; the error of the whole output. */
int writer_end(Writer *w);

/* As writer_end, at the end of a call that came to r: the output's failure, else r. */
int writer_close(Writer *w, int r, Error *reterr);
