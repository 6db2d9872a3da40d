/* Day: days there are, days there are not, months that are too short. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/day.h"

static Day day(const char *text) {
    Day d = DAY_NONE;

    if (!day_parse(span_of(text), &d))
        fail_msg("'%s' was not read", text);
    return d;
}

static void assert_day(Day got, const char *expected) {
    char text[DAY_TEXT_MAX];

    day_print(got, text);
    if (strcmp(text, expected) != 0)
        fail_msg("%s, expected %s", text, expected);
}

static void reads_and_prints(void **state _unused_) {
    static const char *const wrong[] = {
        "",           "2026-1-31",   "2026-02-29", "2026-13-01", "2026-00-10", "2026-01-00",
        "2026/01/31", "2026-01-31 ", "0000-00-00", "-026-01-31", "2026-+1-31", "20260131",
    };
    Day d;

    assert_int_equal(day("1970-01-01"), 0);
    assert_int_equal(day("1969-12-31"), -1);
    assert_int_equal(day("2000-03-01"), 11017);
    assert_day(day("2024-02-29"), "2024-02-29");
    assert_day(day("0001-01-01"), "0001-01-01");
    assert_day(day("9999-12-31"), "9999-12-31");
    assert_day(DAY_NONE, "unknown");
    for (size_t i = 0; i < N_ELEMENTS(wrong); i++) {
        if (day_parse(span_of(wrong[i]), &d))
            fail_msg("'%s' was read", wrong[i]);
    }
}

/* Every day of 400 years, the length of the calendar's cycle, splits into itself. */
static void splits(void **state _unused_) {
    for (Day d = day("1970-01-01"), end = day("2370-01-01"); d < end; d++) {
        unsigned m, n;
        Day again = 0;
        int y;

        day_split(d, &y, &m, &n);
        if (!day_of_date(y, m, n, &again) || again != d)
            fail_msg("day %d became %d-%u-%u, which is %d", d, y, m, n, again);
    }
}

static void counts_months(void **state _unused_) {
    assert_day(day_after_months(day("2024-02-29"), 12), "2025-03-01");
    assert_day(day_after_months(day("2024-02-29"), 48), "2028-02-29");
    assert_day(day_after_months(day("2026-01-31"), 1), "2026-03-01");
    assert_day(day_after_months(day("2026-12-15"), 1), "2027-01-15");
    assert_day(day_after_months(day("2026-12-15"), 0), "2026-12-15");
    assert_int_equal(day_after_months(DAY_NONE, 3), DAY_NONE);
    assert_true(day_after_months(day("9999-12-31"), 12) <= day("9999-12-31"));
}

static void finds_ends(void **state _unused_) {
    assert_day(day_end_of_month(day("2024-02-01")), "2024-02-29");
    assert_day(day_end_of_month(day("2023-12-31")), "2023-12-31");
    assert_day(day_next(day("2023-07-01"), 6, 30), "2024-06-30");
    assert_day(day_next(day("2023-06-30"), 6, 30), "2023-06-30");
    assert_day(day_next(day("2023-01-01"), 2, 29), "2023-02-28");
    assert_day(day_next(day("2024-01-01"), 2, 29), "2024-02-29");
}

static void takes_times(void **state _unused_) {
    assert_int_equal(day_of_time(0), 0);
    assert_int_equal(day_of_time(-1), -1);
    assert_int_equal(day_of_time(INT64_C(86400000000000)), 1);
    assert_int_equal(day_of_time(INT64_C(-86400000000000)), -1);
    assert_int_equal(day_of_time(INT64_MIN), DAY_NONE);
    assert_true(day_of_time(INT64_MAX) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_prints), cmocka_unit_test(splits),
        cmocka_unit_test(counts_months),    cmocka_unit_test(finds_ends),
        cmocka_unit_test(takes_times),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
