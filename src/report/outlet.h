/*
 * Outlet: where a report goes, a Buf at a time.
 *
 * A report is written into `buf` and handed on in pieces of about 64 KiB. The first failure of the
 * callback (-EPIPE, -ENOSPC) or of the Buf stands in `error`: from then on everything is dropped,
 * and whoever writes a long report asks outlet_flush() now and then and stops.
 */
#pragma once

#include "base/buf.h"

typedef struct Outlet {
    int (*write)(void *of, Span bytes); /* all of the bytes, or a negative code */
    void *of;
    Buf buf;
    int error;
} Outlet;

/* Hands on what is there when it is much. The error so far. */
int outlet_flush(Outlet *o);

/* Hands on all and frees the Buf; the error of the whole report. */
int outlet_end(Outlet *o);
