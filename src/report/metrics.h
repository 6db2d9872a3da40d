/*
 * Metrics: the last run of a profile as OpenMetrics text, for the textfile collector of
 * node_exporter.
 *
 * Gauges with the label `profile`. Everything is from the store, so a file that is lost can be
 * made again; times are seconds. What stands in a label is escaped. https://openmetrics.io, text
 * format 1.0; the older format of Prometheus reads it as well, its last line being a comment there.
 */
#pragma once

#include "report/outlet.h"
#include "store/store.h"

/* run: 0 the last one. */
int metrics_report(Store *s, const char *profile, int64_t run, Outlet *to, Error *reterr);
