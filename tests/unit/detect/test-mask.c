/* Mask: enough to recognise a value by, never more than half of it. */
#include <ctype.h>

#include "rig.h"

#include "detect/mask.h"

static const char *masked(Mask m, const char *value) {
    static char out[FINDING_MASK_MAX];

    mask_value(&m, span_of(value), out, sizeof(out));
    return out;
}

static void keeps_ends(void **state _unused_) {
    assert_string_equal(masked((Mask){.keep_last = 4}, "536-90-4399"), "***-**-4399");
    assert_string_equal(masked((Mask){.keep_first = 4, .keep_last = 4}, "4111 1111 1111 1111"),
                        "4111 **** **** 1111");
    assert_string_equal(masked((Mask){0}, "AB-12"), "**-**");
    assert_string_equal(masked((Mask){.keep_first = 9, .keep_last = 9}, "12345678"), "12****78");
    assert_string_equal(masked((Mask){.keep_last = 3}, "1"), "*");
    assert_string_equal(masked((Mask){.keep_last = 3}, ""), "");
}

static void masks_mail(void **state _unused_) {
    Mask m = {.email = true};

    assert_string_equal(masked(m, "jane.roe@mail.example.com"), "j***@m***.com");
    assert_string_equal(masked(m, "a@b.de"), "****@****.de");
    assert_string_equal(masked(m, "jo@b.de"), "****@****.de");
    assert_string_equal(masked(m, "joe@b.de"), "j***@****.de");
    assert_string_equal(masked(m, "a@b"), "*@*"); /* no domain: as anything else */
    assert_string_equal(masked(m, "@b.de"), "@*.**");
}

static void hides_what_is_not_text(void **state _unused_) {
    assert_string_equal(masked((Mask){.keep_last = 2}, "\x01\x7f"
                                                       "1234\x1b"),
                        "****34*");
    assert_string_equal(masked((Mask){.keep_first = 2}, "\xc3\xa9"
                                                        "1234"),
                        "*****");
}

/* Random values, bytes of any kind, buffers of any size: bounded, ended, half of it hidden. */
static void never_tells_half(void **state _unused_) {
    Dice d = {.state = 41};

    for (int round = 0; round < 50000; round++) {
        uint8_t value[80];
        char out[128];
        size_t n = dice_below(&d, sizeof(value)), cap = 1 + dice_below(&d, sizeof(out)), total = 0;
        Mask m = {.keep_first = (uint8_t)dice_below(&d, 20),
                  .keep_last = (uint8_t)dice_below(&d, 20),
                  .email = dice_below(&d, 2)};
        size_t clear = 0;

        for (size_t i = 0; i < n; i++) {
            value[i] = dice_below(&d, 3) ? (uint8_t) "a1@.- Z9"[dice_below(&d, 8)]
                                         : (uint8_t)dice_below(&d, 256);
            total += isalnum(value[i]) || value[i] >= 0x80;
        }
        memset(out, '#', sizeof(out));
        mask_value(&m, span(value, n), out, cap);
        assert_non_null(memchr(out, 0, cap));
        for (size_t i = cap; i < sizeof(out); i++)
            assert_int_equal(out[i], '#');
        for (const char *p = out; *p; p++) {
            assert_true((uint8_t)*p >= 0x20 && (uint8_t)*p < 0x7f);
            clear += isalnum((uint8_t)*p) != 0;
        }
        assert_true(clear <= total / 2);
    }
}

static void fits_tiny_buffers(void **state _unused_) {
    char out[4] = "###";

    mask_value(&(Mask){.email = true}, span_of("jane@example.com"), out, 1);
    assert_string_equal(out, "");
    assert_int_equal(out[1], '#');
    mask_value(&(Mask){.keep_last = 4}, span_of("123456789"), out, 3);
    assert_string_equal(out, "**");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_ends),
        cmocka_unit_test(masks_mail),
        cmocka_unit_test(hides_what_is_not_text),
        cmocka_unit_test(never_tells_half),
        cmocka_unit_test(fits_tiny_buffers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
