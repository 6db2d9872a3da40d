/*
 * Sarif: the report in the Static Analysis Results Interchange Format, version 2.1.0 (OASIS
 * standard with errata 01), for code-scanning user interfaces.
 *
 * Detectors are rules, findings are results, what was not read are notifications of the tool. Names
 * of files are file: URIs, places inside containers logical locations. There is never a snippet.
 * The Preamble stands in the properties of the run. It is written as it is read from the store.
 */
#pragma once

#include "report/outlet.h"
#include "store/found.h"

int sarif_report(Store *s, int64_t run, const FoundFilter *filter, Outlet *to, Error *reterr);
