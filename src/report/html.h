/*
 * Html: the report as one page for people who have no terminal: coverage, data types, where they
 * are, the worst places, what was not read, and the Preamble.
 *
 * One file without scripts, fonts or pictures from elsewhere, and a policy in it that forbids them,
 * whatever a name may contain. It is a summary: its size does not grow with the findings, and it
 * says where the full list is. It reads the same on paper.
 */
#pragma once

#include "report/outlet.h"
#include "store/found.h"

int html_report(Store *s, int64_t run, const FoundFilter *filter, Outlet *to, Error *reterr);
