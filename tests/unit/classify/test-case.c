/* Case: what is not filled in is unknown; words agree with those of the nouns they come from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "classify/case.h"
#include "model/finding.h"
#include "model/group.h"

static void assert_prints(const Case *c, CaseFact fact, const char *expected) {
    _cleanup_(buf_done) Buf b = {0};

    case_print(c, fact, &b);
    assert_string_equal(buf_cstr(&b), expected);
}

static void nothing_is_known_at_first(void **state) {
    Case c;

    (void)state;
    case_clear(&c);
    for (CaseFact f = 0; f < N_CASE_FACTS; f++) {
        assert_non_null(fact_definition(f)->name);
        assert_prints(&c, f, "unknown");
    }
}

static void words_are_those_of_the_model(void **state) {
    int64_t n;

    (void)state;
    for (Tier t = 0; t < N_TIERS; t++) {
        assert_int_equal(fact_word(CASE_TIER, span_of(tier_name(t)), &n), 0);
        assert_int_equal(n, t);
    }
    for (Level l = LEVEL_LOW; l < N_LEVELS; l++) {
        assert_int_equal(fact_word(CASE_CONFIDENCE, span_of(level_name(l)), &n), 0);
        assert_int_equal(n, l);
    }
    assert_int_equal(fact_word(CASE_TIER, span_of("secret"), &n), -EINVAL);
}

static void names_are_found_again(void **state) {
    CaseFact back;

    (void)state;
    for (CaseFact f = 0; f < N_CASE_FACTS; f++) {
        assert_int_equal(fact_parse(span_of(fact_definition(f)->name), &back), 0);
        assert_int_equal(back, f);
    }
    assert_int_equal(fact_parse(span_of("colour"), &back), -EINVAL);
    assert_string_equal(fact_nearest(span_of("exposur")), "exposure");
}

static void prints_what_was_put(void **state) {
    Case c;

    (void)state;
    case_clear(&c);
    case_put(&c, CASE_EXPOSURE, EXPOSURE_WORLD);
    case_put(&c, CASE_COUNT, 1234);
    case_put(&c, CASE_ORPHAN, 0);
    case_put_category(&c, "gov.passport");
    case_put_path(&c, span("/srv/test/a.zip\0b", 17), span_of("/srv/test/a.zip!/b"));
    assert_prints(&c, CASE_EXPOSURE, "world");
    assert_prints(&c, CASE_COUNT, "1234");
    assert_prints(&c, CASE_ORPHAN, "no");
    assert_prints(&c, CASE_CATEGORY, "gov.passport");
    assert_prints(&c, CASE_PATH, "/srv/test/a.zip!/b");
    assert_prints(&c, CASE_LOCATION_TIER, "test");
    assert_prints(&c, CASE_MEMBER, "yes");
    case_put_category(&c, "no.such");
    assert_prints(&c, CASE_CATEGORY, "unknown");
}

static bool has(const char *word, const char *id) {
    CategorySet s = {0};

    assert_int_equal(category_under(span_of(word), &s), 0);
    return category_set_has(&s, (size_t)category_place(span_of(id)));
}

static void groups_hold_their_categories(void **state) {
    const Category *all;
    CategorySet s = {0};

    (void)state;
    assert_true(category_all(&all) <= CATEGORY_BITS);
    assert_true(has("personal", "gov.passport"));
    assert_true(has("personal", "contact.email"));
    assert_false(has("personal", "secret.api_key"));
    assert_false(has("personal", "health.provider_id"));
    assert_true(has("special", "health.record"));
    assert_true(has("special", "special.union"));
    assert_true(has("gov", "gov.passport"));
    assert_true(has("gov.passport", "gov.passport"));
    assert_false(has("gov.passport", "gov.tax_id"));
    for (size_t i = 0; i < n_groups; i++)
        assert_int_equal(category_under(span_of(group_names[i]), &s), 0);
    assert_int_equal(category_under(span_of("gov.pass"), &s), -EINVAL);
    assert_int_equal(category_under(span_of(""), &s), -EINVAL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_known_at_first),
        cmocka_unit_test(words_are_those_of_the_model),
        cmocka_unit_test(names_are_found_again),
        cmocka_unit_test(prints_what_was_put),
        cmocka_unit_test(groups_hold_their_categories),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
