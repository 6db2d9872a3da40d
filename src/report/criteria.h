/*
 * Criteria: the part of an HTML report that tells the judgement of its run: the heat map of
 * controls and criteria, then a page a criterion with what contradicts, supports and informs it,
 * and what a scan of files cannot attest. Evidence only; no word for a conclusion is here.
 *
 * Of the last assessment of the run that applied rulesets; where there is none it says how to make
 * one. Its size grows with the rulesets, not with the findings.
 */
#pragma once

#include "report/outlet.h"
#include "store/store.h"

int criteria_put(Store *s, int64_t run, Outlet *to, Error *reterr);
