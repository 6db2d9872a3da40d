/* Dates: see dates.h. */
#include "extract/text/dates.h"

#include <strings.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/day.h"
#include "model/rowdate.h"

#define NS_PER_DAY  (86400 * CLOCK_NS_PER_S)
#define EMPTY_RANGE ((DateRange){.from = INT64_MAX, .to = INT64_MIN})

enum { YEAR_FIRST = 1900, YEAR_LAST = 2200 };

bool date_is_record(Span name) {
    return row_date_of(name) != ROW_DATE_NONE;
}

/* ---- one date ---- */

bool date_days(unsigned year, unsigned month, unsigned day, int64_t *ret) {
    Day d;

    if (year < YEAR_FIRST || year > YEAR_LAST || !day_of_date((int)year, month, day, &d))
        return false;
    *ret = d;
    return true;
}

unsigned date_month(Span s) {
    static const char *const names[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};

    for (unsigned i = 0; i < N_ELEMENTS(names); i++) {
        if ((s.n == 3 || s.n == strlen(names[i])) &&
            strncasecmp((const char *)s.at, names[i], s.n) == 0)
            return i + 1;
    }
    return 0;
}

/* Up to `most` digits at *at; how many. */
static size_t digits(Span s, size_t *at, size_t most, unsigned *ret) {
    size_t n = 0;

    for (*ret = 0; n < most && *at < s.n && s.at[*at] >= '0' && s.at[*at] <= '9'; n++, ++*at)
        *ret = *ret * 10 + (unsigned)(s.at[*at] - '0');
    return n;
}

static bool is_at(Span s, size_t at, uint8_t c) {
    return at < s.n && s.at[at] == c;
}

/* The fraction of a second at *at, if there is one. */
static int64_t fraction(Span s, size_t *at) {
    int64_t ns = 0, unit = CLOCK_NS_PER_S / 10;

    if (*at + 1 >= s.n || (s.at[*at] != '.' && s.at[*at] != ',') || s.at[*at + 1] < '0' ||
        s.at[*at + 1] > '9')
        return 0;
    for (++*at; *at < s.n && s.at[*at] >= '0' && s.at[*at] <= '9'; ++*at, unit /= 10)
        ns += (s.at[*at] - '0') * unit;
    return ns;
}

/* Z, +01, +0100, +01:00, after blanks or none: the seconds by which it is ahead of UTC. */
static int64_t zone(Span s, size_t *at) {
    size_t i = *at;
    unsigned hours, minutes = 0;
    bool west;

    if (is_at(s, i, 'Z')) {
        ++*at;
        return 0;
    }
    i += is_at(s, i, ' ');
    west = is_at(s, i, '-');
    if ((!west && !is_at(s, i, '+')) || (i++, digits(s, &i, 2, &hours) != 2))
        return 0;
    *at = i;
    i += is_at(s, i, ':');
    if (digits(s, &i, 2, &minutes) == 2 && minutes < 60)
        *at = i;
    else
        minutes = 0;
    return (west ? -1 : 1) * (int64_t)(hours * 3600 + minutes * 60);
}

/* HH:MM[:SS[.f]] [AM|PM] [zone] at *at: ns of the day, taken back to UTC. Nothing there is 0. */
static int64_t time_of_day(Span s, size_t *at) {
    size_t i = *at;
    unsigned hour, minute, second = 0;
    int64_t ns = 0;

    if (digits(s, &i, 2, &hour) == 0 || hour > 24 || !is_at(s, i, ':') ||
        (i++, digits(s, &i, 2, &minute) != 2) || minute > 59)
        return 0;
    if (is_at(s, i, ':')) {
        size_t k = i + 1;

        if (digits(s, &k, 2, &second) == 2 && second < 61) {
            i = k;
            ns = fraction(s, &i);
        }
    }
    if (i + 2 < s.n && s.at[i] == ' ' && (s.at[i + 2] | 0x20) == 'm') {
        if ((s.at[i + 1] | 0x20) == 'p' && hour < 12)
            hour += 12;
        else if ((s.at[i + 1] | 0x20) == 'a' && hour == 12)
            hour = 0;
        i += 3;
    }
    *at = i;
    ns += (int64_t)(hour * 3600 + minute * 60 + second) * CLOCK_NS_PER_S;
    return ns - zone(s, at) * CLOCK_NS_PER_S;
}

