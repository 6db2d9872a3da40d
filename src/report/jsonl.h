/*
 * Jsonl: the report for programmes, one JSON object a line, each with "kind".
 *
 * Order: one `run`, one `coverage`, one `preamble`, objects, findings, events; each by raw locator,
 * so that two runs over the same bytes print the same objects and findings. docs/schema/ has one
 * JSON Schema a kind.
 */
#pragma once

#include "report/outlet.h"
#include "store/found.h"

typedef struct JsonlOptions {
    bool all_objects; /* else only those not read */
    FoundFilter filter;
} JsonlOptions;

int jsonl_report(Store *s, int64_t run, const JsonlOptions *o, Outlet *to, Error *reterr);

/* One line of a finding under the name of its object: for whoever prints such lines in an order of
 * his own. */
int jsonl_finding(const FoundRow *row, const Sample *samples, size_t n, Outlet *to);
