/* Calendar: what is written, slots over changes of the clock, hours over midnight. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <time.h>

#include "base/calendar.h"

static void zone(const char *name) {
    setenv("TZ", name, 1);
    calendar_zone();
}

/* Seconds of "2026-03-28 02:30" in the zone at hand. */
static int64_t at(const char *text) {
    struct tm t = {.tm_isdst = -1};

    assert_non_null(strptime(text, "%Y-%m-%d %H:%M", &t));
    return mktime(&t);
}

static void assert_prints(const char *text, const char *expected) {
    _cleanup_(buf_done) Buf b = {0};
    Calendar c;

    assert_int_equal(calendar_parse(span_of(text), &c), 0);
    calendar_print(&c, &b);
    assert_string_equal(buf_cstr(&b), expected);
}

static void parses(void **state _unused_) {
    assert_prints("daily 22:00", "daily 22:00");
    assert_prints("daily", "daily 00:00");
    assert_prints("weekly", "mon 00:00");
    assert_prints("weekly 03:15", "mon 03:15");
    assert_prints("mon..fri 22:00,05:30", "mon,tue,wed,thu,fri 05:30,22:00");
    assert_prints("sat..mon 23:59", "mon,sat,sun 23:59");
    assert_prints("wed,sun 00:00", "wed,sun 00:00");
    assert_prints("mon..sun 12:00", "daily 12:00");
}

static void refuses(void **state _unused_) {
    static const char *const bad[] = {"",
                                      " ",
                                      "22:00",
                                      "daily 24:00",
                                      "daily 2:00",
                                      "daily 22:60",
                                      "daily 22:00,",
                                      "daily ,22:00",
                                      "daily 22:00,22:00",
                                      "mon, 22:00",
                                      "Mon 22:00",
                                      "mon-fri 22:00",
                                      "mon...fri",
                                      "daily  22:00",
                                      "monthly 22:00",
                                      "daily 22:00 ",
                                      "daily 22.00",
                                      "mon..xyz 10:00",
                                      "daily 22:00:00"};

    for (size_t i = 0; i < N_ELEMENTS(bad); i++) {
        Calendar c;

        if (calendar_parse(span_of(bad[i]), &c) != -EINVAL)
            fail_msg("'%s' was taken", bad[i]);
    }
}

static void too_many_times(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};
    Calendar c;

    buf_text(&b, "daily 00:00");
    for (int i = 1; i < CALENDAR_TIMES_MAX; i++)
        buf_printf(&b, ",%02d:00", i);
    assert_int_equal(calendar_parse(buf_as_span(&b), &c), 0);
    assert_int_equal(c.n, CALENDAR_TIMES_MAX);
    buf_text(&b, ",00:30");
    assert_int_equal(calendar_parse(buf_as_span(&b), &c), -EINVAL);
}

static void assert_next(const char *text, const char *after, const char *expected) {
    Calendar c;
    int64_t next;

    assert_int_equal(calendar_parse(span_of(text), &c), 0);
    assert_true(calendar_next(&c, at(after), &next));
    if (next != at(expected))
        fail_msg("'%s' after %s: %lld, expected %s = %lld", text, after, (long long)next, expected,
                 (long long)at(expected));
}

static void slots(void **state _unused_) {
    zone("UTC");
    assert_next("daily 22:00", "2026-11-28 21:59", "2026-11-28 22:00");
    assert_next("daily 22:00", "2026-11-28 22:00", "2026-11-29 22:00");
    assert_next("daily 22:00,05:00", "2026-11-28 22:00", "2026-11-29 05:00");
    assert_next("sat,sun 03:00", "2026-11-29 03:00", "2026-12-05 03:00");
    assert_next("weekly", "2026-11-28 12:00", "2026-11-30 00:00");
    assert_next("mon 10:00", "2026-12-28 10:00", "2027-01-04 10:00");
    assert_next("daily 00:00", "2024-02-28 12:00", "2024-02-29 00:00");
}

/* systemd says the same: systemd-analyze calendar, which tests/scan/schedule.py asks. */
static void summer_time(void **state _unused_) {
    Calendar c;
    int64_t next;

    zone("Europe/Berlin");
    assert_next("daily 02:30", "2026-03-28 12:00", "2026-03-30 02:30"); /* the 29th has none */
    assert_next("daily 03:00", "2026-03-28 12:00", "2026-03-29 03:00");
    assert_int_equal(calendar_parse(span_of("daily 02:30"), &c), 0);
    assert_true(calendar_next(&c, at("2026-10-24 12:00"), &next));
    assert_int_equal(next, 1792888200); /* 2026-10-25 00:30 UTC: the first of two */
    assert_true(calendar_next(&c, next, &next));
    assert_int_equal(next, at("2026-10-26 02:30"));
}

