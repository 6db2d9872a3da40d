/* Number: separators, units, singular and plural, and the edges between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "report/number.h"

static void assert_number(uint64_t v, const char *expected) {
    char text[NUMBER_TEXT_MAX];

    number_print(v, text);
    assert_string_equal(text, expected);
}

static void assert_size(uint64_t v, const char *expected) {
    char text[NUMBER_TEXT_MAX];

    number_print_size(v, text);
    assert_string_equal(text, expected);
}

static void separates_thousands(void **state _unused_) {
    assert_number(0, "0");
    assert_number(999, "999");
    assert_number(1000, "1,000");
    assert_number(12345, "12,345");
    assert_number(1234567, "1,234,567");
    assert_number(UINT64_MAX, "18,446,744,073,709,551,615");
}

static void names_sizes(void **state _unused_) {
    assert_size(0, "0 B");
    assert_size(999, "999 B");
    assert_size(1000, "1.0 kB");
    assert_size(1999, "1.9 kB");
    assert_size(999999, "999.9 kB");
    assert_size(1000000, "1.0 MB");
    assert_size(UINT64_C(12345678901234), "12.3 TB");
    assert_size(UINT64_MAX, "18.4 EB");
}

static void counts_things(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};

    number_put(&b, 1, "file", "files");
    buf_byte(&b, ' ');
    number_put(&b, 0, "file", "files");
    buf_byte(&b, ' ');
    number_put(&b, 2000, "file", "files");
    assert_string_equal(buf_cstr(&b), "1 file 0 files 2,000 files");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(separates_thousands),
        cmocka_unit_test(names_sizes),
        cmocka_unit_test(counts_things),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
