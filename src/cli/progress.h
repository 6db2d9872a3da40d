/*
 * Progress: one line on a terminal that says how far a scan is, and notices above it; or a line of
 * JSON now and then on a descriptor (docs/schema/progress.schema.json), for programs.
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
    int fd;      /* for lines of JSON; -1: none */
    double told; /* seconds, of the last one */
} Progress;

/* The line on the terminal, and the one on the descriptor, as far as they are wanted and due. */
void progress_line(Progress *p, const terrier_progress *now);
void progress_notice(Progress *p, const char *text);

/* On standard error, in a line of its own, whatever else is wanted. */
void progress_status(Progress *p, const terrier_progress *now);

/* Clears the line. */
void progress_end(Progress *p);

/* 1234567 bytes as "1.2 MB": decimal, at most ret of 16 bytes. */
void bytes_print(double bytes, char ret[16]);
