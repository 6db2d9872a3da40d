/* Utf8: every code point both ways, every ill-formed beginning, and what may be shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/utf8.h"

static void every_code_point_round_trips(void **state _unused_) {
    uint8_t bytes[UTF8_MAX];
    uint32_t back;

    for (uint32_t c = 0; c <= 0x110000; c++) {
        bool scalar = c <= 0x10FFFF && !(c >= 0xD800 && c <= 0xDFFF);
        size_t n = utf8_encode(c, bytes);

        assert_int_equal(n != 0, scalar);
        if (!scalar)
            continue;
        assert_int_equal(utf8_decode(span(bytes, n), &back), n);
        assert_int_equal(back, c);
        for (size_t cut = 0; cut < n; cut++)
            assert_int_equal(utf8_decode(span(bytes, cut), &back), 0);
    }
}

/* Each sequence of up to four bytes is a code point exactly if encoding that gives it back. */
static void accepts_only_shortest_forms(void **state _unused_) {
    static const uint8_t probes[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0,
                                     0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0,
                                     0xF1, 0xF3, 0xF4, 0xF5, 0xF7, 0xF8, 0xFC, 0xFE, 0xFF};
    size_t accepted = 0;

    for (size_t i = 0; i < 256 * N_ELEMENTS(probes) * N_ELEMENTS(probes); i++) {
        size_t rest = i / 256;
        uint8_t bytes[4] = {(uint8_t)i, probes[rest % N_ELEMENTS(probes)],
                            probes[rest / N_ELEMENTS(probes)], 0x80};
        uint8_t again[UTF8_MAX];
        uint32_t c;
        size_t n = utf8_decode(span(bytes, sizeof(bytes)), &c);

        if (n == 0)
            continue;
        accepted++;
        assert_int_equal(utf8_encode(c, again), n);
        assert_memory_equal(again, bytes, n);
    }
    assert_true(accepted > 128 * N_ELEMENTS(probes));
}

static void finds_the_valid_prefix(void **state _unused_) {
    assert_int_equal(utf8_valid_prefix(span(NULL, 0)), 0);
    assert_true(utf8_valid(span(NULL, 0)));
    assert_true(utf8_valid(span_of("Stra\xc3\x9f"
                                   "e 12, \xe6\x9d\xb1\xe4\xba\xac \xf0\x9f\x90\xb6")));
    assert_int_equal(utf8_valid_prefix(span_of("0123456789\xff")), 10);
    assert_int_equal(utf8_valid_prefix(span_of("0123456789\xc3")), 10);
    assert_int_equal(utf8_valid_prefix(span_of("ab\xed\xa0\x80")), 2);
    assert_int_equal(utf8_valid_prefix(span_of("\xc0\xaf")), 0);
    assert_int_equal(utf8_valid_prefix(span_of("\xf4\x90\x80\x80")), 0);
}

static void shows_no_controls(void **state _unused_) {
    assert_true(utf8_displayable(span_of("R\xc3\xa9sum\xc3\xa9 2019.pdf")));
    assert_true(utf8_displayable(span_of("")));
    assert_false(utf8_displayable(span_of("a\nb")));
    assert_false(utf8_displayable(span_of("\x1b[2J")));
    assert_false(utf8_displayable(span_of("\x7f")));
    assert_false(utf8_displayable(span_of("\xc2\x9b"
                                          "2J")));
    assert_false(utf8_displayable(span_of("exe.\xe2\x80\xae"
                                          "fdp")));
    assert_false(utf8_displayable(span_of("\xe2\x81\xa6")));
    assert_false(utf8_displayable(span_of("\xef\xbb\xbf")));
    assert_false(utf8_displayable(span_of("caf\xe9")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_round_trips),
        cmocka_unit_test(accepts_only_shortest_forms),
        cmocka_unit_test(finds_the_valid_prefix),
        cmocka_unit_test(shows_no_controls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
