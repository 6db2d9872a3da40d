/* Duration: see duration.h. */
#include "rule/duration.h"

#include <stdio.h>

typedef struct Scan {
    Span text;
    size_t at;
} Scan;

/* Digits and the letter behind them; 0: there is no such pair, or the number is too large. */
static char part_read(Scan *s, unsigned *ret) {
    size_t begin = s->at;

    for (*ret = 0; s->at < s->text.n && s->text.at[s->at] >= '0' && s->text.at[s->at] <= '9';
         s->at++) {
        if (*ret > 1000000)
            return 0;
        *ret = *ret * 10 + (unsigned)(s->text.at[s->at] - '0');
    }
    return s->at == begin || s->at == s->text.n ? 0 : (char)s->text.at[s->at++];
}

bool duration_parse(Span text, Duration *ret) {
    Scan s = {.text = text, .at = 1};
    Duration d = {0};
    char before = 0;

    if (text.n < 3 || text.at[0] != 'P')
        return false;
    while (s.at < text.n) {
        unsigned n;
        char unit = part_read(&s, &n);

        if (unit == 'Y' && !before)
            d.months = n * 12;
        else if (unit == 'M' && (!before || before == 'Y'))
            d.months += n;
        else if ((unit == 'W' || unit == 'D') && !before)
            d.days = unit == 'W' ? n * 7 : n;
        else
            return false;
        before = unit;
    }
    if (d.months > DURATION_MONTHS_MAX || d.days > DURATION_DAYS_MAX)
        return false;
    *ret = d;
    return true;
}

void duration_print(Duration d, char ret_text[DURATION_TEXT_MAX]) {
    if (d.months && d.months % 12 == 0)
        snprintf(ret_text, DURATION_TEXT_MAX, "P%uY", d.months / 12);
    else if (d.months)
        snprintf(ret_text, DURATION_TEXT_MAX, "P%uM", d.months);
    else
        snprintf(ret_text, DURATION_TEXT_MAX, "P%uD", d.days);
}

Day duration_after(Day from, Duration d) {
    return from == DAY_NONE ? from : day_after_months(from, d.months) + (Day)d.days;
}

Day duration_before(Day d, Duration duration) {
    return d == DAY_NONE ? d : d - (Day)(duration.days + duration.months * 31);
}

bool duration_longer(Duration a, Duration b) {
    if (a.months && b.months)
        return a.months > b.months;
    /* no month is shorter than 28 days; n months are at most 31 n, 366 a year */
    return (uint64_t)a.days + (uint64_t)(a.months / 12) * 365 + (uint64_t)(a.months % 12) * 28 >
           (uint64_t)b.days + (uint64_t)(b.months / 12) * 366 + (uint64_t)(b.months % 12) * 31;
}

bool year_end_parse(Span text, YearEnd *ret) {
    char whole[11] = "2024-"; /* a leap year */
    unsigned month, day;
    int year;
    Day d;

    if (text.n != 5)
        return false;
    memcpy(whole + 5, text.at, 5);
    if (!day_parse(span(whole, 10), &d))
        return false;
    day_split(d, &year, &month, &day);
    *ret = (YearEnd){month, day};
    return true;
}

Day day_round(Day d, Rounding r, YearEnd fiscal) {
    if (r == ROUND_MONTH)
        return day_end_of_month(d);
    if (r == ROUND_YEAR)
        return day_next(d, 12, 31);
    if (r == ROUND_FISCAL_YEAR)
        return day_next(d, fiscal.month, fiscal.day);
    return d;
}
