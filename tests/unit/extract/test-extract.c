/* The core of extraction: units, parts, marks, names that come again, the joint budget. */
#include "recorder.h"

static void test_text_as_it_lies(void **state) {
    Recorder r = {0};

    (void)state;
    assert_string_equal(record_bytes(&r, span_of("one\ntwo\n"), "a.txt"),
                        "# bytes us-ascii\n= @0 one\\ntwo\\n\n< read\n");
    buf_done(&r.log);
}

static void test_long_text_in_pieces(void **state) {
    enum { N = 3 * EXTRACT_TEXT_MAX + 17 };
    Recorder r = {0};
    char *text = malloc(N);

    (void)state;
    memset(text, 'x', N);
    record_bytes(&r, span(text, N), "a.txt");
    assert_int_equal(r.text_bytes, N);
    assert_memory_equal(r.log.at, "# bytes us-ascii\n= @0 xxx", 25);
    buf_done(&r.log);
    free(text);
}

static void test_output_limit(void **state) {
    Recorder r = {0};
    ExtractLimits limits = {.output = 5};
    Feed f = feed_of_span(span_of("123456"));

    (void)state;
    assert_string_equal(record_feed(&r, &f, "a", &limits), "< limit(output)\n");
    feed_done(&f);
    f = feed_of_span(span_of("12345"));
    assert_string_equal(record_feed(&r, &f, "a", &limits),
                        "# bytes us-ascii\n= @0 12345\n< read\n");
    feed_done(&f);
    buf_done(&r.log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_as_it_lies),
        cmocka_unit_test(test_long_text_in_pieces),
        cmocka_unit_test(test_output_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
