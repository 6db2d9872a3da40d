/* Quantity: sizes, durations and decimals, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/quantity.h"

static void sizes(void **state _unused_) {
    static const struct {
        const char *text;
        uint64_t size;
    } good[] = {{"0", 0},
                {"1", 1},
                {"64K", 65536},
                {"2m", 2 << 20},
                {"3G", UINT64_C(3) << 30},
                {"18446744073709551615", UINT64_MAX},
                {"16777215T", UINT64_C(16777215) << 40}};
    static const char *const bad[] = {
        "",          "K", "1KB", "1 K", "-1", "+1", "1.5M", "0x10", "18446744073709551616",
        "16777216T", "1P"};
    uint64_t v;

    for (size_t i = 0; i < N_ELEMENTS(good); i++) {
        if (!quantity_size(good[i].text, &v) || v != good[i].size)
            fail_msg("'%s' is %llu", good[i].text, (unsigned long long)v);
    }
    for (size_t i = 0; i < N_ELEMENTS(bad); i++) {
        if (quantity_size(bad[i], &v))
            fail_msg("'%s' was taken for %llu", bad[i], (unsigned long long)v);
    }
}

static void assert_seconds(const char *text, double expected) {
    double v = -1;

    if (!quantity_duration(text, &v) || v != expected)
        fail_msg("'%s' is %f, expected %f", text, v, expected);
}

static void durations(void **state _unused_) {
    static const char *const bad[] = {"", "s", "1.5h", "5 m", "-1s", "4294967296", "1w", "1ms"};
    double v;

    assert_seconds("90", 90);
    assert_seconds("90s", 90);
    assert_seconds("10m", 600);
    assert_seconds("2h", 7200);
    assert_seconds("1d", 86400);
    for (size_t i = 0; i < N_ELEMENTS(bad); i++) {
        if (quantity_duration(bad[i], &v))
            fail_msg("'%s' was taken for %f", bad[i], v);
    }
}

static void assert_decimal(const char *text, double expected) {
    double v = -1;

    if (!quantity_decimal(text, &v) || v != expected)
        fail_msg("'%s' is %f, expected %f", text, v, expected);
}

static void decimals(void **state _unused_) {
    static const char *const bad[] = {"", ".", "1.", ".5", "1.5.5", "1e3", "-2", "1.5x", "inf"};
    double v;

    assert_decimal("2", 2);
    assert_decimal("1.5", 1.5);
    assert_decimal("0.25", 0.25);
    for (size_t i = 0; i < N_ELEMENTS(bad); i++) {
        if (quantity_decimal(bad[i], &v))
            fail_msg("'%s' was taken for %f", bad[i], v);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes),
        cmocka_unit_test(durations),
        cmocka_unit_test(decimals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
