/* Log: bytes as they lie, and the range of times; any window, any bytes. */
#include "mutate.h"
#include "windows.h"

static const char lines[] = "2024-03-02T00:00:00Z up\n"
                            "  a line that goes with it, 2001-01-01T00:00:00Z\n"
                            "2024-03-01 12:00:00.000 earlier\r\n"
                            "\n"
                            "2024-03-01T12:00:01Z";

static void reads_times(void **state _unused_) {
    assert_reads("log", lines,
                 "# bytes us-ascii\n"
                 "= @0 2024-03-02T00:00:00Z up\\n  a line that goes with it, "
                 "2001-01-01T00:00:00Z\\n2024-03-01 12:00:00.000 earlier\r\\n\\n"
                 "2024-03-01T12:00:01Z\n"
                 "! log-time 1709294400000000000 1709337600000000000 \n");
}

static void reads_other_encodings(void **state _unused_) {
    static const char fact[] = "! log-time 1709294400000000000 1709337600000000000 \n";
    _cleanup_(buf_done) Buf b = {0};
    Recorder r = {0};

    put_point(&b, ENCODING_UTF16LE, 0xFEFF);
    put_text(&b, ENCODING_UTF16LE, lines);
    read_as(&r, "log", buf_as_span(&b), DECODER_WINDOW);
    assert_non_null(memmem(r.log.at, r.log.n, fact, strlen(fact))); /* the text has NULs */
    assert_int_equal(r.text_bytes, b.n - 2);
    buf_done(&r.log);
}

/* A line as long as the file has its time at its start, and costs no memory. */
static void takes_a_long_line(void **state _unused_) {
    enum { N = 3 << 20 };
    _cleanup_(buf_done) Buf b = {0};
    Recorder r = {0};
    const char *log;

    buf_text(&b, "2024-03-02T00:00:00Z ");
    memset(buf_extend(&b, N), 'x', N);
    buf_text(&b, "2024-03-01T12:00:00Z");
    log = read_as(&r, "log", buf_as_span(&b), DECODER_WINDOW);
    assert_non_null(strstr(log, "! log-time 1709337600000000000 1709337600000000000 \n"));
    assert_int_equal(r.text_bytes, b.n);
    buf_done(&r.log);
}

static void takes_any_bytes(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};
    uint64_t seed = 13;

    for (int i = 0; i < 800; i++) {
        mutate(&seed, span(lines, sizeof(lines) - 1), "0123456789-:TZ[] \n", &b);
        assert_tolerates("log", buf_as_span(&b));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_times),
        cmocka_unit_test(reads_other_encodings),
        cmocka_unit_test(takes_a_long_line),
        cmocka_unit_test(takes_any_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
