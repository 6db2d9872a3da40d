/* Region: codes, the EU both ways, lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "rule/region.h"

static void knows_a_code(void **state _unused_) {
    assert_null(region_expected(span_of("US")));
    assert_null(region_expected(span_of("EU")));
    assert_string_equal(region_expected(span_of("us")), "two capital letters");
    assert_string_equal(region_expected(span_of("USA")), "two capital letters");
    assert_string_equal(region_expected(span_of("U")), "two capital letters");
    assert_string_equal(region_expected(span_of("")), "two capital letters");
    assert_string_equal(region_expected(span_of("UK")), "GB");
}

static void meets(const char *a, const char *b, bool expected) {
    assert_int_equal(region_meets(span_of(a), span_of(b)), expected);
    assert_int_equal(region_meets(span_of(b), span_of(a)), expected);
}

static void stands_for_members(void **state _unused_) {
    static const char members[][3] = {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES",
                                      "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU",
                                      "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"};

    assert_int_equal(N_ELEMENTS(members), 27);
    for (size_t i = 0; i < N_ELEMENTS(members); i++)
        meets("EU", members[i], true);
    meets("EU", "EU", true);
    meets("US", "US", true);
    meets("EU", "GB", false);
    meets("EU", "CH", false);
    meets("EU", "NO", false);
    meets("EU", "TB", false); /* across two members of the list */
    meets("EU", "T", false);
    meets("DE", "FR", false);
}

static void walks_a_list(void **state _unused_) {
    Span rest = span_of("US,,EU"), region;

    assert_true(region_next(&rest, &region) && span_is(region, "US"));
    assert_true(region_next(&rest, &region) && span_is(region, ""));
    assert_true(region_next(&rest, &region) && span_is(region, "EU"));
    assert_false(region_next(&rest, &region));
    rest = span_of(NULL);
    assert_false(region_next(&rest, &region));
    rest = span_of("US,");
    assert_true(region_next(&rest, &region) && span_is(region, "US"));
    assert_true(region_next(&rest, &region) && span_is(region, ""));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_a_code),
        cmocka_unit_test(stands_for_members),
        cmocka_unit_test(walks_a_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