static void hours_of(const char *text, Hours *ret) {
    if (hours_parse(span_of(text), ret) < 0)
        fail_msg("'%s' was refused", text);
}

static void assert_hold(const char *text, const char *when, const char *end) {
    int64_t until = 0;
    Hours h;

    hours_of(text, &h);
    if (hours_hold(&h, at(when), &until) != (end != NULL))
        fail_msg("'%s' at %s: %s", text, when, end ? "do not hold" : "hold");
    if (end && until != at(end))
        fail_msg("'%s' at %s: until %lld, expected %lld", text, when, (long long)until,
                 (long long)at(end));
}

static void hours(void **state _unused_) {
    zone("UTC");
    assert_hold("08:00-18:00", "2026-11-28 07:59", NULL);
    assert_hold("08:00-18:00", "2026-11-28 08:00", "2026-11-28 18:00");
    assert_hold("08:00-18:00", "2026-11-28 17:59", "2026-11-28 18:00");
    assert_hold("08:00-18:00", "2026-11-28 18:00", NULL);
    assert_hold("mon..fri 08:00-18:00", "2026-11-28 12:00", NULL); /* a Saturday */
    assert_hold("mon..fri 08:00-18:00", "2026-11-30 12:00", "2026-11-30 18:00");
    assert_hold("22:00-06:00", "2026-11-28 23:00", "2026-11-29 06:00");
    assert_hold("22:00-06:00", "2026-11-29 05:59", "2026-11-29 06:00");
    assert_hold("22:00-06:00", "2026-11-29 06:00", NULL);
    assert_hold("fri 22:00-06:00", "2026-11-28 03:00", "2026-11-28 06:00");
    assert_hold("fri 22:00-06:00", "2026-11-28 22:30", NULL);
    assert_hold("12:00-00:00", "2026-11-28 13:00", "2026-11-29 00:00");
}

/* The end is one that there is: 02:30 of that day is not. */
static void hours_summer_time(void **state _unused_) {
    zone("Europe/Berlin");
    assert_hold("01:00-02:30", "2026-03-29 01:30", "2026-03-29 03:00");
    assert_hold("01:00-02:30", "2026-03-29 03:00", NULL);
}

static void hours_refused(void **state _unused_) {
    static const char *const bad[] = {
        "",          "08:00",           "08:00-08:00",   "8-18",        "08:00-24:00",
        "mon 08:00", "xyz 08:00-18:00", "08:00 - 18:00", "08:00-18:00 "};

    for (size_t i = 0; i < N_ELEMENTS(bad); i++) {
        Hours h;

        if (hours_parse(span_of(bad[i]), &h) != -EINVAL)
            fail_msg("'%s' was taken", bad[i]);
    }
}

static void other_forms(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};
    Calendar c;
    Hours h;

    assert_int_equal(calendar_parse(span_of("mon..wed 05:07,22:00"), &c), 0);
    calendar_print_systemd(&c, 0, &b);
    buf_byte(&b, '|');
    calendar_print_cron(&c, 1, &b);
    buf_byte(&b, '|');
    assert_int_equal(calendar_parse(span_of("daily 22:00"), &c), 0);
    calendar_print_systemd(&c, 0, &b);
    buf_byte(&b, '|');
    calendar_print_cron(&c, 0, &b);
    hours_of("mon,tue 22:00-06:30", &h);
    buf_byte(&b, '|');
    hours_print(&h, &b);
    assert_string_equal(buf_cstr(&b), "Mon,Tue,Wed *-*-* 05:07:00|0 22 * * mon,tue,wed|"
                                      "*-*-* 22:00:00|0 22 * * *|mon,tue 22:00-06:30");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses),
        cmocka_unit_test(refuses),
        cmocka_unit_test(too_many_times),
        cmocka_unit_test(slots),
        cmocka_unit_test(summer_time),
        cmocka_unit_test(hours),
        cmocka_unit_test(hours_summer_time),
        cmocka_unit_test(hours_refused),
        cmocka_unit_test(other_forms),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
