/* Throttle: nothing where nothing is asked, a rate that holds, a stop that is heard at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "scan/throttle.h"

static double seconds_since(int64_t began) {
    return (double)(clock_monotonic_ns() - began) / 1e9;
}

static int filled(size_t n) {
    int fd = memfd_create("test", MFD_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, (off_t)n), 0);
    return fd;
}

static void nothing_asked(void **state _unused_) {
    const PlanPace pace = {.back_off = BACK_OFF_NEVER};
    uint8_t bytes[16];
    int fd = filled(16);
    Throttle *t;
    size_t n;

    assert_int_equal(throttle_new(&pace, NULL, &t), 0);
    assert_null(t);
    throttle_wait(t, 1 << 30);
    throttle_charge(t, UINT64_C(1) << 40);
    assert_int_equal(throttle_read_at(t, true, fd, 0, bytes, 16, &n), 0);
    assert_int_equal(n, 16);
    close(fd);
    throttle_free(t);
}

/* 2 MiB at 4 MiB a second, of which a quarter of a second comes at once. */
static void keeps_a_rate(void **state _unused_) {
    const PlanPace pace = {.rate = 4 << 20};
    static uint8_t bytes[64 << 10];
    int64_t began = clock_monotonic_ns();
    int fd = filled(2 << 20);
    double took;
    Throttle *t;
    size_t n;

    assert_int_equal(throttle_new(&pace, NULL, &t), 0);
    for (size_t at = 0; at < 2 << 20; at += sizeof(bytes)) {
        assert_int_equal(throttle_read_at(t, false, fd, at, bytes, sizeof(bytes), &n), 0);
        assert_int_equal(n, sizeof(bytes));
    }
    took = seconds_since(began);
    if (took < 0.24 || took > 5)
        fail_msg("2 MiB took %f s", took);
    close(fd);
    throttle_free(t);
}

static void keeps_a_number(void **state _unused_) {
    const PlanPace pace = {.iops = 100};
    int64_t began = clock_monotonic_ns();
    double took;
    Throttle *t;

    assert_int_equal(throttle_new(&pace, NULL, &t), 0);
    for (int i = 0; i < 55; i++)
        throttle_wait(t, 0);
    took = seconds_since(began);
    if (took < 0.29 || took > 5)
        fail_msg("55 operations took %f s", took);
    throttle_free(t);
}

/* What others read counts: whoever comes next waits for it. */
static void charges(void **state _unused_) {
    const PlanPace pace = {.rate = 4 << 20};
    int64_t began = clock_monotonic_ns();
    double took;
    Throttle *t;

    assert_int_equal(throttle_new(&pace, NULL, &t), 0);
    throttle_charge(t, 0);
    throttle_charge(t, 2 << 20);
    took = seconds_since(began);
    if (took < 0.24 || took > 5)
        fail_msg("the charge took %f s", took);
    throttle_free(t);
}

static void stop_is_heard(void **state _unused_) {
    const PlanPace pace = {.rate = 1 << 10};
    int64_t began = clock_monotonic_ns();
    Flag stop = {0};
    double took;
    Throttle *t;

    assert_int_equal(throttle_new(&pace, &stop, &t), 0);
    flag_set(&stop);
    throttle_charge(t, 1 << 30);
    took = seconds_since(began);
    if (took > 5)
        fail_msg("a stop was heard after %f s", took);
    throttle_free(t);
}

/* A ceiling that no machine reaches holds nobody up. */
static void a_high_ceiling_is_none(void **state _unused_) {
    const PlanPace pace = {.load = 1e6};
    int64_t began = clock_monotonic_ns();
    Throttle *t;

    assert_int_equal(throttle_new(&pace, NULL, &t), 0);
    throttle_wait(t, 1);
    assert_true(seconds_since(began) < 5);
    throttle_free(t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_asked),  cmocka_unit_test(keeps_a_rate),
        cmocka_unit_test(keeps_a_number), cmocka_unit_test(charges),
        cmocka_unit_test(stop_is_heard),  cmocka_unit_test(a_high_ceiling_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
