/*
 * Calendar: see calendar.h.
 *
 * A slot is looked for day by day from the day before, so that a day that has 23 or 25 hours needs
 * no thought: each time of a day is made into an instant, and the first that is late enough is it.
 */
#include "base/calendar.h"

#include <stdio.h>
#include <time.h>

enum { DAY_MINUTES = 24 * 60, SEARCH_DAYS = 16 };

static const char *const day_names[7] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

void calendar_zone(void) {
    tzset();
}

/* ---- words ---- */

/* The text up to `stop`, or all of it; *rest moves behind. */
static Span cut(Span *rest, uint8_t stop) {
    const uint8_t *at = rest->n ? memchr(rest->at, stop, rest->n) : NULL;
    Span word = span(rest->at, at ? (size_t)(at - rest->at) : rest->n);

    *rest = at ? span(at + 1, rest->n - word.n - 1) : span(NULL, 0);
    return word;
}

static int parse_day(Span s) {
    for (int i = 0; i < 7; i++) {
        if (span_is(s, day_names[i]))
            return i;
    }
    return -1;
}

/* mon, or mon..fri, which may go around: sat..mon. */
static bool parse_days_range(Span s, uint8_t *days) {
    Span first = s, last = s;
    int from, to;

    if (s.n == 8 && memcmp(s.at + 3, "..", 2) == 0) {
        first = span(s.at, 3);
        last = span(s.at + 5, 3);
    }
    from = parse_day(first);
    to = parse_day(last);
    if (from < 0 || to < 0)
        return false;
    *days |= (uint8_t)(1u << to);
    for (int i = from; i != to; i = (i + 1) % 7)
        *days |= (uint8_t)(1u << i);
    return true;
}

static bool parse_days(Span s, uint8_t *ret) {
    uint8_t days = 0;

    if (span_is(s, "daily")) {
        days = CALENDAR_EVERY_DAY;
    } else if (span_is(s, "weekly")) {
        days = 1;
    } else {
        do {
            if (!parse_days_range(cut(&s, ','), &days))
                return false;
        } while (s.at);
    }
    *ret = days;
    return true;
}

static bool is_digit(uint8_t c) {
    return c >= '0' && c <= '9';
}

/* HH:MM; 24:00 is no time of a day. */
static bool parse_time(Span s, uint16_t *ret) {
    unsigned hour, minute;

    if (s.n != 5 || s.at[2] != ':' || !is_digit(s.at[0]) || !is_digit(s.at[1]) ||
        !is_digit(s.at[3]) || !is_digit(s.at[4]))
        return false;
    hour = (unsigned)(s.at[0] - '0') * 10 + (unsigned)(s.at[1] - '0');
    minute = (unsigned)(s.at[3] - '0') * 10 + (unsigned)(s.at[4] - '0');
    *ret = (uint16_t)(hour * 60 + minute);
    return hour < 24 && minute < 60;
}

/* Puts a time where it belongs; one that stands twice is written wrong. */
static bool times_add(Calendar *c, uint16_t minute) {
    size_t i = c->n;

    if (c->n == CALENDAR_TIMES_MAX)
        return false;
    for (; i && c->at[i - 1] > minute; i--)
        c->at[i] = c->at[i - 1];
    if (i && c->at[i - 1] == minute)
        return false;
    c->at[i] = minute;
    c->n++;
    return true;
}

int calendar_parse(Span text, Calendar *ret) {
    Span rest = text;
    Calendar c = {0};

    if (!parse_days(cut(&rest, ' '), &c.days))
        return -EINVAL;
    if (!rest.at)
        c.n = 1; /* midnight */
    while (rest.at) {
        uint16_t minute;

        if (!parse_time(cut(&rest, ','), &minute) || !times_add(&c, minute))
            return -EINVAL;
    }
    *ret = c;
    return 0;
}

int hours_parse(Span text, Hours *ret) {
    Hours h = {.days = CALENDAR_EVERY_DAY};
    Span rest = text, first = cut(&rest, ' ');

    if (rest.at && !parse_days(first, &h.days))
        return -EINVAL;
    if (!rest.at)
        rest = first;
    if (!parse_time(cut(&rest, '-'), &h.from) || !parse_time(rest, &h.to) || h.from == h.to)
        return -EINVAL;
    *ret = h;
    return 0;
}

/* ---- instants ---- */

/*
 * The instant of a minute on a day; `day` may be beyond its month. False where the clocks leave it
 * out. Summer time is tried first: of a time that comes twice it is the first.
 */
