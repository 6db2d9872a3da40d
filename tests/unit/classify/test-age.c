/* Age: which evidence wins, what bounds it, what is no date at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "classify/age.h"

#define NS_PER_DAY INT64_C(86400000000000)

static Day day(const char *text) {
    Day d = DAY_NONE;

    if (*text && !day_parse(span_of(text), &d))
        fail_msg("'%s' was not read", text);
    return d;
}

static Day today(void) {
    return day("2026-11-28");
}

static void put(AgeFacts *f, Dating source, const char *from, const char *to) {
    age_add(f, source, day(from), day(to), today());
}

static void assert_age(const Age *a, const char *from, const char *to, unsigned old,
                       unsigned young) {
    char x[DAY_TEXT_MAX], y[DAY_TEXT_MAX];

    day_print(a->from, x);
    day_print(a->to, y);
    if (a->from != day(from) || a->to != day(to) || a->old != old || a->young != young)
        fail_msg("%s..%s T%u/T%u, expected %s..%s T%u/T%u", x, y, a->old, a->young,
                 *from ? from : "unknown", to, old, young);
}

static const Dating all[] = {DATING_DECLARED,      DATING_ROW_UPDATED,  DATING_ROW_CREATED,
                             DATING_MAIL_RECEIVED, DATING_MAIL_DATE,    DATING_DOC_MODIFIED,
                             DATING_DOC_CREATED,   DATING_MEMBER_MTIME, DATING_PATH_DATE,
                             DATING_FS_MTIME,      DATING_DUMP_MADE};

static Age age(const AgeFacts *f, bool bounded) {
    Age a;

    age_of(f, all, N_ELEMENTS(all), bounded, &a);
    return a;
}

static void leaves_out_what_is_no_date(void **state _unused_) {
    static const struct {
        Dating source;
        const char *day;
        size_t kept;
    } cases[] = {
        {DATING_DOC_MODIFIED, "1970-01-01", 0}, {DATING_MEMBER_MTIME, "1980-01-01", 0},
        {DATING_DOC_MODIFIED, "1989-12-31", 0}, {DATING_DOC_MODIFIED, "1990-01-01", 1},
        {DATING_ROW_CREATED, "1985-05-01", 1},  {DATING_ROW_CREATED, "1900-01-01", 0},
        {DATING_ROW_CREATED, "9999-12-31", 0},  {DATING_DOC_MODIFIED, "2026-11-29", 0},
        {DATING_DOC_MODIFIED, "2026-11-28", 1}, {DATING_FS_MTIME, "2038-01-19", 0},
        {DATING_ROW_CLOSED, "2030-01-01", 1},   {DATING_DECLARED, "2030-01-01", 1},
        {DATING_PATH_DATE, "2030-01-01", 0},    {DATING_MAIL_DATE, "1601-01-01", 0},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        AgeFacts f = {0};

        put(&f, cases[i].source, cases[i].day, cases[i].day);
        if (f.n != cases[i].kept || f.discarded != !cases[i].kept)
            fail_msg("%s %s: %zu kept, %u discarded, expected %zu",
                     dating_info(cases[i].source)->name, cases[i].day, f.n, f.discarded,
                     cases[i].kept);
    }
}

/* A default value at one end of a column's range takes that end away, not the range. */
static void cuts_ranges(void **state _unused_) {
    AgeFacts f = {0};

    age_add_spread(&f, DATING_ROW_CREATED, day("1970-01-01"), day("2020-05-05"), today());
    age_add_spread(&f, DATING_ROW_UPDATED, day("2015-01-01"), day("2030-01-01"), today());
    assert_int_equal(f.n, 2);
    assert_int_equal(f.at[0].from, DAY_NONE);
    assert_int_equal(f.at[0].to, day("2020-05-05"));
    assert_int_equal(f.at[1].to, today());
}

static void takes_the_best(void **state _unused_) {
    AgeFacts f = {0};
    Age a;

    put(&f, DATING_PATH_DATE, "2019-07-01", "2019-09-30");
    put(&f, DATING_DOC_MODIFIED, "2019-10-02", "2019-10-02");
    a = age(&f, true);
    assert_age(&a, "2019-10-02", "2019-10-02", 2, 2);
    put(&f, DATING_MEMBER_MTIME, "2021-01-01", "2021-01-01");
    a = age(&f, true);
    assert_age(&a, "2019-10-02", "2021-01-01", 2, 2);
    assert_true(a.conflict);
    assert_int_equal(a.by.source, DATING_MEMBER_MTIME);
    put(&f, DATING_MAIL_RECEIVED, "2018-01-01", "2018-01-01");
    a = age(&f, true);
    assert_age(&a, "2018-01-01", "2018-01-01", 1, 1);
    assert_false(a.conflict);
}

