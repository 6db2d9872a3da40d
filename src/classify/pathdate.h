/*
 * PathDate: the period that a path names: payroll_2017-04, 2019-Q3, FY2018, 20190307, .../2019/03/.
 *
 * A period and not a point, weak evidence that is often the only one: people put dates into names
 * where copies lose every time stamp. Numbers of versions and of cases, and products that are
 * called after a year, are no dates. The last component that names a period counts, all periods in
 * it together. Pure; names are hostile, the work is bounded by their length.
 */
#pragma once

#include "base/day.h"
#include "rule/duration.h"

typedef struct PathDate {
    Day from, to;        /* both inclusive */
    const char *pattern; /* its id: year-month-day, day-month-year, year-month, year-quarter,
                            year-half, year-week, month-name, fiscal-year, years, year. Static */
} PathDate;

/* path: slashes between components. fiscal: when a fiscal year ends. */
bool path_date(Span path, YearEnd fiscal, PathDate *ret);
