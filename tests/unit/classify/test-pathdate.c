/* PathDate: names that say when, and names that only look so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "classify/pathdate.h"

static const YearEnd december = {12, 31};

static void assert_period(const char *path, YearEnd fiscal, const char *pattern, const char *from,
                          const char *to) {
    PathDate d;
    char a[DAY_TEXT_MAX], b[DAY_TEXT_MAX];

    if (!path_date(span_of(path), fiscal, &d))
        fail_msg("%s: no date, expected %s", path, from);
    day_print(d.from, a);
    day_print(d.to, b);
    if (strcmp(a, from) != 0 || strcmp(b, to) != 0 || strcmp(d.pattern, pattern) != 0)
        fail_msg("%s: %s %s..%s, expected %s %s..%s", path, d.pattern, a, b, pattern, from, to);
}

static void reads_names(void **state _unused_) {
    static const struct {
        const char *path, *pattern, *from, *to;
    } cases[] = {
        {"a/20190307.txt", "year-month-day", "2019-03-07", "2019-03-07"},
        {"a/scan_20190307_1.pdf", "year-month-day", "2019-03-07", "2019-03-07"},
        {"IMG_20190307123456.jpg", "year-month-day", "2019-03-07", "2019-03-07"},
        {"backup-2019-03-07.tar.gz", "year-month-day", "2019-03-07", "2019-03-07"},
        {"07.03.2019 minutes.doc", "day-month-year", "2019-03-07", "2019-03-07"},
        {"25-03-2019.doc", "day-month-year", "2019-03-25", "2019-03-25"},
        {"03-04-2019.doc", "day-month-year", "2019-03-04", "2019-04-03"},
        {"payroll_2017-04.csv", "year-month", "2017-04-01", "2017-04-30"},
        {"payroll_201904.csv", "year-month", "2019-04-01", "2019-04-30"},
        {"2019-Q3/sales.xlsx", "year-quarter", "2019-07-01", "2019-09-30"},
        {"sales Q3 2019.xlsx", "year-quarter", "2019-07-01", "2019-09-30"},
        {"2019Q3.xlsx", "year-quarter", "2019-07-01", "2019-09-30"},
        {"H1-2020.xlsx", "year-half", "2020-01-01", "2020-06-30"},
        {"report-2020-W01.txt", "year-week", "2019-12-30", "2020-01-05"},
        {"KW53_2020.txt", "year-week", "2020-12-28", "2021-01-03"},
        {"FY2018/ledger.csv", "fiscal-year", "2018-01-01", "2018-12-31"},
        {"FY18 ledger.csv", "fiscal-year", "2018-01-01", "2018-12-31"},
        {"March 2019.doc", "month-name", "2019-03-01", "2019-03-31"},
        {"7-Mar-2019.doc", "month-name", "2019-03-07", "2019-03-07"},
        {"2019_m\xc3\xa4rz.doc", "month-name", "2019-03-01", "2019-03-31"},
        {"2015-2018/x", "years", "2015-01-01", "2018-12-31"},
        {"tax 2018-19.pdf", "years", "2018-01-01", "2019-12-31"},
        {"hr/2016/x.doc", "year", "2016-01-01", "2016-12-31"},
        {"form_941_2017.pdf", "year", "2017-01-01", "2017-12-31"},
        {"payroll2016.xls", "year", "2016-01-01", "2016-12-31"},
        {"photos/2019/03/07/a.jpg", "year-month-day", "2019-03-07", "2019-03-07"},
        {"photos/2019/03/a.jpg", "year-month", "2019-03-01", "2019-03-31"},
        {"2012/minutes 2019-03-01 to 2019-03-31.doc", "year-month-day", "2019-03-01", "2019-03-31"},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++)
        assert_period(cases[i].path, december, cases[i].pattern, cases[i].from, cases[i].to);
}

static void knows_fiscal_years(void **state _unused_) {
    const YearEnd june = {6, 30};

    assert_period("FY2018", june, "fiscal-year", "2017-07-01", "2018-06-30");
    assert_period("FY2018-19", june, "fiscal-year", "2018-07-01", "2019-06-30");
    assert_period("fy 24", june, "fiscal-year", "2023-07-01", "2024-06-30");
}

static void leaves_alone(void **state _unused_) {
    static const char *const none[] = {
        "",
        "a",
        "report.doc",
        "tool-v2019.1",
        "tool 2019.1.3",
        "Windows Server 2019/setup.log",
        "Office2019/readme",
        "case-2019-00123.pdf",
        "00123-2019.pdf",
        "INV 2019.pdf",
        "u1990/x",
        "1234567890.bin",
        "20191332.txt",
        "2019-13-45",
        "port 2020",
        "201012.csv",
        "1066.txt",
        "2500.txt",
        "99-99-2019x",
        "#2019",
        "abc2019def",
    };
    PathDate d;

    for (size_t i = 0; i < N_ELEMENTS(none); i++) {
        if (path_date(span_of(none[i]), december, &d))
            fail_msg("'%s' was taken for %s", none[i], d.pattern);
    }
}

/* Any bytes, cut anywhere: an answer within the calendar, or none. */
static void bears_anything(void **state _unused_) {
    uint8_t name[300];
    uint32_t seed = 7;
    PathDate d;

    for (unsigned round = 0; round < 20000; round++) {
        size_t n = round % sizeof(name);

        for (size_t i = 0; i < n; i++) {
            seed = seed * 1664525 + 1013904223;
            name[i] = "0123456789-_./ QWHqfy2019\xc3\xa4"[seed >> 24 & 15 ? seed >> 20 & 15 : 20];
        }
        if (path_date(span(name, n), december, &d) && (d.from > d.to || d.from == DAY_NONE))
            fail_msg("round %u: %d..%d", round, d.from, d.to);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_names),
        cmocka_unit_test(knows_fiscal_years),
        cmocka_unit_test(leaves_alone),
        cmocka_unit_test(bears_anything),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
