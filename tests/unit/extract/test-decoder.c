/* Decoder: windows of any size give the same text and the same way back; marks, cuts, rests. */
#include "sample.h"

#include "extract/text/codepage.h"
#include "extract/text/decoder.h"

/* All the text, taken `step` bytes at a time, and the raw offset of each of its bytes. */
static void decode_all(Span raw, Encoding e, size_t window, size_t step, Buf *text, Buf *sources) {
    Feed f = feed_of_span(raw);
    Decoder d;

    buf_clear(text);
    buf_clear(sources);
    assert_int_equal(decoder_init(&d, &f, e, window), 0);
    for (;;) {
        size_t n = d.text.n < step ? d.text.n : step;

        while (n < d.text.n && (d.text.at[n] & 0xC0) == 0x80) /* to a whole character */
            n++;
        for (size_t i = 0; i < n; i++) {
            uint64_t source = decoder_source(&d, i);

            buf_byte(text, d.text.at[i]);
            buf_add(sources, &source, sizeof(source));
        }
        if (d.end && n == d.text.n)
            break;
        assert_int_equal(decoder_next(&d, n), 0);
    }
    decoder_done(&d);
    feed_done(&f);
}

static void gives_the_same_in_any_window(void **state _unused_) {
    static const Encoding encodings[] = {ENCODING_UTF8, ENCODING_UTF16LE, ENCODING_UTF16BE,
                                         ENCODING_UTF32LE, ENCODING_UTF32BE};
    static const char sample[] = "a,\xc3\xa4\n\xe6\x9d\xb1\xf0\x9f\x98\x80;\xf0\x9f\x98\x81z";
    _cleanup_(buf_done) Buf raw = {0}, text = {0}, sources = {0}, first = {0};

    for (size_t k = 0; k < N_ELEMENTS(encodings); k++) {
        buf_clear(&raw);
        if (encodings[k] == ENCODING_UTF8) {
            buf_text(&raw, "\xEF\xBB\xBF");
            buf_text(&raw, sample);
        } else {
            put_point(&raw, encodings[k], 0xFEFF);
            put_text(&raw, encodings[k], sample);
        }
        decode_all(buf_as_span(&raw), encodings[k], DECODER_WINDOW, SIZE_MAX, &text, &first);
        assert_string_equal(buf_cstr(&text), sample);
        for (size_t window = 1; window < 12; window++) {
            for (size_t step = 1; step < 6; step++) {
                decode_all(buf_as_span(&raw), encodings[k], window, step, &text, &sources);
                assert_string_equal(buf_cstr(&text), sample);
                assert_int_equal(sources.n, first.n);
                assert_memory_equal(sources.at, first.at, first.n);
            }
        }
    }
}

/* Half a pair and half a unit at the end are replaced, not waited for. */
static void ends_with_what_is_cut(void **state _unused_) {
    _cleanup_(buf_done) Buf text = {0}, sources = {0};

    for (size_t window = 1; window < 8; window++) {
        decode_all(span("a\0\x3d\xd8z", 5), ENCODING_UTF16LE, window, SIZE_MAX, &text, &sources);
        assert_string_equal(buf_cstr(&text), "a\xef\xbf\xbd\xef\xbf\xbd");
    }
    decode_all(span(NULL, 0), ENCODING_UTF8, 4, 1, &text, &sources);
    assert_int_equal(text.n, 0);
}

/* A rest that is never taken makes the window grow; nothing is lost. */
static void keeps_what_is_not_taken(void **state _unused_) {
    Feed f = feed_of_span(span_of("0123456789"));
    Decoder d;

    assert_int_equal(decoder_init(&d, &f, ENCODING_ASCII, 4), 0);
    assert_int_equal(d.text.n, 4);
    assert_int_equal(decoder_next(&d, 1), 0);
    assert_int_equal(d.text.n, 7);
    assert_int_equal(decoder_next(&d, 0), 0);
    assert_true(span_is(d.text, "123456789"));
    assert_int_equal(decoder_source(&d, 2), 3);
    assert_int_equal(decoder_next(&d, 9), 0);
    assert_true(d.end);
    assert_int_equal(d.text.n, 0);
    decoder_done(&d);
    feed_done(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_same_in_any_window),
        cmocka_unit_test(ends_with_what_is_cut),
        cmocka_unit_test(keeps_what_is_not_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
