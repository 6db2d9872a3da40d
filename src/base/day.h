/*
 * Day: a day of the Gregorian calendar, counted from 1970-01-01, in UTC.
 *
 * Ages and periods are counted in whole days, so that an answer does not depend on the hour or the
 * zone in which it is asked for. Pure; any thread.
 */
#pragma once

#include "base/span.h"

typedef int32_t Day;

#define DAY_NONE     INT32_MIN /* no such day, or unknown; earlier than all others */
#define DAY_TEXT_MAX 16

enum { DAY_YEAR_MIN = 1, DAY_YEAR_MAX = 9999 };

/* Whether there is such a day, and which. */
bool day_of_date(int year, unsigned month, unsigned day, Day *ret);

void day_split(Day d, int *ret_year, unsigned *ret_month, unsigned *ret_day);

/* "2026-01-31", all of the text, and a day that there is. */
bool day_parse(Span text, Day *ret);

/* "2026-01-31"; "unknown" for DAY_NONE. */
void day_print(Day d, char ret_text[DAY_TEXT_MAX]);

/* The day of a time in ns since 1970 UTC; INT64_MIN: DAY_NONE. */
Day day_of_time(int64_t ns);

/*
 * The same day some months later. Where that month is too short it is the first of the next: a
 * period is over only when it is (29 February and a year: 1 March).
 */
Day day_after_months(Day d, unsigned months);

Day day_end_of_month(Day d);

/* The first day from d on that falls on month and day; 29 February is the 28th where there is none.
 */
Day day_next(Day d, unsigned month, unsigned day);
