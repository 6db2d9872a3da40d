/* Day: see day.h. */
#include "base/day.h"

#include <stdio.h>

#define NS_PER_DAY INT64_C(86400000000000)

static bool is_leap(int year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static unsigned month_length(int year, unsigned month) {
    static const uint8_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return lengths[month - 1] + (unsigned)(month == 2 && is_leap(year));
}

/* Howard Hinnant, chrono-compatible low-level date algorithms: days_from_civil, years from 1. */
static Day day_make(int year, unsigned month, unsigned day) {
    int y = year - (month <= 2), era = y / 400;
    unsigned of_era = (unsigned)(y - era * 400);
    unsigned of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

    return era * 146097 + (Day)(of_era * 365 + of_era / 4 - of_era / 100 + of_year) - 719468;
}

bool day_of_date(int year, unsigned month, unsigned day, Day *ret) {
    if (year < DAY_YEAR_MIN || year > DAY_YEAR_MAX || month < 1 || month > 12 || day < 1 ||
        day > month_length(year, month))
        return false;
    *ret = day_make(year, month, day);
    return true;
}

/* The same source: civil_from_days. */
void day_split(Day d, int *ret_year, unsigned *ret_month, unsigned *ret_day) {
    int64_t z = (int64_t)d + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
    unsigned of_era = (unsigned)(z - era * 146097);
    unsigned years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    unsigned of_year = of_era - (365 * years + years / 4 - years / 100);
    unsigned m = (5 * of_year + 2) / 153;

    *ret_day = of_year - (153 * m + 2) / 5 + 1;
    *ret_month = m < 10 ? m + 3 : m - 9;
    *ret_year = (int)(years + era * 400) + (*ret_month <= 2);
}

/* The number of n digits at `at`, or -1. */
static int digits(Span text, size_t at, size_t n) {
    int v = 0;

    for (size_t i = at; i < at + n; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return -1;
        v = v * 10 + (text.at[i] - '0');
    }
    return v;
}

bool day_parse(Span text, Day *ret) {
    int year, month, day;

    if (text.n != 10 || text.at[4] != '-' || text.at[7] != '-')
        return false;
    year = digits(text, 0, 4);
    month = digits(text, 5, 2);
    day = digits(text, 8, 2);
    return month > 0 && day > 0 && day_of_date(year, (unsigned)month, (unsigned)day, ret);
}

void day_print(Day d, char ret_text[DAY_TEXT_MAX]) {
    unsigned month, day;
    int year;

    if (d == DAY_NONE) {
        snprintf(ret_text, DAY_TEXT_MAX, "unknown");
        return;
    }
    day_split(d, &year, &month, &day);
    snprintf(ret_text, DAY_TEXT_MAX, "%04d-%02u-%02u", year % 10000, month % 100, day % 100);
}

Day day_of_time(int64_t ns) {
    if (ns == INT64_MIN)
        return DAY_NONE;
    return (Day)(ns >= 0 ? ns / NS_PER_DAY : -((-(ns + 1)) / NS_PER_DAY) - 1);
}

Day day_after_months(Day d, unsigned months) {
    unsigned month, day;
    int year;
    int64_t count;

    if (d == DAY_NONE || !months)
        return d;
    day_split(d, &year, &month, &day);
    count = (int64_t)year * 12 + month - 1 + months;
    year = count / 12 > DAY_YEAR_MAX ? DAY_YEAR_MAX : (int)(count / 12);
    month = (unsigned)(count % 12) + 1;
    if (day > month_length(year, month))
        return day_make(year, month, month_length(year, month)) + 1;
    return day_make(year, month, day);
}

Day day_end_of_month(Day d) {
    unsigned month, day;
    int year;

    if (d == DAY_NONE)
        return d;
    day_split(d, &year, &month, &day);
    return day_make(year, month, month_length(year, month));
}

Day day_next(Day d, unsigned month, unsigned day) {
    unsigned m, at, length;
    int year;

    if (d == DAY_NONE)
        return d;
    day_split(d, &year, &m, &at);
    for (;; year++) {
        length = month_length(year, month);
        if (day_make(year, month, day < length ? day : length) >= d)
            return day_make(year, month, day < length ? day : length);
    }
}
