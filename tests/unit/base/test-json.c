/* Json: commas, nesting, escapes, numbers, names that are no text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/json.h"

#include <float.h>
#include <math.h>

static void nests_and_separates(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};
    Json j = json_to(&b);

    json_object_begin(&j);
    json_key(&j, "a");
    json_array_begin(&j);
    json_int(&j, -1);
    json_array_begin(&j);
    json_array_end(&j);
    json_object_begin(&j);
    json_object_end(&j);
    json_bool(&j, true);
    json_null(&j);
    json_array_end(&j);
    json_key(&j, "b");
    json_array_begin(&j);
    json_uint(&j, UINT64_MAX);
    json_int(&j, INT64_MIN);
    json_int(&j, 0);
    json_array_end(&j);
    json_key(&j, "c");
    json_raw(&j, span_of("{\"x\":1}"));
    json_key(&j, "d");
    json_text(&j, NULL);
    json_key(&j, "e");
    json_hex(&j, span("\x00\xff\x10", 3));
    json_object_end(&j);
    assert_int_equal(buf_error(&b), 0);
    assert_string_equal(buf_cstr(&b), "{\"a\":[-1,[],{},true,null],\"b\":[18446744073709551615,"
                                      "-9223372036854775808,0],"
                                      "\"c\":{\"x\":1},\"d\":null,\"e\":\"00ff10\"}");
}

static void nests_to_its_limit(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};
    Json j = json_to(&b);

    for (int i = 0; i < JSON_DEPTH_MAX; i++) {
        json_array_begin(&j);
        json_int(&j, 1);
    }
    for (int i = 0; i < JSON_DEPTH_MAX; i++)
        json_array_end(&j);
    assert_int_equal(b.n, JSON_DEPTH_MAX * 4 - 1);
    assert_memory_equal(b.at, "[1,[1,[1", 8);
}

static void assert_text(Span text, const char *expected) {
    _cleanup_(buf_done) Buf b = {0};
    Json j = json_to(&b);

    json_span(&j, text);
    assert_string_equal(buf_cstr(&b), expected);
}

static void escapes_what_may_do_harm(void **state _unused_) {
    assert_text(span_of(""), "\"\"");
    assert_text(span_of("a\"b\\c/d"), "\"a\\\"b\\\\c/d\"");
    assert_text(span("\n\t\r\x1b\x00\x7f", 6), "\"\\n\\t\\r\\u001b\\u0000\\u007f\"");
    assert_text(span_of("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x95"),
                "\"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x95\"");
    assert_text(span_of("\xc2\x9b"), "\"\\u009b\""); /* C1: a one-byte ESC [ */
    assert_text(span_of("a\xe2\x80\xae"
                        "b"),
                "\"a\\u202eb\"");                                   /* right-to-left override */
    assert_text(span_of("\xe2\x80\xa8"), "\"\\u2028\"");            /* ends a line in JavaScript */
    assert_text(span_of("\xf3\xa0\x81\x81"), "\"\\udb40\\udc41\""); /* an invisible tag */
}

static void shows_bytes_that_are_no_text(void **state _unused_) {
    assert_text(span_of("\xff"), "\"\\\\xff\"");
    assert_text(span_of("a\xc3"), "\"a\\\\xc3\"");          /* cut */
    assert_text(span_of("\xc0\xaf"), "\"\\\\xc0\\\\xaf\""); /* not the shortest form */
    assert_text(span_of("\xed\xa0\x80"), "\"\\\\xed\\\\xa0\\\\x80\"");
}

static void assert_double(double v, int decimals, const char *expected) {
    _cleanup_(buf_done) Buf b = {0};
    Json j = json_to(&b);

    json_double(&j, v, decimals);
    assert_string_equal(buf_cstr(&b), expected);
}

static void prints_fixed_point(void **state _unused_) {
    assert_double(0, 2, "0.00");
    assert_double(-0.001, 2, "0.00");
    assert_double(2.5, 0, "3");
    assert_double(-12.345678, 4, "-12.3457");
    assert_double(0.999, 2, "1.00");
    assert_double(3.0625, 3, "3.063");
    assert_double(NAN, 2, "null");
    assert_double(INFINITY, 2, "null");
    assert_double(DBL_MAX, 2, "null");
}

static void assert_name(Span shown, Span raw, const char *expected) {
    _cleanup_(buf_done) Buf b = {0};
    Json j = json_to(&b);

    json_object_begin(&j);
    json_name(&j, "k", shown, raw);
    json_key(&j, "z");
    json_int(&j, 0);
    json_object_end(&j);
    assert_string_equal(buf_cstr(&b), expected);
}

/* The base64 is that of RFC 4648 section 10 with each byte's top bit set, by python3. */
static void puts_exact_bytes_beside_a_name(void **state _unused_) {
    assert_name((Span){0}, span_of("plain"), "{\"k\":\"plain\",\"z\":0}");
    assert_name(span_of("shown"), span_of("raw"), "{\"k\":\"shown\",\"z\":0}");
    assert_name((Span){0}, span_of("\xe6"), "{\"k\":\"\\\\xe6\",\"k_b64\":\"5g==\",\"z\":0}");
    assert_name(span_of("s"), span_of("\xe6\xef"), "{\"k\":\"s\",\"k_b64\":\"5u8=\",\"z\":0}");
    assert_name(span_of("s"), span_of("\xe6\xef\xef"), "{\"k\":\"s\",\"k_b64\":\"5u/v\",\"z\":0}");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nests_and_separates),
        cmocka_unit_test(nests_to_its_limit),
        cmocka_unit_test(escapes_what_may_do_harm),
        cmocka_unit_test(shows_bytes_that_are_no_text),
        cmocka_unit_test(prints_fixed_point),
        cmocka_unit_test(puts_exact_bytes_beside_a_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
