/* LineReader: every byte once, in lines, whatever the feed gives at once. */
#include "trickle.h"

#include "extract/text/linereader.h"

static void reads(Span bytes, size_t most, Buf *ret) {
    static const FeedKind kind = {.read = trickle_read};
    Trickle t = {.left = bytes, .most = most};
    Feed f = feed_of(&kind, &t, FEED_SIZE_UNKNOWN);
    LineReader l;
    Span line, again;
    uint64_t at = 0;

    buf_clear(ret);
    assert_int_equal(linereader_init(&l, &f), 0);
    while (linereader_look(&l, &line) > 0) {
        assert_int_equal(linereader_look(&l, &again), 1); /* looking takes nothing */
        assert_ptr_equal(line.at, again.at);
        assert_int_equal(l.at, at);
        assert_true(line.n > 0 && line.n <= LINEREADER_MAX);
        buf_printf(ret, "%llu%s ", (unsigned long long)l.row, linereader_fresh(&l) ? "" : "+");
        buf_span(ret, line_trim(line));
        buf_byte(ret, '|');
        at += line.n;
        linereader_take(&l);
    }
    assert_int_equal(at, bytes.n);
    linereader_done(&l);
    feed_done(&f);
}

static void gives_lines(void **state _unused_) {
    static const char text[] = "one\r\n\ntwo\n\r\r\nlast";
    _cleanup_(buf_done) Buf log = {0};

    for (size_t most = 1; most < 20; most++) {
        reads(span_of(text), most, &log);
        assert_string_equal(buf_cstr(&log), "1 one|2 |3 two|4 |5 last|");
    }
    reads(span(NULL, 0), 1, &log);
    assert_string_equal(buf_cstr(&log), "");
}

static void cuts_long_lines(void **state _unused_) {
    enum { N = 5 * LINEREADER_MAX / 2 };
    _cleanup_(buf_done) Buf text = {0}, log = {0}, other = {0};

    for (int i = 0; i < N; i++)
        buf_byte(&text, (uint8_t)('a' + i % 26));
    buf_text(&text, "\nx");
    reads(buf_as_span(&text), 100000, &log);
    for (size_t most = 1; most < 20000; most = most * 3 + 1) {
        reads(buf_as_span(&text), most, &other);
        assert_true(span_eq(buf_as_span(&log), buf_as_span(&other)));
    }
    assert_memory_equal(log.at, "1 abc", 5);
    assert_memory_equal(log.at + 2 + LINEREADER_MAX + 1, "1+ ", 3);
    assert_string_equal(buf_cstr(&log) + log.n - 4, "2 x|");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_lines),
        cmocka_unit_test(cuts_long_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
