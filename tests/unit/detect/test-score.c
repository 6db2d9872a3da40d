/* Score: bases by rarity and checksum, and the sum of evidence. */
#include "rig.h"

static float base_of(MatchKind kind, const char *text, Base base, float rate) {
    Validator v = {.name = "test", .rate = rate};

    return score_base(&(Match){.kind = kind, .text = text, .base = base}, rate > 0 ? &v : NULL);
}

static void takes_the_base_of_the_rule(void **state _unused_) {
    assert_float_equal(base_of(MATCH_SHAPE, "9", BASE_LOW, 0), SCORE_BASE_LOW, 0);
    assert_float_equal(base_of(MATCH_SHAPE, "9", BASE_MEDIUM, 0), SCORE_BASE_MEDIUM, 0);
    assert_float_equal(base_of(MATCH_SHAPE, "9", BASE_HIGH, 0), SCORE_BASE_HIGH, 0);
    assert_int_equal(level_of(SCORE_BASE_LOW), LEVEL_LOW);
    assert_int_equal(level_of(SCORE_BASE_MEDIUM), LEVEL_MEDIUM);
    assert_int_equal(level_of(SCORE_BASE_HIGH), LEVEL_HIGH);
}

static void reckons_a_base(void **state _unused_) {
    float bare = base_of(MATCH_SHAPE, "9", BASE_AUTO, 0);
    float grouped = base_of(MATCH_SHAPE, "3-3-3", BASE_AUTO, 0.1f);
    float checked = base_of(MATCH_SHAPE, "9", BASE_AUTO, 0.001f);
    float letters = base_of(MATCH_PATTERN, "AAAA999999AAAA", BASE_AUTO, 0);

    assert_float_equal(bare, SCORE_BASE_LOW, 0);
    assert_true(grouped > bare);
    assert_true(checked > base_of(MATCH_SHAPE, "9", BASE_AUTO, 0.1f));
    assert_true(letters > bare);
    assert_float_equal(base_of(MATCH_PATTERN, "AAAAAAAA99999999", BASE_AUTO, 1e-9f),
                       SCORE_BASE_HIGH, 0);
    assert_float_equal(base_of(MATCH_SCANNER, "email", BASE_AUTO, 0), SCORE_BASE_HIGH, 0);
    assert_float_equal(base_of(MATCH_KEYWORD, "x", BASE_AUTO, 0.5f), SCORE_BASE_HIGH, 0);
    assert_float_equal(base_of(MATCH_SHAPE, "9", BASE_AUTO, 1), bare, 0); /* no check: no gain */
}

static float sum(Score s, bool required) {
    Detector d = {.context.required = required};

    score_sum(&s, &d);
    assert_int_equal(s.required_missing, required && s.evidence.near < 0);
    return s.total;
}

static void adds_up(void **state _unused_) {
    Score s = {.base = 1, .edge = -0.5f, .form = -0.25f, .evidence = {.near = -1, .against = -1}};

    assert_float_equal(sum(s, false), 0.25f, 1e-6);
    assert_float_equal(sum(s, true), 0.25f + SCORE_NO_CONTEXT, 1e-6);
    s.evidence.near = 7;
    s.evidence.near_distance = 10;
    assert_float_equal(sum(s, false), 0.25f + SCORE_NEAR, 1e-6);
    assert_float_equal(sum(s, true), 0.25f + SCORE_NEAR, 1e-6);
    s.evidence.near_after = true;
    assert_float_equal(sum(s, true), 0.25f + SCORE_NEAR_AFTER, 1e-6);
}

static void lets_the_nearer_word_speak(void **state _unused_) {
    Score s = {.base = 1, .evidence = {.near = 1, .against = 2}};

    s.evidence.near_distance = 5;
    s.evidence.against_distance = 9;
    assert_float_equal(sum(s, false), 1 + SCORE_NEAR, 1e-6);
    s.evidence.against_distance = 3;
    assert_float_equal(sum(s, false), 1 + SCORE_NEAR + SCORE_AGAINST, 1e-6);
    s.evidence.near = -1;
    assert_float_equal(sum(s, false), 1 + SCORE_AGAINST, 1e-6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_the_base_of_the_rule),
        cmocka_unit_test(reckons_a_base),
        cmocka_unit_test(adds_up),
        cmocka_unit_test(lets_the_nearer_word_speak),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