/* What says the same in other words: the first usable one, not all together. */
static void takes_one_of_a_family(void **state _unused_) {
    AgeFacts f = {0};
    Age a;

    put(&f, DATING_DOC_CREATED, "2010-01-01", "2010-01-01");
    put(&f, DATING_DOC_MODIFIED, "2020-01-01", "2020-01-01");
    a = age(&f, true);
    assert_age(&a, "2020-01-01", "2020-01-01", 2, 2);
    assert_false(a.conflict);
}

/* A copy without its times: made and changed in one instant. It shows no youth. */
static void knows_copies(void **state _unused_) {
    const int64_t t = INT64_C(20000) * NS_PER_DAY;
    static const struct {
        int64_t mtime, btime; /* hours before t */
        unsigned young;
    } cases[] = {
        {0, 0, 4},       /* made and changed at once */
        {0, 24 * 30, 3}, /* changed in place a month after it was made */
        {24 * 30, 0, 3}, /* its times were kept: older than the file itself */
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        AgeFacts f = {0};
        Age a;

        age_add_file(&f, t - cases[i].mtime * (NS_PER_DAY / 24),
                     t - cases[i].btime * (NS_PER_DAY / 24), today());
        a = age(&f, true);
        if (a.young != cases[i].young || a.old != 3)
            fail_msg("case %zu: T%u/T%u, expected T3/T%u", i, a.old, a.young, cases[i].young);
        age_suspect_copy(&f);
        a = age(&f, true);
        assert_int_equal(a.young, 4);
        assert_true(a.copied);
    }
}

static void knows_nothing(void **state _unused_) {
    AgeFacts f = {0};
    Age a = age(&f, true);

    assert_false(a.known);
    age_add_file(&f, INT64_MIN, INT64_MIN, today());
    a = age(&f, true);
    assert_false(a.known);
}

static void is_bounded(void **state _unused_) {
    AgeFacts f = {0};
    Age a;

    /* a young time on the disk, and the same content seen three years ago */
    put(&f, DATING_FS_MTIME, "2026-01-01", "2026-01-01");
    f.at[0].young = 4;
    put(&f, DATING_SEEN_FIRST, "2023-01-01", "2023-01-01");
    a = age(&f, true);
    assert_age(&a, "", "2023-01-01", 1, TRUST_NONE);
    assert_int_equal(a.by.source, DATING_SEEN_FIRST);
    /* of an event that has nothing to do with content it bounds nothing */
    a = age(&f, false);
    assert_age(&a, "2026-01-01", "2026-01-01", 3, 4);
    /* a period named in the name that comes after the last change: they contradict each other */
    f = (AgeFacts){0};
    put(&f, DATING_PATH_DATE, "2024-01-01", "2024-12-31");
    put(&f, DATING_FS_MTIME, "2019-05-05", "2019-05-05");
    f.at[1].young = 4;
    a = age(&f, true);
    assert_age(&a, "", "2019-05-05", 3, TRUST_NONE);
    assert_true(a.conflict);
    /* a weaker bound does not cut a stronger date */
    f = (AgeFacts){0};
    put(&f, DATING_DOC_MODIFIED, "2024-01-01", "2024-01-01");
    put(&f, DATING_FS_MTIME, "2019-05-05", "2019-05-05");
    f.at[1].young = 4;
    a = age(&f, true);
    assert_age(&a, "2024-01-01", "2024-01-01", 2, 2);
    assert_true(a.conflict);
    /* rows of a dump are no younger than it is */
    f = (AgeFacts){0};
    put(&f, DATING_DUMP_MADE, "2020-02-02", "2020-02-02");
    a = age(&f, true);
    assert_age(&a, "", "2020-02-02", 2, TRUST_NONE);
}

/* Several columns of one kind are one range; of what only bounds, the earliest does. */
static void takes_a_source_together(void **state _unused_) {
    AgeFacts f = {0};

    age_add_spread(&f, DATING_ROW_CREATED, day("2018-01-01"), day("2019-01-01"), today());
    age_add_spread(&f, DATING_ROW_CREATED, day("2016-01-01"), day("2016-02-01"), today());
    put(&f, DATING_SEEN_COPY, "2020-01-01", "2020-01-01");
    put(&f, DATING_SEEN_COPY, "2019-01-01", "2019-01-01");
    assert_int_equal(f.n, 2);
    assert_int_equal(f.at[0].from, day("2016-01-01"));
    assert_int_equal(f.at[0].to, day("2019-01-01"));
    assert_true(f.at[0].spread);
    assert_int_equal(f.at[1].to, day("2019-01-01"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_out_what_is_no_date),
        cmocka_unit_test(cuts_ranges),
        cmocka_unit_test(takes_the_best),
        cmocka_unit_test(takes_one_of_a_family),
        cmocka_unit_test(knows_copies),
        cmocka_unit_test(knows_nothing),
        cmocka_unit_test(is_bounded),
        cmocka_unit_test(takes_a_source_together),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
