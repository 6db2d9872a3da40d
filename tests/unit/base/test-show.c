/* Show: nothing that a terminal obeys gets through, and every byte can be had back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/show.h"
#include "base/utf8.h"

static void assert_escaped(const char *text, const char *expected) {
    _cleanup_(buf_done) Buf b = {0};

    show_span(&b, span_of(text));
    assert_string_equal(buf_cstr(&b), expected);
}

static void escapes_what_terminals_obey(void **state _unused_) {
    assert_escaped("plain caf\xc3\xa9 #!", "plain caf\xc3\xa9 #!");
    assert_escaped("a\x1b[2Jb\r\n\t\x7f", "a\\x1b[2Jb\\x0d\\x0a\\x09\\x7f");
    assert_escaped("\xc2\x9b"
                   "31m",
                   "\\xc2\\x9b31m");
    assert_escaped("\xe2\x80\xae", "\\xe2\\x80\\xae");
    assert_escaped("\xff\xfe", "\\xff\\xfe");
    assert_escaped("\xc3", "\\xc3");
    assert_escaped("c:\\x41", "c:\\x5cx41");
}

static uint8_t digit(uint8_t c) {
    return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static void unescape(Span text, Buf *to) {
    for (size_t i = 0; i < text.n; i++) {
        if (text.at[i] == '\\') {
            assert_true(i + 3 < text.n && text.at[i + 1] == 'x');
            buf_byte(to, (uint8_t)(digit(text.at[i + 2]) << 4 | digit(text.at[i + 3])));
            i += 3;
        } else {
            buf_byte(to, text.at[i]);
        }
    }
}

/* All pairs of bytes, and random longer texts of a fixed seed. */
static void comes_back_whole(void **state _unused_) {
    uint32_t seed = 12345;

    for (unsigned i = 0; i < 65536 + 20000; i++) {
        _cleanup_(buf_done) Buf escaped = {0}, back = {0};
        uint8_t text[12] = {(uint8_t)(i >> 8), (uint8_t)i};
        size_t n = i < 65536 ? 2 : sizeof(text);

        for (size_t k = 0; n > 2 && k < n; k++) {
            seed = seed * 1664525 + 1013904223;
            text[k] = (uint8_t)(seed >> 24);
        }
        show_span(&escaped, span(text, n));
        assert_true(utf8_displayable(buf_as_span(&escaped)));
        unescape(buf_as_span(&escaped), &back);
        assert_int_equal(back.n, n);
        assert_memory_equal(back.at, text, n);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_what_terminals_obey),
        cmocka_unit_test(comes_back_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
