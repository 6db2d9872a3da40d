/*
 * Sink: where a report goes, a Buf at a time.
 *
 * A report is written into `buf` and handed on in pieces of about 64 KiB. The first failure of the
 * callback (-EPIPE, -ENOSPC) or of the Buf stands in `error`: from then on everything is dropped,
 * and whoever writes a long report asks sink_flush() now and then and stops.
 */
#pragma once

#include "base/buf.h"

typedef struct Sink {
    int (*write)(void *of, Span bytes); /* all of the bytes, or a negative code */
    void *of;
    Buf buf;
    int error;
} Sink;

/* Hands on what is there when it is much. The error so far. */
int sink_flush(Sink *s);

/* Hands on all and frees the Buf; the error of the whole report. */
int sink_end(Sink *s);
