/* Stamp: see stamp.h. */
#include "extract/text/stamp.h"

#include "base/clock.h"
#include "extract/text/dates.h"

#define NS_PER_DAY (86400 * CLOCK_NS_PER_S)

static bool is_digit(uint8_t b) {
    return b >= '0' && b <= '9';
}

/* The text is of this form: 0 a digit, a a letter, anything else itself. */
static bool has_form(Span s, const char *form) {
    size_t n = strlen(form);

    if (s.n < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        uint8_t b = s.at[i];

        if (form[i] == '0'   ? !is_digit(b)
            : form[i] == 'a' ? (b | 0x20) < 'a' || (b | 0x20) > 'z'
                             : b != (uint8_t)form[i])
            return false;
    }
    return true;
}

static unsigned number(const uint8_t *at, size_t n) {
    unsigned v = 0;

    for (size_t i = 0; i < n; i++)
        v = v * 10 + (unsigned)(at[i] - '0');
    return v;
}

/* HH:MM:SS of a day; false: no such time. */
static bool at_time(unsigned year, unsigned month, unsigned day, const uint8_t *time,
                    int64_t *ret) {
    unsigned hour = number(time, 2), minute = number(time + 3, 2), second = number(time + 6, 2);
    int64_t days;

    if (hour > 23 || minute > 59 || second > 60 || !date_days(year, month, day, &days))
        return false;
    *ret = days * NS_PER_DAY + (int64_t)(hour * 3600 + minute * 60 + second) * CLOCK_NS_PER_S;
    return true;
}

static size_t iso(Span s, int64_t *ret) {
    size_t n;

    if (!has_form(s, "0000-00-00") && !has_form(s, "0000/00/00"))
        return 0;
    n = date_parse_iso(s, ret);
    return n >= 16 ? n : 0; /* with a time of day */
}

/* 01-Mar-2024 12:00:00 and 01/Mar/2024:12:00:00 +0100 */
static size_t named_month(Span s, int64_t *ret) {
    size_t n = 20;
    unsigned month;

    if (!has_form(s, "00-aaa-0000 00:00:00") && !has_form(s, "00/aaa/0000:00:00:00"))
        return 0;
    month = date_month(span(s.at + 3, 3));
    if (!month || !at_time(number(s.at + 7, 4), month, number(s.at, 2), s.at + 12, ret))
        return 0;
    if (has_form(span(s.at + n, s.n - n), " +0000") ||
        has_form(span(s.at + n, s.n - n), " -0000")) {
        int64_t ahead = number(s.at + n + 2, 2) * 3600 + number(s.at + n + 4, 2) * 60;

        *ret -= (s.at[n + 1] == '-' ? -ahead : ahead) * CLOCK_NS_PER_S;
        n += 6;
    }
    return n;
}

/* Fri Mar 01 12:00:00.123456 2024 */
static size_t ctime_form(Span s, int64_t *ret) {
    size_t i = 19;
    unsigned month;

    if (!has_form(s, "aaa aaa 00 00:00:00") && !has_form(s, "aaa aaa  0 00:00:00"))
        return 0;
    month = date_month(span(s.at + 4, 3));
    if (i < s.n && s.at[i] == '.') {
        for (i++; i < s.n && is_digit(s.at[i]);)
            i++;
    }
    if (!month || !has_form(span(s.at + i, s.n - i), " 0000"))
        return 0;
    return at_time(number(s.at + i + 1, 4), month,
                   s.at[8] == ' ' ? number(s.at + 9, 1) : number(s.at + 8, 2), s.at + 11, ret)
               ? i + 5
               : 0;
}

static size_t seconds(Span s, int64_t *ret) {
    if (!has_form(s, "0000000000.000 ") || s.at[0] != '1')
        return 0;
    *ret = (int64_t)number(s.at, 10) * CLOCK_NS_PER_S + number(s.at + 11, 3) * 1000000;
    return 14;
}

/* The common log format: in brackets, behind an address and two names. */
static size_t common_log(Span s, int64_t *ret) {
    const uint8_t *open = s.n ? memchr(s.at, '[', s.n) : NULL;
    size_t at = open ? (size_t)(open - s.at) + 1 : 0, n;

    if (at < 6 || s.at[at - 2] != ' ')
        return 0;
    n = named_month(span(s.at + at, s.n - at), ret);
    return n ? at + n : 0;
}

size_t stamp_parse(Span line, int64_t *ret) {
    size_t bracket = line.n && line.at[0] == '[', n;
    Span s;

    if (line.n > STAMP_LINE_MAX)
        line.n = STAMP_LINE_MAX;
    s = span(line.at + bracket, line.n - bracket);
    n = iso(s, ret);
    n = n ? n : named_month(s, ret);
    n = n ? n : ctime_form(s, ret);
    n = n || bracket ? n : seconds(s, ret);
    if (n)
        return bracket + n;
    return common_log(line, ret);
}
