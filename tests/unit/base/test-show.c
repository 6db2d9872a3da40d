/* Show: nothing that a terminal obeys gets through, and the bytes can be had back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/show.h"

static void assert_shown(Span text, const char *expected) {
    _cleanup_(buf_done) Buf b = {0};

    show_span(&b, text);
    assert_string_equal(buf_cstr(&b), expected);
}

static void escapes_what_may_do_harm(void **state _unused_) {
    assert_shown(span_of(""), "");
    assert_shown(span_of("caf\xc3\xa9 #!'\""), "caf\xc3\xa9 #!'\"");
    assert_shown(span("a\x1b[2J\n\0", 7), "a\\x1b[2J\\x0a\\x00");
    assert_shown(span_of("\xe2\x80\xae"), "\\xe2\\x80\\xae"); /* right to left */
    assert_shown(span_of("\xc2\x9b"), "\\xc2\\x9b");          /* C1 */
    assert_shown(span_of("\xff\xc3"), "\\xff\\xc3");
    assert_shown(span_of("\\x41"), "\\x5cx41");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(escapes_what_may_do_harm)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
