/*
 * Duration: how long something is kept, as ISO 8601 writes it: P2Y, P18M, P1Y6M, P90D, P2W, P0D.
 *
 * Months (years are twelve) or days (weeks are seven), never both in one value: how long a month
 * and ten days are depends on which of the two is counted first. And Rounding: regimes that count
 * from the end of the month or the year in which something happened. Pure; any thread.
 */
#pragma once

#include "base/day.h"

enum { DURATION_MONTHS_MAX = 1200 * 12, DURATION_DAYS_MAX = 366 * 1200, DURATION_TEXT_MAX = 24 };

#define DURATION_EXPECTED                                                                          \
    "a duration of years and months or of days, such as P2Y, P18M, P90D or P0D"

typedef struct Duration {
    unsigned months, days; /* one of them is 0 */
} Duration;

bool duration_parse(Span text, Duration *ret);
void duration_print(Duration d, char ret_text[DURATION_TEXT_MAX]);

/* The last day of a period that began on `from`; DAY_NONE stays DAY_NONE. */
Day duration_after(Day from, Duration d);

/* As many days before `d`: of a duration of months those that end on it at the latest. */
Day duration_before(Day d, Duration duration);

/* Certainly longer: for any day to begin on. */
bool duration_longer(Duration a, Duration b);

typedef enum Rounding {
    ROUND_NONE,
    ROUND_MONTH,       /* to the last day of the month */
    ROUND_YEAR,        /* to 31 December */
    ROUND_FISCAL_YEAR, /* to the last day of the year that accounts are made for */
    N_ROUNDINGS,
} Rounding;

/* The day and month on which a fiscal year ends. */
typedef struct YearEnd {
    unsigned month, day;
} YearEnd;

/* "12-31", "06-30", "02-29" for the end of February. */
bool year_end_parse(Span text, YearEnd *ret);

Day day_round(Day d, Rounding r, YearEnd fiscal);