static bool instant(const struct tm *day, int offset, unsigned minute, int64_t *ret) {
    for (int summer = 1; summer >= 0; summer--) {
        struct tm t = {.tm_year = day->tm_year,
                       .tm_mon = day->tm_mon,
                       .tm_mday = day->tm_mday + offset,
                       .tm_hour = (int)minute / 60,
                       .tm_min = (int)minute % 60,
                       .tm_isdst = summer};
        time_t at = mktime(&t);

        if (t.tm_isdst == summer && t.tm_hour == (int)minute / 60 && t.tm_min == (int)minute % 60) {
            *ret = at;
            return true;
        }
    }
    return false;
}

/* Monday is 0. */
static int weekday(const struct tm *day, int offset) {
    return ((day->tm_wday + 6 + offset) % 7 + 7) % 7;
}

static bool day_is_in(uint8_t days, const struct tm *day, int offset) {
    return days >> weekday(day, offset) & 1;
}

bool calendar_next(const Calendar *c, int64_t after, int64_t *ret) {
    time_t t = (time_t)after;
    struct tm day;

    if (!localtime_r(&t, &day))
        return false;
    for (int offset = -1; offset < SEARCH_DAYS; offset++) {
        if (!day_is_in(c->days, &day, offset))
            continue;
        for (size_t i = 0; i < c->n; i++) {
            int64_t at;

            if (instant(&day, offset, c->at[i], &at) && at > after) {
                *ret = at;
                return true;
            }
        }
    }
    return false;
}

/* As the clock on the wall shows it: the minute of the day decides, whatever the zone does. */
bool hours_hold(const Hours *h, int64_t at, int64_t *ret_end) {
    bool over = h->to <= h->from;
    time_t t = (time_t)at;
    unsigned minute;
    struct tm day;
    int offset;

    if (!localtime_r(&t, &day))
        return false;
    minute = (unsigned)(day.tm_hour * 60 + day.tm_min);
    if (minute >= h->from && (over || minute < h->to) && day_is_in(h->days, &day, 0))
        offset = over;
    else if (over && minute < h->to && day_is_in(h->days, &day, -1))
        offset = 0;
    else
        return false;
    /* an end that the clocks leave out is the next minute that there is */
    for (unsigned end = h->to; end < DAY_MINUTES; end++) {
        if (instant(&day, offset, end, ret_end) && *ret_end > at)
            return true;
    }
    *ret_end = at + 60;
    return true;
}

/* ---- printing ---- */

static void print_days(uint8_t days, Buf *to) {
    size_t before = to->n;

    if (days == CALENDAR_EVERY_DAY) {
        buf_text(to, "daily");
        return;
    }
    for (int i = 0; i < 7; i++) {
        if (days >> i & 1)
            buf_printf(to, "%s%s", to->n > before ? "," : "", day_names[i]);
    }
}

static void print_time(uint16_t minute, Buf *to) {
    buf_printf(to, "%02u:%02u", minute / 60u, minute % 60u);
}

void calendar_print(const Calendar *c, Buf *to) {
    print_days(c->days, to);
    for (size_t i = 0; i < c->n; i++) {
        buf_byte(to, i ? ',' : ' ');
        print_time(c->at[i], to);
    }
}

void hours_print(const Hours *h, Buf *to) {
    if (h->days != CALENDAR_EVERY_DAY) {
        print_days(h->days, to);
        buf_byte(to, ' ');
    }
    print_time(h->from, to);
    buf_byte(to, '-');
    print_time(h->to, to);
}

void calendar_print_systemd(const Calendar *c, size_t i, Buf *to) {
    size_t before = to->n;

    for (int d = 0; d < 7 && c->days != CALENDAR_EVERY_DAY; d++) {
        if (c->days >> d & 1)
            buf_printf(to, "%s%c%s", to->n > before ? "," : "", day_names[d][0] & ~0x20,
                       day_names[d] + 1);
    }
    buf_text(to, to->n > before ? " *-*-* " : "*-*-* ");
    print_time(c->at[i], to);
    buf_text(to, ":00");
}

/* Days are names, which every cron takes; Sunday has two numbers. */
void calendar_print_cron(const Calendar *c, size_t i, Buf *to) {
    buf_printf(to, "%u %u * * ", c->at[i] % 60u, c->at[i] / 60u);
    if (c->days == CALENDAR_EVERY_DAY)
        buf_byte(to, '*');
    else
        print_days(c->days, to);
}
