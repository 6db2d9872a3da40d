/* Copying: the densest span of a directory's times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "assess/copying.h"

#define MINUTE INT64_C(60000000000)

static void finds_spans(void **state _unused_) {
    int64_t times[40], from = 0, to = 0;

    /* twenty files within four minutes, among forty */
    for (size_t i = 0; i < 40; i++)
        times[i] = i < 20 ? (int64_t)(1000000 + i / 5) * MINUTE : (int64_t)i * 600 * MINUTE;
    assert_true(copying_span(times, 40, &from, &to));
    assert_int_equal(from, 1000000 * MINUTE);
    assert_int_equal(to, 1000003 * MINUTE);
}

static void leaves_ordinary_work_alone(void **state _unused_) {
    int64_t times[40], from, to;

    for (size_t i = 0; i < 40; i++)
        times[i] = (int64_t)i * 60 * MINUTE;
    assert_false(copying_span(times, 40, &from, &to));
    for (size_t i = 0; i < 9; i++) /* too few to tell */
        times[i] = (int64_t)i;
    assert_false(copying_span(times, 9, &from, &to));
    for (size_t i = 0; i < 40; i++) /* ten of forty */
        times[i] = i < 10 ? (int64_t)i : (int64_t)i * 600 * MINUTE;
    assert_false(copying_span(times, 40, &from, &to));
    assert_false(copying_span(times, 0, &from, &to));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_spans),
        cmocka_unit_test(leaves_ordinary_work_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
