/* Validate: one value and records of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "api.h"

static void judges_one_value(void **state _unused_) {
    assert_int_equal(terrier_validate("us.ssn", "536-90-4399", 11), 1);
    assert_int_equal(terrier_validate("us.ssn", "536-00-4399", 11), 0);
    assert_int_equal(terrier_validate("us.ssn", "", 0), 0);
    assert_int_equal(terrier_validate("us.no-such", "1", 1), -ENOENT);
}

static void lists_what_it_knows(void **state _unused_) {
    _cleanup_(buf_done) Buf out = {0};
    terrier_error error = {0};

    assert_int_equal(terrier_validators_list(api_write, &out, &error), 0);
    assert_non_null(strstr(buf_cstr(&out), "\nluhn\n"));
    assert_non_null(strstr(buf_cstr(&out), "\nus.ssn\n"));
}

static int validate(const char *lines, Buf *out, terrier_error *error) {
    _cleanup_(fd_closep) int fd = api_input(span_of(lines));

    return terrier_validate_records(fd, api_write, out, error);
}

static void adds_verdicts(void **state _unused_) {
    _cleanup_(buf_done) Buf out = {0};
    terrier_error error = {0};

    assert_int_equal(
        validate("{\"valid\":1,\"type\":\"us.ssn\",\"value\":\"536-90-4399\",\"n\":{\"x\":2.5}}\n"
                 "{\"type\":\"us.ssn\",\"value\":\"536\\u0000904399\"}\n"
                 "{\"type\":\"xx.none\",\"value\":\"\\u202e\"}\n",
                 &out, &error),
        0);
    assert_string_equal(
        buf_cstr(&out),
        "{\"type\":\"us.ssn\",\"value\":\"536-90-4399\",\"n\":{\"x\":2.5},\"valid\":true}\n"
        "{\"type\":\"us.ssn\",\"value\":\"536\\u0000904399\",\"valid\":false}\n"
        "{\"type\":\"xx.none\",\"value\":\"\\u202E\",\"valid\":null}\n");
}

static void refuses_what_is_no_record(void **state _unused_) {
    _cleanup_(buf_done) Buf out = {0};
    terrier_error error = {0};

    assert_int_equal(validate("{\"type\":\"us.ssn\",\"value\":5}\n", &out, &error), -EINVAL);
    assert_string_equal(error.text, "line 1 has no \"value\" that is a string");
    assert_int_equal(out.n, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judges_one_value),
        cmocka_unit_test(lists_what_it_knows),
        cmocka_unit_test(adds_verdicts),
        cmocka_unit_test(refuses_what_is_no_record),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
