/*
 * Selftest: known values through the very pipeline of the scan, at its start and at its end.
 *
 * A scan that finds nothing because a reader or the engine is broken looks like one of clean files.
 * So the scanner first, and last, examines files in memory that it made itself, through its own
 * worker, sandboxed parsers and matcher: one value in each of a dozen carriers, from plain text to
 * a zip archive. Then every detector is held against its first example. What was not found again
 * is named; the keeper then does not call the run complete.
 */
#pragma once

#include "scan/worker.h"

enum { SELFTEST_NAMES_MAX = 8 }; /* of what failed that are told */

typedef struct SelftestReport {
    uint64_t at_end;              /* 0: at the start */
    uint64_t carriers, detectors; /* tried */
    uint64_t recovered;           /* of both */
    Span failed;                  /* their names, separated by blanks, the first few */
} SelftestReport;

/* On the calling thread, which owns w; sends MESSAGE_SELFTEST. */
int selftest_run(Worker *w, const Engine *engine, Channel *keeper, bool at_end);

int selftest_get(Wire *wire, SelftestReport *ret);