size_t date_parse_iso(Span s, int64_t *ret) {
    size_t i = 0, k;
    unsigned year, month, day;
    int64_t days;

    if (digits(s, &i, 4, &year) != 4 || i == s.n || (s.at[i] != '-' && s.at[i] != '/'))
        return 0;
    k = i++;
    if (digits(s, &i, 2, &month) == 0 || !is_at(s, i, s.at[k]) ||
        (i++, digits(s, &i, 2, &day) == 0) || !date_days(year, month, day, &days) ||
        (i < s.n && s.at[i] >= '0' && s.at[i] <= '9'))
        return 0;
    *ret = days * NS_PER_DAY;
    k = i;
    if (k < s.n && (s.at[k] == 'T' || s.at[k] == ' ' || s.at[k] == '_')) {
        k++;
        *ret += time_of_day(s, &k);
        if (k > i + 1)
            i = k;
    }
    return i;
}

/* ---- the value of a column ---- */

static void range_add(DateRange *r, int64_t t) {
    r->from = t < r->from ? t : r->from;
    r->to = t > r->to ? t : r->to;
}

/* A bare number: YYYYMMDD, YYYYMMDDhhmmss, or a time since 1970 by its length. */
static bool note_number(DateColumn *c, Span s) {
    static const int64_t unit[20] = {
        [9] = CLOCK_NS_PER_S, [10] = CLOCK_NS_PER_S, [12] = 1000000, [13] = 1000000,
        [15] = 1000,          [16] = 1000,           [18] = 1,       [19] = 1,
    };
    uint64_t v = 0;
    int64_t days;

    if (s.n > 19)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.at[i] < '0' || s.at[i] > '9')
            return false;
        v = v * 10 + (uint64_t)(s.at[i] - '0');
    }
    if (s.n == 8 || s.n == 14) {
        uint64_t date = s.n == 8 ? v : v / 1000000, time = s.n == 8 ? 0 : v % 1000000;

        if (!date_days((unsigned)(date / 10000), (unsigned)(date / 100 % 100),
                       (unsigned)(date % 100), &days))
            return false;
        range_add(&c->sure, days * NS_PER_DAY + (int64_t)(time / 10000 * 3600 +
                                                          time / 100 % 100 * 60 + time % 100) *
                                                    CLOCK_NS_PER_S);
        return true;
    }
    if (!unit[s.n] || v > (uint64_t)(INT64_MAX / unit[s.n]))
        return false;
    range_add(&c->sure, (int64_t)v * unit[s.n]);
    return true;
}

/* a.b.year, a/b/year, a-b-year: which of the two is the day? */
static bool note_parts(DateColumn *c, Span s) {
    size_t i = 0;
    unsigned a, b, year;
    int64_t time, day_first = 0, month_first = 0;
    bool is_day_first, is_month_first;
    uint8_t by;

    if (digits(s, &i, 2, &a) == 0 || i == s.n || !memchr("./-", s.at[i], 3))
        return false;
    by = s.at[i++];
    if (digits(s, &i, 2, &b) == 0 || !is_at(s, i, by) || (i++, digits(s, &i, 4, &year) != 4))
        return false;
    i += is_at(s, i, ',');
    i += is_at(s, i, ' ');
    time = time_of_day(s, &i);
    is_day_first = date_days(year, b, a, &day_first);
    is_month_first = by != '.' && date_days(year, a, b, &month_first);
    if (by == '.' && is_day_first)
        range_add(&c->sure, day_first * NS_PER_DAY + time);
    if (by == '.' || (!is_day_first && !is_month_first))
        return is_day_first;
    c->day_first |= is_day_first && !is_month_first;
    c->month_first |= is_month_first && !is_day_first;
    if (is_day_first)
        range_add(&c->as_day_first, day_first * NS_PER_DAY + time);
    if (is_month_first)
        range_add(&c->as_month_first, month_first * NS_PER_DAY + time);
    return true;
}

/* 1 Mar 2024, 01-MAR-24, with a day of the week before, with a time behind. */
static bool note_words(DateColumn *c, Span s) {
    size_t i = 0, k, n;
    unsigned day, month, year;
    int64_t days;

    if (s.n > 5 && s.at[3] == ',' && s.at[4] == ' ')
        i = 5;
    if (digits(s, &i, 2, &day) == 0 || i == s.n || (s.at[i] != ' ' && s.at[i] != '-'))
        return false;
    for (k = ++i; i < s.n && (s.at[i] | 0x20) >= 'a' && (s.at[i] | 0x20) <= 'z';)
        i++;
    month = date_month(span(s.at + k, i - k));
    if (!month || i == s.n || (s.at[i] != ' ' && s.at[i] != '-'))
        return false;
    i++;
    n = digits(s, &i, 4, &year);
    if (n == 2)
        year += year < 50 ? 2000 : 1900;
    if ((n != 2 && n != 4) || !date_days(year, month, day, &days))
        return false;
    i += is_at(s, i, ' ');
    range_add(&c->sure, days * NS_PER_DAY + time_of_day(s, &i));
    return true;
}

