/* Uri: every byte has a form, and only those that may stand there stand as they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/uri.h"

static void assert_uri(Span path, const char *expected) {
    _cleanup_(buf_done) Buf b = {0};

    uri_put(&b, path);
    assert_string_equal(buf_cstr(&b), expected);
}

static void names_are_escaped(void **state _unused_) {
    assert_uri(span_of("/srv/a-b_c.~9"), "file:///srv/a-b_c.~9");
    assert_uri(span_of("/a b%20#?&=+,;:@!'\"<>[]"),
               "file:///a%20b%2520%23%3F%26%3D%2B%2C%3B%3A%40%21%27%22%3C%3E%5B%5D");
    assert_uri(span("/\0\n\x7f\xff\xc3\xa9", 7), "file:///%00%0A%7F%FF%C3%A9");
}

static void relative_names_have_no_scheme(void **state _unused_) {
    assert_uri(span_of("a:b/c"), "a%3Ab/c");
    assert_uri(span_of(""), "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_escaped),
        cmocka_unit_test(relative_names_have_no_scheme),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
