/*
 * Jsonl: the report for programmes, one JSON object a line, each with "kind".
 *
 * Order: one `run`, one `coverage`, objects, findings; each by raw locator, so that two runs over
 * the same bytes print the same objects and findings. docs/schema/ has one JSON Schema a kind.
 */
#pragma once

#include "report/sink.h"
#include "store/query.h"

typedef struct JsonlOptions {
    bool all_objects; /* else only those not read */
    FindingFilter filter;
} JsonlOptions;

int jsonl_report(Store *s, int64_t run, const JsonlOptions *o, Sink *sink, Error *reterr);
