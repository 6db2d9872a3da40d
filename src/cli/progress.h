/*
 * Progress: one line on a terminal that says how far a scan is, and notices above it.
 *
 * On standard error, which is shared with messages: a notice first clears the line. Where standard
 * error is no terminal there is no line, unless it was asked for. One thread.
 */
#pragma once

#include <stdbool.h>

#include "terrier.h"

typedef struct Progress {
    bool shown;  /* wanted at all */
    bool quiet;  /* notices are not */
    bool on;     /* a line stands there now */
    double last; /* seconds, of the rate */
    uint64_t last_bytes;
    double rate; /* bytes a second, smoothed */
} Progress;

void progress_line(Progress *p, const terrier_progress *now);
void progress_notice(Progress *p, const char *text);

/* Clears the line. */
void progress_end(Progress *p);

/* 1234567 bytes as "1.2 MB": decimal, at most ret of 16 bytes. */
void bytes_print(double bytes, char ret[16]);
