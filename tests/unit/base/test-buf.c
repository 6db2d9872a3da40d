/* Buf: appends, the limit, and that a failure sticks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/buf.h"

static void appends_and_terminates(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};

    assert_string_equal(buf_cstr(&b), "");
    buf_text(&b, "terr");
    buf_printf(&b, "%s%c", "ie", 'r');
    assert_int_equal(buf_error(&b), 0);
    assert_string_equal(buf_cstr(&b), "terrier");
    assert_int_equal(b.n, 7);
    for (int i = 0; i < 1000; i++)
        buf_byte(&b, 'x');
    assert_int_equal(b.n, 1007);
    assert_int_equal(b.at[1007], 0);
}

static void stops_at_its_limit(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {.limit = 8};

    buf_text(&b, "12345678");
    assert_int_equal(buf_error(&b), 0);
    buf_byte(&b, '9');
    assert_int_equal(buf_error(&b), -ENOMEM);
    assert_int_equal(b.n, 8);
    buf_clear(&b);
    assert_int_equal(buf_error(&b), 0);
    assert_null(buf_extend(&b, 9));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends_and_terminates),
        cmocka_unit_test(stops_at_its_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
