/* Rules: loading, the list, one detector, the proofs. */
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

static void lists_with_titles_escaped(void **state) {
    _cleanup_(buf_done) Buf out = {0};
    terrier_error error = {0};

    assert_int_equal(terrier_rules_list(*state, TERRIER_TEXT, api_write, &out, &error), 0);
    assert_string_equal(buf_cstr(&out),
                        "contact.email  contact.email           confidential  -     "
                        "E-mail \\xe2\\x80\\xae address\n"
                        "gov.us-ssn     gov.national_id         restricted    US    "
                        "Social Security number\n");
}

static void lists_as_json(void **state) {
    _cleanup_(buf_done) Buf out = {0};
    terrier_error error = {0};

    assert_int_equal(terrier_rules_list(*state, TERRIER_JSONL, api_write, &out, &error), 0);
    assert_string_equal(
        buf_cstr(&out),
        "{\"kind\":\"detector\",\"id\":\"contact.email\",\"title\":\"E-mail \\u202e address\","
        "\"category\":\"contact.email\",\"tier\":\"confidential\",\"regions\":[],"
        "\"validate\":null,\"builtin\":false}\n"
        "{\"kind\":\"detector\",\"id\":\"gov.us-ssn\",\"title\":\"Social Security number\","
        "\"category\":\"gov.national_id\",\"tier\":\"restricted\",\"regions\":[\"US\"],"
        "\"validate\":\"us.ssn\",\"builtin\":false}\n");
}

static void shows_one(void **state) {
    _cleanup_(buf_done) Buf out = {0};
    terrier_error error = {0};

    assert_int_equal(terrier_rules_show(*state, "gov.us-ssn", api_write, &out, &error), 0);
    assert_non_null(strstr(buf_cstr(&out), "found by        shape 3-2-4  separators '-'  "
                                           "base +0.70 (medium)\n"));
    assert_non_null(strstr(buf_cstr(&out), "words against   order\n"));
}

static void knows_no_other(void **state) {
    _cleanup_(buf_done) Buf out = {0};
    terrier_error error = {0};

    assert_int_equal(terrier_rules_show(*state, "a\x1b", api_write, &out, &error), -ENOENT);
    assert_string_equal(error.text, "there is no detector 'a\\x1b'; terrier rules list names them");
    assert_int_equal(out.n, 0);
}

static void proves_them(void **state) {
    _cleanup_(buf_done) Buf out = {0};
    terrier_check done = {0};
    terrier_error error = {0};

    assert_int_equal(terrier_rules_check(*state, api_write, &out, &done, &error), 0);
    assert_string_equal(buf_cstr(&out), "");
    assert_int_equal(done.detectors, 2);
    assert_int_equal(done.failures, 0);
    /* each: both kinds are there; an example seven ways; a negative one */
    assert_int_equal(done.proofs, 2 * (1 + 7 + 1));
}

static void refuses_broken_files(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    terrier_rules *rules = NULL;
    terrier_error error = {0};
    char place[128];

    scratch_write(&s, "x.yaml", span_of("format: detector/1\nid: [a\n"));
    assert_int_equal(api_load(s.path, &error, &rules), -EINVAL);
    snprintf(place, sizeof(place), "%s/x.yaml:3:1: ", s.path);
    assert_memory_equal(error.text, place, strlen(place));
    assert_null(rules);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_with_titles_escaped),
        cmocka_unit_test(lists_as_json),
        cmocka_unit_test(shows_one),
        cmocka_unit_test(knows_no_other),
        cmocka_unit_test(proves_them),
        cmocka_unit_test(refuses_broken_files),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
