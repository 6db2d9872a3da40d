/* Explain: every candidate with its sum, and nothing of what it hides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "api.h"

static void assert_explained(Span content, const char *expected) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    terrier_rules *rules = api_rules();
    _cleanup_(buf_done) Buf out = {0};
    terrier_error error = {0};
    const char *body;
    char path[128];

    scratch_write(&s, "t", content);
    snprintf(path, sizeof(path), "%s/t", s.path);
    assert_int_equal(terrier_explain(rules, NULL, path, api_write, &out, &error), 0);
    body = strchr(buf_cstr(&out), '\n');
    assert_non_null(body);
    assert_string_equal(body + 1, expected);
    terrier_rules_free(rules);
}

static void prints_the_sum(void **state _unused_) {
    assert_explained(span_of("a\nSSN: 536-90-4399\n"),
                     "\nL2:@7  ***-**-4399\n"
                     "  gov.us-ssn                found: high\n"
                     "     +0.70  shape 3-2-4, checksum us.ssn\n"
                     "     +3.60  'ssn', 2 bytes before\n"
                     "      4.30  in all: high\n"
                     "\n1 candidates, 1 found at medium confidence or above\n");
}

static void tells_why_not(void **state _unused_) {
    assert_explained(span_of("order 536904399\nSSN 536-00-4399\n"),
                     "\nL1:@6  *********\n"
                     "  gov.us-ssn                dropped: not sure enough for any report\n"
                     "     -1.50  shape 9, checksum us.ssn\n"
                     "     +2.40  'ssn', 2 bytes behind\n"
                     "     -3.40  'order', 1 byte away, which speaks against it\n"
                     "     -2.50  in all: below low\n"
                     "\nL2:@20  ***-**-****\n"
                     "  dropped: checksum is wrong: gov.us-ssn\n"
                     "\n2 candidates, 0 found at medium confidence or above\n");
}

static void has_nothing_to_tell(void **state _unused_) {
    assert_explained(span_of(""), "\n0 candidates, 0 found at medium confidence or above\n");
}

/* Order and lines hold over windows. */
static void goes_on_over_windows(void **state _unused_) {
    _cleanup_(buf_done) Buf text = {0};
    uint8_t *blanks = buf_extend(&text, 600 << 10);

    assert_non_null(blanks);
    memset(blanks, '\n', 600 << 10);
    memcpy(blanks, "354-83-1667", 11);
    buf_text(&text, "354-83-1667\n");
    assert_explained(buf_as_span(&text), "\nL1:@0  ***-**-1667\n"
                                         "  gov.us-ssn                found: medium\n"
                                         "     +0.70  shape 3-2-4, checksum us.ssn\n"
                                         "      0.70  in all: medium\n"
                                         "\nL614390:@614400  ***-**-1667\n"
                                         "  gov.us-ssn                found: medium\n"
                                         "     +0.70  shape 3-2-4, checksum us.ssn\n"
                                         "      0.70  in all: medium\n"
                                         "\n2 candidates, 2 found at medium confidence or above\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_the_sum),
        cmocka_unit_test(tells_why_not),
        cmocka_unit_test(has_nothing_to_tell),
        cmocka_unit_test(goes_on_over_windows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
