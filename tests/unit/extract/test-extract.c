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

/* Marks that had no text yet when something came between. */
static int read_marks(Extraction *x, Feed *f, Encoding encoding, Status *ret_status) {
    static const Entry inside = {.size = 1, .mtime = INT64_MIN};
    Feed one = feed_of_span(span_of("1"));
    int r = extract_part(x, PART_TABLE, span_of("t"));

    (void)f;
    (void)encoding;
    (void)ret_status;
    if (r == 0)
        r = extract_at(x, 1, 1);
    if (r == 0)
        r = extract_column(x, 1, span_of("a"));
    if (r == 0)
        r = extract_text(x, span_of("A"));
    if (r == 0)
        r = extract_from(x, 2, 1, 70);
    if (r == 0)
        r = extract_listed(x, &inside, status_of(STATUS_LIMIT, "depth"));
    if (r == 0)
        r = extract_text(x, span_of("B"));
    if (r == 0)
        r = extract_listed(x, &inside, status_of(STATUS_LIMIT, "depth"));
    if (r == 0)
        r = extract_text(x, span_of("C"));
    if (r == 0)
        r = extract_from(x, 3, 1, 80);
    if (r == 0)
        r = extract_unit_as(x, &inside, &one, "leaf");
    if (r == 0)
        r = extract_text(x, span_of("D"));
    if (r == 0)
        r = extract_at(x, 4, 1); /* none of the next part */
    if (r == 0)
        r = extract_part(x, PART_SECTION, span_of("s"));
    return r ? r : extract_text(x, span_of("E"));
}

static void test_marks_wait_for_text(void **state) {
    static const Extractor own[] = {{.format = "text", .extract = read_marks}, {.format = NULL}};
    Recorder r = {.own = own};

    (void)state;
    assert_string_equal(record_bytes(&r, span_of("any"), "a"),
                        "# table t\n| 1 a\n= 1:1 A\n> ?\n< limit(depth)\n"
                        "# table t\n= 2:1 @70 B\n> ?;2\n< limit(depth)\n"
                        "# table t\n= 2:1 C\n> ?;3\n# bytes us-ascii\n= @0 1\n< read\n"
                        "# table t\n= 3:1 @80 D\n# section s\n= E\n< partial(member)\n");
    buf_done(&r.log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_as_it_lies),
        cmocka_unit_test(test_long_text_in_pieces),
        cmocka_unit_test(test_output_limit),
        cmocka_unit_test(test_marks_wait_for_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
