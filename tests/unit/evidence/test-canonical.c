/* Canonical: the examples of RFC 8785 and what it forbids. */
#include "fixture.h"

#include "evidence/canonical.h"

static void assert_canonical(const char *json, const char *expected) {
    _cleanup_(buf_done) Buf b = {0};
    int r = canonical_json(span_of(json), &b);

    if (r < 0)
        fail_msg("%s is refused: %d", json, r);
    assert_string_equal(buf_cstr(&b), expected);
}

static void assert_refused(const char *json, int code) {
    _cleanup_(buf_done) Buf b = {0};
    int r = canonical_json(span_of(json), &b);

    if (r != code)
        fail_msg("%s gives %d, expected %d", json, r, code);
}

/* Section 3.2.2 to 3.2.4, input and result as printed there. */
static void orders_and_writes_as_the_rfc(void **state _unused_) {
    assert_canonical("{\"numbers\": [333333333.33333329, 1E30, 4.50, 2e-3, "
                     "0.000000000000000000000000001],"
                     "\"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\","
                     "\"literals\": [null, true, false]}",
                     "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,"
                     "0.002,1e-27],\"string\":\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
    /* 3.2.3: order by UTF-16 code units: U+1F600 (d83d) stands before U+FB33 */
    assert_canonical("{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,\"\\ud83d\\ude00\":5,"
                     "\"\\u0080\":6,\"\\u00f6\":7}",
                     "{\"\\r\":2,\"1\":4,\"\xc2\x80\":6,\"\xc3\xb6\":7,\"\xe2\x82\xac\":1,"
                     "\"\xf0\x9f\x98\x80\":5,\"\xef\xac\xb3\":3}");
}

/* Appendix B: the double with those bits, as ECMAScript prints it. */
static void writes_numbers_as_ecmascript(void **state _unused_) {
    assert_canonical("[0.0,-0.0,5e-324,-5e-324,1.7976931348623157e308]",
                     "[0,0,5e-324,-5e-324,1.7976931348623157e+308]");
    assert_canonical("[9007199254740992.0,-9007199254740992.0,295147905179352830000.0]",
                     "[9007199254740992,-9007199254740992,295147905179352830000]");
    assert_canonical("[9.999999999999997e22,1e23,1.0000000000000001e23]",
                     "[9.999999999999997e+22,1e+23,1.0000000000000001e+23]");
    assert_canonical("[999999999999999700000.0,1e21,0.000001,9.999999999999997e-7]",
                     "[999999999999999700000,1e+21,0.000001,9.999999999999997e-7]");
    assert_canonical("[333333333.33333325,-0.0000033333333333333333,1424953923781206.2]",
                     "[333333333.33333325,-0.0000033333333333333333,1424953923781206.2]");
    assert_canonical("[0,-7,9007199254740991]", "[0,-7,9007199254740991]");
}

static void refuses_what_has_no_one_form(void **state _unused_) {
    assert_refused("{\"a\":1,\"a\":2}", -EINVAL);
    assert_refused("{\"a\":1", -EINVAL);
    assert_refused("{} {}", -EINVAL);
    assert_refused("", -EINVAL);
    assert_refused("7", -EINVAL);
    assert_refused("[9007199254740992]", -ERANGE);
    assert_refused("[-9007199254740992]", -ERANGE);
    assert_refused("[99999999999999999999]", -ERANGE);
    assert_refused("[1e999]", -ERANGE);
    assert_refused("[\"\\ud800\"]", -EINVAL);
}

static void is_the_same_a_second_time(void **state _unused_) {
    _cleanup_(buf_done) Buf once = {0}, twice = {0};
    const char *json = "{\"b\":[{\"z\":\"\\u0000\",\"a\":{}}],\"a\":[]}";

    assert_int_equal(canonical_json(span_of(json), &once), 0);
    assert_int_equal(canonical_json(buf_as_span(&once), &twice), 0);
    assert_string_equal(buf_cstr(&once), "{\"a\":[],\"b\":[{\"a\":{},\"z\":\"\\u0000\"}]}");
    assert_string_equal(buf_cstr(&twice), buf_cstr(&once));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_and_writes_as_the_rfc),
        cmocka_unit_test(writes_numbers_as_ecmascript),
        cmocka_unit_test(refuses_what_has_no_one_form),
        cmocka_unit_test(is_the_same_a_second_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
