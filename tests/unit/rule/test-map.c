/* Map: what loads, what is refused, which asset holds a path, and that it comes out as it went in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "rule/map.h"

static const char whole[] = "format: asset-map/1\n"
                            "org: {name: Example BV, namespace: 'https://example.org/assets'}\n"
                            "assets:\n"
                            "  - id: pay\n"
                            "    name: \"Pay: \\\"old\\\" \\\\ files\"\n"
                            "    paths: [/srv/share/hr/pay, '*.payroll']\n"
                            "    declared_types: [gov.national_id, person]\n"
                            "    declared_tier: restricted\n"
                            "    max_exposure: group\n"
                            "  - id: hr\n"
                            "    paths: ['/srv/share/hr/**']\n"
                            "    system: fs01\n"
                            "    business_owner: Head of HR\n"
                            "    purposes: [payroll, administration]\n"
                            "    subjects: [employee]\n"
                            "    last_reviewed: '2026-03-01'\n";

static void load(const char *text, Map *ret) {
    Error e = {0};

    if (map_read_bytes(span_of(text), "m.yaml", &e, ret) < 0)
        fail_msg("%s", e.text);
}

static void reads_all_of_it(void **state _unused_) {
    _cleanup_(map_done) Map m = {0};
    const MapAsset *pay, *hr;

    load(whole, &m);
    assert_string_equal(m.org, "Example BV");
    assert_int_equal(m.n, 2);
    pay = map_by_id(&m, span_of("pay"));
    hr = map_by_id(&m, span_of("hr"));
    assert_ptr_equal(pay, &m.assets[0]);
    assert_string_equal(pay->text[MAP_NAME], "Pay: \"old\" \\ files");
    assert_true(pay->declares && pay->has_tier && pay->has_exposure);
    assert_int_equal(pay->tier, TIER_RESTRICTED);
    assert_int_equal(pay->exposure, EXPOSURE_GROUP);
    assert_null(pay->text[MAP_SYSTEM]);
    assert_string_equal(hr->text[MAP_SYSTEM], "fs01");
    assert_int_equal(hr->list[MAP_PURPOSES].n, 2);
    assert_string_equal(hr->list[MAP_PURPOSES].at[1], "administration");
    assert_null(map_by_id(&m, span_of("none")));
}

static void finds_the_first_that_holds(void **state _unused_) {
    _cleanup_(map_done) Map m = {0};

    load(whole, &m);
    assert_string_equal(map_find(&m, span_of("/srv/share/hr/pay/2019/x.csv"))->id, "pay");
    assert_string_equal(map_find(&m, span_of("/srv/share/hr/pay"))->id, "pay");
    assert_string_equal(map_find(&m, span_of("/srv/share/hr/payments.csv"))->id, "hr");
    assert_string_equal(map_find(&m, span_of("/elsewhere/x.payroll"))->id, "pay");
    assert_null(map_find(&m, span_of("/srv/share/it/x")));
    assert_null(map_find(&m, span_of("")));
    assert_null(map_find(NULL, span_of("/x")));
}

static void knows_what_is_declared(void **state _unused_) {
    _cleanup_(map_done) Map m = {0};

    load(whole, &m);
    assert_true(map_declares(&m.assets[0], "gov.us-ssn", "gov.national_id"));
    assert_true(map_declares(&m.assets[0], "person.name-listed", "person.name"));
    assert_false(map_declares(&m.assets[0], "fin.iban", "fin.iban"));
    assert_true(map_declares(&m.assets[1], "fin.iban", "fin.iban")); /* nothing is */
}

static void comes_out_as_it_went_in(void **state _unused_) {
    _cleanup_(map_done) Map m = {0}, again = {0};
    _cleanup_(buf_done) Buf once = {0}, twice = {0};

    load(whole, &m);
    map_print(&m, &once);
    load(buf_cstr(&once), &again);
    map_print(&again, &twice);
    assert_string_equal(buf_cstr(&once), buf_cstr(&twice));
    assert_string_equal(again.assets[0].text[MAP_NAME], "Pay: \"old\" \\ files");
    assert_int_equal(again.n, 2);
}

static void assert_refused(const char *text, const char *message) {
    _cleanup_(map_done) Map m = {0};
    Error e = {0};

    assert_int_equal(map_read_bytes(span_of(text), "m.yaml", &e, &m), -EINVAL);
    if (!strstr(e.text, message))
        fail_msg("'%s' has no '%s'", e.text, message);
}

#define ASSET(keys) "format: asset-map/1\nassets:\n  - {id: a, paths: [/x]" keys "}\n"

static void refuses(void **state _unused_) {
    assert_refused("format: asset-map/2\nassets: []\n", "m.yaml:1:9: format: 'asset-map/2'");
    assert_refused("format: asset-map/1\n", "assets");
    assert_refused(ASSET(", buisness_owner: x"), "business_owner");
    assert_refused(ASSET(", max_exposure: everyone"), "everyone");
    assert_refused(ASSET(", declared_tier: secret"), "secret");
    assert_refused("format: asset-map/1\nassets:\n  - {id: a}\n", "paths");
    assert_refused("format: asset-map/1\nassets:\n  - {id: a, paths: ['[x']}\n", "m.yaml:3");
    assert_refused(ASSET("") "  - {id: a, paths: [/y]}\n", "stands here twice");
    assert_refused(ASSET(", name: \"two\\nlines\""), "m.yaml:3");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_all_of_it),
        cmocka_unit_test(finds_the_first_that_holds),
        cmocka_unit_test(knows_what_is_declared),
        cmocka_unit_test(comes_out_as_it_went_in),
        cmocka_unit_test(refuses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
