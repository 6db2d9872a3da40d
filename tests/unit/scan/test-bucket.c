/* Bucket: the rate holds over any number of takers, bursts are bounded, clocks may stand still. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "scan/bucket.h"

#define S CLOCK_NS_PER_S

static void no_limit(void **state _unused_) {
    Bucket b;

    bucket_init(&b, 0, 0, 0);
    assert_int_equal(bucket_take(&b, 1e18, 0), 0);
    assert_int_equal(bucket_take(&b, 1e18, 1), 0);
}

static void burst_then_debt(void **state _unused_) {
    Bucket b;

    bucket_init(&b, 100, 50, 0);
    assert_int_equal(bucket_take(&b, 50, 0), 0);
    assert_int_equal(bucket_take(&b, 100, 0), S);     /* a second's worth */
    assert_int_equal(bucket_take(&b, 100, 0), 2 * S); /* behind the one before */
    assert_int_equal(bucket_take(&b, 0, 2 * S), 0);
}

static void saves_no_more_than_a_burst(void **state _unused_) {
    Bucket b;

    bucket_init(&b, 100, 50, 0);
    assert_int_equal(bucket_take(&b, 150, 3600 * S), S);
}

static void clock_that_goes_back(void **state _unused_) {
    Bucket b;

    bucket_init(&b, 100, 0, 10 * S);
    assert_int_equal(bucket_take(&b, 100, 5 * S), S);
    assert_int_equal(bucket_take(&b, 0, 11 * S), 0);
}

/* Takers that do wait: what is taken over a long time is the rate, within the burst. */
static void keeps_the_rate(void **state _unused_) {
    double taken = 0;
    int64_t now = 0;
    Bucket b;

    bucket_init(&b, 1e6, 250e3, 0);
    for (int i = 0; now < 100 * S; i++) {
        double n = 1 + (i * 7919) % 262144;

        taken += n;
        now += bucket_take(&b, n, now);
    }
    if (taken > 100e6 + 250e3 + 262144 || taken < 100e6 - 262144)
        fail_msg("%f bytes in %lld ns", taken, (long long)now);
}

static void huge_debt_is_bounded(void **state _unused_) {
    Bucket b;

    bucket_init(&b, 1, 1, 0);
    assert_int_equal(bucket_take(&b, 1e18, 0), 3600 * S);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_limit),
        cmocka_unit_test(burst_then_debt),
        cmocka_unit_test(saves_no_more_than_a_burst),
        cmocka_unit_test(clock_that_goes_back),
        cmocka_unit_test(keeps_the_rate),
        cmocka_unit_test(huge_debt_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
