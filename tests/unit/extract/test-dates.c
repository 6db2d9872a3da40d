/* Dates: which columns are watched, which values are dates, ranges; times of log lines. */
#include "recorder.h"

#include "extract/text/dates.h"
#include "extract/text/stamp.h"

#define S(seconds) (INT64_C(seconds) * 1000000000)

static void watches_columns_about_the_record(void **state _unused_) {
    static const char *const yes[] = {
        "created_at", "createdAt",
        "CREATED",    "date_created",
        "Order Date", "order_date",
        "hire_date",  "hired",
        "last_login", "updated_on",
        "timestamp",  "Date",
        "closed",     "user.meta.lastModified_date",
    };
    static const char *const no[] = {
        "dob",
        "date_of_birth",
        "birthDate",
        "Geburtsdatum",
        "naissance_date",
        "name",
        "order_id",
        "created_by",
        "order",
        "expiry_date",
        "update_count",
        "",
        "last_name",
        "due_date",
        "candidate",
        "start",
        "nacimiento_fecha_datetime",
    };

    for (size_t i = 0; i < N_ELEMENTS(yes); i++) {
        if (!date_is_record(span_of(yes[i])))
            fail_msg("%s: not watched", yes[i]);
    }
    for (size_t i = 0; i < N_ELEMENTS(no); i++) {
        if (date_is_record(span_of(no[i])))
            fail_msg("%s: watched", no[i]);
    }
}

static int note_fact(void *of, const Fact *f) {
    *(Fact *)of = *f;
    return 0;
}

static int ignore_part(void *of, PartKind kind, Span name, Encoding encoding) {
    (void)of, (void)kind, (void)name, (void)encoding;
    return 0;
}

/* The range over the values, a line each; {0, 0}: none. */
static DateRange range_of(const char *values) {
    Fact fact = {0};
    Receiver to = {.of = &fact, .part = ignore_part, .fact = note_fact};
    ExtractOptions o = {.to = &to};
    _cleanup_(extraction_freep) Extraction *x = NULL;
    Dates d = {0};

    assert_int_equal(extraction_new(&o, &x), 0);
    assert_int_equal(dates_column(&d, 3, span_of("created")), 0);
    for (const char *end; *values; values = end + 1) {
        end = strchr(values, '\n');
        dates_begin(&d, 2);
        dates_more(&d, (const uint8_t *)"2001-01-01", 10); /* another column */
        dates_begin(&d, 3);
        for (; values < end; values++)
            dates_more(&d, (const uint8_t *)values, 1);
    }
    assert_int_equal(dates_tell(&d, x), 0);
    dates_done(&d);
    if (fact.from) {
        assert_int_equal(fact.kind, FACT_ROW_DATE);
        assert_int_equal(fact.column, 3);
    }
    return (DateRange){fact.from, fact.to};
}

static void assert_range(const char *values, int64_t from, int64_t to) {
    DateRange r = range_of(values);

    assert_int_equal(r.from, from);
    assert_int_equal(r.to, to);
}

/* Expected seconds: date -u -d ... +%s */
static void reads_dates(void **state _unused_) {
    static const struct {
        const char *text;
        int64_t ns;
    } cases[] = {
        {"2024-03-01\n", S(1709251200)},
        {"2024-02-29 12:34:56\n", S(1709210096)},
        {"2024-03-01T12:00:00Z\n", S(1709294400)},
        {"2024-03-01T12:00:00.5+01:00\n", S(1709290800) + 500000000},
        {"2024-03-01 12:00:00-0530\n", S(1709314200)},
        {"\"2024/03/01 12:00\"\n", S(1709294400)},
        {"20240301\n", S(1709251200)},
        {"20240301120000\n", S(1709294400)},
        {"1709294400\n", S(1709294400)},
        {"1709294400123\n", S(1709294400) + 123000000},
        {"01.03.2024\n", S(1709251200)},
        {"1.3.2024 12:00\n", S(1709294400)},
        {"13/03/2024\n", S(1710288000)},
        {"03/13/2024 1:30:00 PM\n", S(1710336600)},
        {"01-MAR-24\n", S(1709251200)},
        {"Fri, 01 Mar 2024 12:00:00 +0000\n", S(1709294400)},
        {"1905-01-02\n", -S(2051136000)},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        DateRange r = range_of(cases[i].text);

        if (r.from != cases[i].ns || r.to != cases[i].ns)
            fail_msg("%s: %lld to %lld", cases[i].text, (long long)r.from, (long long)r.to);
    }
}

static void reads_no_dates(void **state _unused_) {
    static const char *const texts[] = {
        "2023-02-29\n",
        "2024-13-01\n",
        "hello\n",
        "12\n",
        "2024-1\n",
        "\n",
        "0000-00-00\n",
        "9999-12-31\n",
        "1900-01-01\n",
        "31.04.2024\n",
        "NULL\n",
        "99/99/2024\n",
        "20241301\n",
        "2024-03-01 and much more text than any date has, far more than would be kept of it\n",
        "99999999999999999999999\n",
        "-5\n",
        "3001-01-01\n",
    };

    for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
        if (range_of(texts[i]).from)
            fail_msg("%s: a date", texts[i]);
    }
}

static void makes_ranges(void **state _unused_) {
    assert_range("2024-03-02\n2024-03-01\n\nNULL\n9999-12-31\n", S(1709251200), S(1709337600));
    /* one value that can be meant one way only settles the column */
    assert_range("03/04/2024\n13/04/2024\n", S(1712102400), S(1712966400));
    assert_range("03/04/2024\n04/13/2024\n", S(1709510400), S(1712966400));
    /* none does, or both do */
    assert_range("03/04/2024\n05/06/2024\n", 0, 0);
    assert_range("13/04/2024\n04/13/2024\n", 0, 0);
    /* half of it is something else */
    assert_range("2024-03-01\nx\n", 0, 0);
    assert_range("2024-03-01\n2024-03-01\nx\n", S(1709251200), S(1709251200));
}

static void reads_times_of_log_lines(void **state _unused_) {
    static const struct {
        const char *line;
        int64_t ns;
        size_t n;
    } cases[] = {
        {"2024-03-01T12:00:00Z x", S(1709294400), 20},
        {"[2024-03-01 12:00:00,250] x", S(1709294400) + 250000000, 24},
        {"2024/03/01 12:00:00 [error]", S(1709294400), 19},
        {"01-Mar-2024 12:00:00.123 INFO", S(1709294400), 20},
        {"192.0.2.1 - - [01/Mar/2024:12:00:00 +0100] x", S(1709290800), 41},
        {"[Fri Mar 01 12:00:00.5 2024] x", S(1709294400), 27},
        {"1709294400.500 x", S(1709294400) + 500000000, 14},
        {"2024-03-01 x", 0, 0},
        {"Mar  1 12:00:00 host x", 0, 0},
        {"2024-03-01T25:00:00Z x", 0, 0},
        {"x 2024-03-01T12:00:00Z", 0, 0},
        {"", 0, 0},
        {"[", 0, 0},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        Span line = span_of(cases[i].line);
        int64_t ns = 0;

        assert_int_equal(stamp_parse(line, &ns), cases[i].n);
        assert_int_equal(cases[i].n ? ns : 0, cases[i].ns);
        for (size_t n = 0; n < line.n; n++)
            assert_true(stamp_parse(span(line.at, n), &ns) <= n);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(watches_columns_about_the_record),
        cmocka_unit_test(reads_dates),
        cmocka_unit_test(reads_no_dates),
        cmocka_unit_test(makes_ranges),
        cmocka_unit_test(reads_times_of_log_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