static bool note_iso(DateColumn *c, Span s) {
    int64_t t;

    if (!date_parse_iso(s, &t))
        return false;
    range_add(&c->sure, t);
    return true;
}

/* What is written where there is no date. */
static bool is_none(Span s) {
    switch (s.n ? s.at[0] : 0) {
    case 0:
        return true;
    case '0':
        return s.n < 3 || (s.at[1] == '0' && s.at[2] == '0');
    case '1':
        return span_starts(s, span_of("1900-01-01")) || span_is(s, "1970-01-01") ||
               span_starts(s, span_of("1970-01-01 00:00:00")) ||
               span_starts(s, span_of("1970-01-01T00:00:00"));
    case '9':
        return span_starts(s, span_of("9999"));
    case 'n':
    case 'N':
        return s.n == 4 && (strncasecmp((const char *)s.at, "null", s.n) == 0 ||
                            strncasecmp((const char *)s.at, "none", s.n) == 0);
    default:
        return false;
    }
}

static void note(DateColumn *c, Span s) {
    while (s.n && (s.at[0] == ' ' || s.at[0] == '"' || s.at[0] == '\''))
        s = span(s.at + 1, s.n - 1);
    while (s.n && (s.at[s.n - 1] <= ' ' || s.at[s.n - 1] == '"' || s.at[s.n - 1] == '\''))
        s.n--;
    if (is_none(s))
        return;
    if (note_iso(c, s) || note_number(c, s) || note_parts(c, s) || note_words(c, s))
        c->dates++;
    else
        c->others++;
}

void dates_more_open(Dates *d, const uint8_t *at, size_t n) {
    size_t room = DATES_TEXT_MAX - d->text_n;

    if (d->closed)
        return;
    if (n > room) {
        d->text_n = 0;
        d->open = 0; /* too long for a date */
    } else if (n) {
        memcpy(d->text + d->text_n, at, n);
        d->text_n += n;
    }
}

void dates_end_open(Dates *d) {
    note(&d->columns[d->open - 1], span(d->text, d->text_n));
    d->open = 0;
}

/* ---- columns ---- */

void dates_done(Dates *d) {
    explicit_bzero(d->text, sizeof(d->text));
    free(d->columns);
    *d = (Dates){0};
}

void dates_clear(Dates *d) {
    for (size_t i = 0; i < d->n; i++)
        d->of[d->columns[i].number] = 0;
    d->n = d->open = 0;
}

static void column_reset(DateColumn *c) {
    *c = (DateColumn){.number = c->number,
                      .sure = EMPTY_RANGE,
                      .as_day_first = EMPTY_RANGE,
                      .as_month_first = EMPTY_RANGE};
}

int dates_column(Dates *d, uint32_t number, Span name) {
    return date_is_record(name) ? dates_watch(d, number) : 0;
}

int dates_watch(Dates *d, uint32_t number) {
    DateColumn *c;

    if (!number || number > PART_COLUMNS_MAX || d->of[number])
        return 0;
    if (d->n == d->room) {
        size_t room = d->room ? 2 * d->room : 8;

        c = reallocarray(d->columns, room, sizeof(*c));
        if (!c)
            return -ENOMEM;
        d->columns = c;
        d->room = room;
    }
    c = &d->columns[d->n++];
    c->number = number;
    column_reset(c);
    d->of[number] = (uint16_t)d->n;
    return 0;
}

/* All the dates of a column; false: none, or doubtful ones. */
static bool column_range(const DateColumn *c, DateRange *ret) {
    *ret = c->sure;
    if (c->day_first != c->month_first) {
        const DateRange *r = c->day_first ? &c->as_day_first : &c->as_month_first;

        ret->from = r->from < ret->from ? r->from : ret->from;
        ret->to = r->to > ret->to ? r->to : ret->to;
    }
    return ret->from <= ret->to && c->dates > c->others;
}

int dates_tell(Dates *d, Extraction *x) {
    int r = 0;

    dates_end(d);
    for (size_t i = 0; r == 0 && i < d->n; i++) {
        DateRange range;

        if (column_range(&d->columns[i], &range))
            r = extract_fact(x, &(Fact){.kind = FACT_ROW_DATE,
                                        .from = range.from,
                                        .to = range.to,
                                        .column = d->columns[i].number});
        column_reset(&d->columns[i]);
    }
    return r;
}
