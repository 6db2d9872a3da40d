/* Detect: offsets in text and records, levels, order, windows, what a failure leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "api.h"

static int setup(void **state) {
    *state = api_rules();
    return 0;
}

static int teardown(void **state) {
    terrier_rules_free(*state);
    return 0;
}

static void assert_text(const terrier_rules *rules, const terrier_detect_options *o, Span text,
                        const char *expected) {
    _cleanup_(fd_closep) int fd = api_input(text);
    _cleanup_(buf_done) Buf out = {0};
    terrier_error error = {0};

    assert_int_equal(terrier_detect_text(rules, o, fd, api_write, &out, &error), 0);
    assert_string_equal(buf_cstr(&out), expected);
}

static void finds_in_order_with_byte_offsets(void **state) {
    assert_text(*state, NULL, span_of("\xc3\xa9 SSN: 536-90-4399, a.b@c.terrier-test.org"),
                "8\t19\tgov.us-ssn\thigh\t4.30\t***-**-4399\n"
                "21\t43\tcontact.email\thigh\t3.20\ta***@c***.org\n");
}

static void counts_code_points(void **state) {
    const terrier_detect_options o = {.codepoints = true};

    assert_text(*state, &o, span_of("\xc3\xa9\xf0\x9f\x90\x95 SSN: 536-90-4399"),
                "8\t19\tgov.us-ssn\thigh\t4.30\t***-**-4399\n");
    /* a byte that continues nothing belongs to what is before it */
    assert_text(*state, &o, span_of("\x80\x80 SSN: 536-90-4399"),
                "6\t17\tgov.us-ssn\thigh\t4.30\t***-**-4399\n");
}

static void asks_for_a_level(void **state) {
    terrier_detect_options o = {.min_confidence = TERRIER_LOW};
    Span text = span_of("354-83-1667 or 180693962");

    assert_text(*state, &o, text,
                "0\t11\tgov.us-ssn\tmedium\t0.70\t***-**-1667\n"
                "15\t24\tgov.us-ssn\tlow\t-1.50\t*****3962\n");
    assert_text(*state, NULL, text, "0\t11\tgov.us-ssn\tmedium\t0.70\t***-**-1667\n");
    o.min_confidence = TERRIER_HIGH;
    assert_text(*state, &o, text, "");
}

static void says_nothing_of_nothing(void **state) {
    assert_text(*state, NULL, span_of(""), "");
    assert_text(*state, NULL, span_of("\n"), "");
}

/* A value on every byte around the place where a window ends, with wide characters before it. */
static void offsets_do_not_depend_on_windows(void **state) {
    enum { WINDOW = 256 << 10, TEXT = 3 * WINDOW };
    const char value[] = " SSN: 536-90-4399 ";
    terrier_detect_options o = {.codepoints = true};
    _cleanup_(buf_done) Buf text = {0};
    char *at = buf_extend(&text, TEXT);

    assert_non_null(at);
    for (size_t i = 0; i + 1 < TEXT; i += 2)
        memcpy(at + i, "\xc3\xa9", 2);
    for (size_t shift = 0; shift < 40; shift += 2) {
        _cleanup_(buf_done) Buf expected = {0};
        size_t place = WINDOW + 4096 - 30 + shift, points = place / 2 + 6;

        memcpy(at + place, value, 18);
        buf_printf(&expected, "%zu\t%zu\tgov.us-ssn\thigh\t4.30\t***-**-4399\n", points,
                   points + 11);
        assert_text(*state, &o, buf_as_span(&text), buf_cstr(&expected));
        for (size_t i = 0; i < 18; i += 2)
            memcpy(at + place + i, "\xc3\xa9", 2);
    }
}

static int detect_records(const terrier_rules *rules, const char *lines, Buf *out,
                          terrier_error *error) {
    const terrier_detect_options o = {.codepoints = true};
    _cleanup_(fd_closep) int fd = api_input(span_of(lines));

    return terrier_detect_records(rules, &o, fd, api_write, out, error);
}

static void reads_records(void **state) {
    _cleanup_(buf_done) Buf out = {0};
    terrier_error error = {0};

    assert_int_equal(
        detect_records(*state,
                       "{\"id\":\"\\u202e\",\"text\":\"\\u00e9 SSN 180-69-3962\"}\r\n"
                       "\n"
                       "{\"id\":{\"a\":[1,null]},\"text\":\"x\\u0000 SSN 536-90-4399\"}",
                       &out, &error),
        0);
    assert_string_equal(
        buf_cstr(&out),
        "{\"id\":\"\\u202E\",\"spans\":[{\"start\":6,\"end\":17,\"type\":\"gov.us-ssn\","
        "\"confidence\":\"high\",\"score\":4.30,\"mask\":\"***-**-3962\",\"test_value\":true}]}\n"
        "{\"id\":{\"a\":[1,null]},\"spans\":[{\"start\":7,\"end\":18,\"type\":\"gov.us-ssn\","
        "\"confidence\":\"high\",\"score\":4.30,\"mask\":\"***-**-4399\"}]}\n");
}

static void assert_refused(const terrier_rules *rules, const char *lines, const char *message) {
    _cleanup_(buf_done) Buf out = {0};
    terrier_error error = {0};

    assert_int_equal(detect_records(rules, lines, &out, &error), -EINVAL);
    assert_int_equal(error.code, -EINVAL);
    assert_string_equal(error.text, message);
    assert_string_equal(buf_cstr(&out), "{\"id\":1,\"spans\":[]}\n");
}

static void refuses_what_is_no_record(void **state) {
    assert_refused(*state, "{\"id\":1,\"text\":\"\"}\n\n[1]\n", "line 3 is no JSON object");
    assert_refused(*state, "{\"id\":1,\"text\":\"\"}\n{\"id\":2,\"text\":5}\n",
                   "line 2 has no \"text\" that is a string");
    assert_refused(*state, "{\"id\":1,\"text\":\"\"}\n{\"id\":2}\n",
                   "line 2 has no \"text\" that is a string");
    assert_refused(*state, "{\"id\":1,\"text\":\"\"}\n{\"text\":\"\xff\"}\n",
                   "line 2 is not JSON, at column 9");
}

static void passes_failures_of_output_on(void **state) {
    _cleanup_(fd_closep) int fd = api_input(span_of("SSN: 536-90-4399"));
    terrier_error error = {0};

    assert_int_equal(terrier_detect_text(*state, NULL, fd, api_write_full, NULL, &error), -ENOSPC);
    assert_string_equal(error.text, "cannot write output: No space left on device");
}

static void says_that_input_fails(void **state) {
    _cleanup_(buf_done) Buf out = {0};
    terrier_error error = {0};

    assert_int_equal(terrier_detect_text(*state, NULL, -1, api_write, &out, &error), -EBADF);
    assert_string_equal(error.text, "cannot read input: Bad file descriptor");
    assert_int_equal(terrier_detect_records(*state, NULL, -1, api_write, &out, &error), -EBADF);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_in_order_with_byte_offsets),
        cmocka_unit_test(counts_code_points),
        cmocka_unit_test(asks_for_a_level),
        cmocka_unit_test(says_nothing_of_nothing),
        cmocka_unit_test(offsets_do_not_depend_on_windows),
        cmocka_unit_test(reads_records),
        cmocka_unit_test(refuses_what_is_no_record),
        cmocka_unit_test(passes_failures_of_output_on),
        cmocka_unit_test(says_that_input_fails),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
