/* Duration: what is read and what is refused, periods that end, rounding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "rule/duration.h"

static Day day(const char *text) {
    Day d = DAY_NONE;

    if (!day_parse(span_of(text), &d))
        fail_msg("'%s' was not read", text);
    return d;
}

static Duration duration(const char *text) {
    Duration d = {0};

    if (!duration_parse(span_of(text), &d))
        fail_msg("'%s' was not read", text);
    return d;
}

static void assert_day(Day got, const char *expected) {
    char text[DAY_TEXT_MAX];

    day_print(got, text);
    if (strcmp(text, expected) != 0)
        fail_msg("%s, expected %s", text, expected);
}

static void reads(void **state _unused_) {
    static const struct {
        const char *text, *printed;
    } good[] = {
        {"P2Y", "P2Y"},   {"P18M", "P18M"}, {"P1Y6M", "P18M"}, {"P12M", "P1Y"},
        {"P90D", "P90D"}, {"P2W", "P14D"},  {"P0D", "P0D"},    {"P0Y", "P0D"},
    };
    static const char *const bad[] = {
        "",       "P",     "2Y",        "P2",   "PT5H", "P1M10D",
        "P1Y1D",  "P1D1D", "P1M1Y",     "p1y",  "P-1Y", "P1.5Y",
        "P1W2D",  "P1Y1Y", " P1Y",      "P1Y ", "PY",   "P99999999999Y",
        "P2000Y", "P1YT",  "P9999999D",
    };
    char text[DURATION_TEXT_MAX];
    Duration d;

    for (size_t i = 0; i < N_ELEMENTS(good); i++) {
        duration_print(duration(good[i].text), text);
        if (strcmp(text, good[i].printed) != 0)
            fail_msg("%s became %s, expected %s", good[i].text, text, good[i].printed);
    }
    for (size_t i = 0; i < N_ELEMENTS(bad); i++) {
        if (duration_parse(span_of(bad[i]), &d))
            fail_msg("'%s' was read", bad[i]);
    }
}

static void ends(void **state _unused_) {
    assert_day(duration_after(day("2024-02-29"), duration("P1Y")), "2025-03-01");
    assert_day(duration_after(day("2025-12-31"), duration("P2M")), "2026-03-01");
    assert_day(duration_after(day("2026-01-01"), duration("P90D")), "2026-04-01");
    assert_day(duration_after(day("2026-01-01"), duration("P0D")), "2026-01-01");
    assert_int_equal(duration_after(DAY_NONE, duration("P1Y")), DAY_NONE);
    assert_day(duration_before(day("2026-04-01"), duration("P90D")), "2026-01-01");
    assert_true(duration_before(day("2026-03-31"), duration("P1M")) <= day("2026-02-28"));
}

static void compares(void **state _unused_) {
    assert_true(duration_longer(duration("P3Y"), duration("P2Y")));
    assert_false(duration_longer(duration("P2Y"), duration("P2Y")));
    assert_true(duration_longer(duration("P6M"), duration("P90D")));
    assert_false(duration_longer(duration("P3M"), duration("P90D")));
    assert_false(duration_longer(duration("P90D"), duration("P3M")));
    assert_true(duration_longer(duration("P367D"), duration("P1Y")));
    assert_true(duration_longer(duration("P1D"), duration("P0D")));
}

static void rounds(void **state _unused_) {
    YearEnd june, feb, none;

    assert_true(year_end_parse(span_of("06-30"), &june));
    assert_true(year_end_parse(span_of("02-29"), &feb));
    assert_false(year_end_parse(span_of("02-30"), &none));
    assert_false(year_end_parse(span_of("6-30"), &none));
    assert_day(day_round(day("2026-02-03"), ROUND_NONE, june), "2026-02-03");
    assert_day(day_round(day("2026-02-03"), ROUND_MONTH, june), "2026-02-28");
    assert_day(day_round(day("2026-02-03"), ROUND_YEAR, june), "2026-12-31");
    assert_day(day_round(day("2026-07-01"), ROUND_FISCAL_YEAR, june), "2027-06-30");
    assert_day(day_round(day("2026-06-30"), ROUND_FISCAL_YEAR, june), "2026-06-30");
    assert_day(day_round(day("2026-01-01"), ROUND_FISCAL_YEAR, feb), "2026-02-28");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads),
        cmocka_unit_test(ends),
        cmocka_unit_test(compares),
        cmocka_unit_test(rounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
