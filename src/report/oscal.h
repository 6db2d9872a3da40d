/*
 * Oscal: the report as Assessment Results of the Open Security Controls Assessment Language (NIST),
 * version 1.2.1, as JSON.
 *
 * Observations (coverage, each data type, each rule of a ruleset that met something) and, where
 * rulesets were held against the run, risks (the rules that contradict a criterion). There are no
 * `findings`: in this format they are an assessor's conclusion, which is not a scanner's to draw.
 * Identities stay the same from report to report. The list of places is in other formats.
 */
#pragma once

#include "report/outlet.h"
#include "store/found.h"

int oscal_report(Store *s, int64_t run, const FoundFilter *filter, Outlet *to, Error *reterr);
