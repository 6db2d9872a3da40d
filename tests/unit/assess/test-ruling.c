/* Ruling: equal sets are one, however many there are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "assess/ruling.h"

static void sets_are_kept_once(void **state) {
    _cleanup_(rulings_done) Rulings r = {0};
    const Met a[] = {met_of(1, SEVERITY_LOW), met_of(7, SEVERITY_HIGH)};
    const Met b[] = {met_of(1, SEVERITY_LOW), met_of(7, SEVERITY_CRITICAL)};
    size_t n;

    (void)state;
    assert_int_equal(met_rule(a[1]), 7);
    assert_int_equal(met_severity(a[1]), SEVERITY_HIGH);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(rulings_count(&r, a, 2, &n), 0);
        assert_int_equal(n, 0);
    }
    assert_int_equal(rulings_count(&r, b, 2, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(rulings_count(&r, a, 1, &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(r.at[0].cases, 3);
    assert_int_equal(r.at[1].cases, 1);
}

static void many_are_found_again(void **state) {
    _cleanup_(rulings_done) Rulings r = {0};

    (void)state;
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < 5000; i++) {
            const Met m[] = {met_of(i / 70, SEVERITY_LOW), met_of(i, SEVERITY_INFO)};
            size_t n;

            assert_int_equal(rulings_count(&r, m, 2, &n), 0);
            assert_int_equal(n, i);
        }
    }
    assert_int_equal(r.n, 5000);
    assert_int_equal(r.at[4999].cases, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_are_kept_once),
        cmocka_unit_test(many_are_found_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
