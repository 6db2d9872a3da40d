/*
 * Ocsf: the report as events of the Open Cybersecurity Schema Framework, version 1.8.0, one JSON
 * object a line, for a SIEM.
 *
 * The first is a Scan Activity (6007): the run with its sums, and the Preamble under `unmapped`.
 * Then one Data Security Finding (2006) a finding. `value` of a discovery is never filled. What was
 * not read is counted in the first event; its list is in other formats.
 */
#pragma once

#include "report/outlet.h"
#include "store/found.h"

int ocsf_report(Store *s, int64_t run, const FoundFilter *filter, Outlet *to, Error *reterr);
