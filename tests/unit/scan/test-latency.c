/* Latency: no pause for noise or for quick answers, one that grows and goes when reads doubled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "scan/latency.h"

#define MS INT64_C(1000000)

static int64_t feed(Latency *l, int n, int64_t ns) {
    int64_t pause = 0;

    for (int i = 0; i < n; i++)
        pause = latency_add(l, ns + (i * 37) % 11 * (ns / 100));
    return pause;
}

static void usual_is_no_reason(void **state _unused_) {
    Latency l = {0};

    assert_int_equal(feed(&l, 2000, 5 * MS), 0);
    assert_in_range(l.usual, 5 * MS, 6 * MS);
}

static void outliers_are_none(void **state _unused_) {
    Latency l = {0};

    for (int i = 0; i < 2000; i++)
        assert_int_equal(latency_add(&l, i % 3 == 0 ? 500 * MS : 5 * MS), 0);
}

static void quick_answers_are_none(void **state _unused_) {
    Latency l = {0};

    feed(&l, 300, MS / 100);
    assert_int_equal(feed(&l, 300, MS / 2), 0);
}

static void doubled_is_one(void **state _unused_) {
    Latency l = {0};
    int64_t first, later;

    feed(&l, 300, 5 * MS);
    first = feed(&l, 2 * LATENCY_FEW, 15 * MS);
    if (first < 14 * MS)
        fail_msg("a pause of %lld ns", (long long)first);
    later = feed(&l, 3 * LATENCY_FEW, 15 * MS);
    if (later <= first)
        fail_msg("%lld ns, then %lld", (long long)first, (long long)later);
    assert_int_equal(feed(&l, 20 * LATENCY_FEW, 400 * MS), 1000 * MS);
}

static void goes_when_reads_are_quick_again(void **state _unused_) {
    Latency l = {0};

    feed(&l, 300, 5 * MS);
    assert_true(feed(&l, 10 * LATENCY_FEW, 50 * MS) > 0);
    assert_int_equal(feed(&l, 20 * LATENCY_FEW, 5 * MS), 0);
}

/* A server that has become slower for good is not punished for ever. */
static void learns_what_is_usual(void **state _unused_) {
    Latency l = {0};
    int reads = 0;

    feed(&l, 300, 5 * MS);
    while (feed(&l, LATENCY_FEW, 20 * MS) == 0 && reads < 100)
        reads++;
    while (feed(&l, LATENCY_FEW, 20 * MS) > 0 && reads < 10000)
        reads += LATENCY_FEW;
    assert_in_range(reads, LATENCY_MANY, 9999);
}

static void needs_enough_to_judge(void **state _unused_) {
    Latency l = {0};

    feed(&l, LATENCY_ENOUGH / 2, 5 * MS);
    assert_int_equal(l.usual, 0);
    assert_int_equal(feed(&l, LATENCY_FEW, 100 * MS), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usual_is_no_reason),
        cmocka_unit_test(outliers_are_none),
        cmocka_unit_test(quick_answers_are_none),
        cmocka_unit_test(doubled_is_one),
        cmocka_unit_test(goes_when_reads_are_quick_again),
        cmocka_unit_test(learns_what_is_usual),
        cmocka_unit_test(needs_enough_to_judge),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
