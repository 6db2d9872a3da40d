/* Input: the same text for any cut of the bytes, and the place of each stretch of it. */
#include "trickle.h"

#include "extract/text/input.h"

/* All the text, and a list of stretches: text offset, source. */
static void read_all(Span bytes, Encoding e, size_t most, Buf *ret_text, Buf *ret_places) {
    static const FeedKind kind = {.read = trickle_read};
    Trickle t = {.left = bytes, .most = most};
    Feed f = feed_of(&kind, &t, FEED_SIZE_UNKNOWN);
    Input in;

    buf_clear(ret_text);
    buf_clear(ret_places);
    assert_int_equal(input_init(&in, &f, e), 0);
    while (input_next(&in) > 0) {
        for (size_t i = 0; i < in.text.n;) {
            uint64_t source;
            size_t n = input_stretch(&in, i, &source);

            assert_true(n > 0 && n <= in.text.n - i);
            for (size_t k = 0; k < n; k++) { /* exact at the first byte, and in ASCII */
                bool exact = source != UINT64_MAX && (k == 0 || in.text.at[i + k] < 0x80);

                buf_printf(ret_places, "%lld ", exact ? (long long)(source + k) : -1);
            }
            i += n;
        }
        buf_span(ret_text, in.text);
    }
    input_done(&in);
    feed_done(&f);
}

static void assert_input(Span bytes, Encoding e, const char *text, const char *places) {
    _cleanup_(buf_done) Buf t = {0}, p = {0};

    for (size_t most = 1; most <= bytes.n + 1; most++) {
        read_all(bytes, e, most, &t, &p);
        assert_string_equal(buf_cstr(&t), text);
        if (places && most > bytes.n)
            assert_string_equal(buf_cstr(&p), places);
    }
}

static void gives_text_and_places(void **state _unused_) {
    assert_input(span_of("abc"), ENCODING_ASCII, "abc", "0 1 2 ");
    assert_input(span_of("\xEF\xBB\xBFx\xc3\xa9y"), ENCODING_UTF8, "x\xc3\xa9y", "3 -1 -1 6 ");
    assert_input(span_of("a\xe9"
                         "b"),
                 ENCODING_WINDOWS1252,
                 "a\xc3\xa9"
                 "b",
                 "0 1 -1 2 ");
    assert_input(span("\xFF\xFE"
                      "a\0\x3D\xD8\0\xDE"
                      "b\0",
                      10),
                 ENCODING_UTF16LE,
                 "a\xf0\x9f\x98\x80"
                 "b",
                 NULL);
    assert_input(span_of("a\x93\xfa\x96\x7b"
                         "1"),
                 ENCODING_SHIFT_JIS,
                 "a\xe6\x97\xa5\xe6\x9c\xac"
                 "1",
                 "0 1 -1 -1 -1 -1 -1 5 ");
    assert_input(span_of("a\x1b$BF|\x1b(B\nb"), ENCODING_ISO2022JP, "a\xe6\x97\xa5\nb", NULL);
    assert_input(span(NULL, 0), ENCODING_UTF8, "", "");
}

static void reads_long_lines_of_states(void **state _unused_) {
    _cleanup_(buf_done) Buf raw = {0}, text = {0}, places = {0};
    size_t n = 0;

    for (int i = 0; i < 60000; i++) /* no line end for long */
        buf_text(&raw, "\x1b$BF|\x1b(Bx");
    read_all(buf_as_span(&raw), ENCODING_ISO2022JP, 1 << 20, &text, &places);
    for (size_t i = 0; i < text.n; i++)
        n += text.at[i] == 'x';
    assert_in_range(n, 60000 - 100, 60000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_text_and_places),
        cmocka_unit_test(reads_long_lines_of_states),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
