/* Judge: comparisons with and without an answer, trees, severities, sentences, proofs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "classify/prove.h"

typedef struct Loaded {
    Arena arena;
    const Predicate *predicate;
} Loaded;

static void loaded_done(Loaded *l) {
    arena_done(&l->arena);
}

static Loaded load(const char *yaml) {
    Loaded l = {0};
    Error e = {0};
    Reader r = {.arena = &l.arena, .reterr = &e};
    const Node *root;

    if (yaml_read(span_of(yaml), "p", &l.arena, &e, &root) < 0 ||
        predicate_read(root, &r, &l.predicate) < 0)
        fail_msg("%s", e.text);
    return l;
}

static void assert_truth(const Case *c, const char *yaml, Truth expected) {
    _cleanup_(loaded_done) Loaded l = load(yaml);
    Truth t = judge_truth(l.predicate, c), early = judge_truth_early(l.predicate, c);

    if (t != expected)
        fail_msg("%s is %d, expected %d", yaml, t, expected);
    if (early == TRUTH_FALSE && t != TRUTH_FALSE)
        fail_msg("%s is false early and %d late", yaml, t);
}

/* Restricted, 12 values, a passport number in a test folder; nothing is known of its exposure. */
static Case sample(void) {
    Case c;

    case_clear(&c);
    case_put(&c, CASE_TIER, TIER_RESTRICTED);
    case_put(&c, CASE_COUNT, 12);
    case_put(&c, CASE_LOCATION_TIER, LOCATION_TEST);
    case_put(&c, CASE_DECLARED, 0);
    case_put_category(&c, "gov.passport");
    case_put_text(&c, CASE_DATA_TYPE, span_of("gov.us-passport"));
    return c;
}

static void compares_what_is_known(void **state) {
    const Case c = sample();

    (void)state;
    assert_truth(&c, "{fact: tier, is: restricted}", TRUTH_TRUE);
    assert_truth(&c, "{fact: tier, in: [internal, public]}", TRUTH_FALSE);
    assert_truth(&c, "{fact: tier, at_least: confidential}", TRUTH_TRUE);
    assert_truth(&c, "{fact: tier, at_most: confidential}", TRUTH_FALSE);
    assert_truth(&c, "{fact: count, at_least: 12}", TRUTH_TRUE);
    assert_truth(&c, "{fact: count, at_least: 13}", TRUTH_FALSE);
    assert_truth(&c, "{fact: count, in: [1, 12]}", TRUTH_TRUE);
    assert_truth(&c, "{fact: declared, is: false}", TRUTH_TRUE);
    assert_truth(&c, "{fact: declared, is: true}", TRUTH_FALSE);
    assert_truth(&c, "{fact: category, under: personal}", TRUTH_TRUE);
    assert_truth(&c, "{fact: category, under: gov}", TRUTH_TRUE);
    assert_truth(&c, "{fact: category, under: credential}", TRUTH_FALSE);
    assert_truth(&c, "{fact: category, in: [gov.passport]}", TRUTH_TRUE);
    assert_truth(&c, "{fact: data_type, in: [fin.iban, gov.us-passport]}", TRUTH_TRUE);
    assert_truth(&c, "{fact: data_type, is: gov.us-pass}", TRUTH_FALSE);
}

static void unknown_is_no_answer(void **state) {
    const Case c = sample();

    (void)state;
    assert_truth(&c, "{fact: exposure, at_least: group}", TRUTH_UNKNOWN);
    assert_truth(&c, "{not: {fact: exposure, at_least: group}}", TRUTH_UNKNOWN);
    assert_truth(&c, "{fact: orphan, is: false}", TRUTH_UNKNOWN);
    assert_truth(&c, "{fact: exposure, known: false}", TRUTH_TRUE);
    assert_truth(&c, "{fact: exposure, known: true}", TRUTH_FALSE);
    assert_truth(&c, "{fact: tier, known: true}", TRUTH_TRUE);
}

#define YES     "{fact: tier, is: restricted}"
#define NO      "{fact: tier, is: public}"
#define UNKNOWN "{fact: orphan, is: true}"

static void trees_are_three_valued(void **state) {
    const Case c = sample();

    (void)state;
    assert_truth(&c, "{all: [" YES ", " YES "]}", TRUTH_TRUE);
    assert_truth(&c, "{all: [" YES ", " UNKNOWN "]}", TRUTH_UNKNOWN);
    assert_truth(&c, "{all: [" UNKNOWN ", " NO "]}", TRUTH_FALSE);
    assert_truth(&c, "{any: [" NO ", " NO "]}", TRUTH_FALSE);
    assert_truth(&c, "{any: [" UNKNOWN ", " NO "]}", TRUTH_UNKNOWN);
    assert_truth(&c, "{any: [" UNKNOWN ", " YES "]}", TRUTH_TRUE);
    assert_truth(&c, "{not: " YES "}", TRUTH_FALSE);
    assert_truth(&c, "{not: {any: [" NO ", " NO "]}}", TRUTH_TRUE);
}

/* What is not filled in yet may still come: early, it is never false for want of an answer. */
static void early_is_never_too_early(void **state) {
    _cleanup_(loaded_done) Loaded l = load("{fact: exposure, known: true}");
    _cleanup_(loaded_done) Loaded not = load("{not: {fact: exposure, known: false}}");
    Case c;

    (void)state;
    case_clear(&c);
    assert_int_equal(judge_truth_early(l.predicate, &c), TRUTH_UNKNOWN);
    assert_int_equal(judge_truth_early(not .predicate, &c), TRUTH_UNKNOWN);
    assert_int_equal(judge_truth(l.predicate, &c), TRUTH_FALSE);
}

static void prints_itself(void **state) {
    _cleanup_(loaded_done) Loaded l =
        load("{all: [{fact: exposure, at_least: world}, {any: [" NO
             ", {fact: tier, in: [internal, restricted]}]}, {not: {fact: label, known: true}}]}");
    _cleanup_(buf_done) Buf b = {0};

    (void)state;
    predicate_print(l.predicate, &b);
    assert_string_equal(buf_cstr(&b),
                        "exposure at least world and (tier is public or tier is internal, "
                        "restricted) and not label known");
}

static Adjust adjust(const Predicate *when, int by) {
    return (Adjust){.when = when, .by = by, .why = "w"};
}

static void severity_is_clamped_and_told(void **state) {
    _cleanup_(loaded_done) Loaded yes = load(YES), unknown = load(UNKNOWN);
    Adjust up[] = {adjust(yes.predicate, 1), adjust(unknown.predicate, 1)},
           far[] = {adjust(yes.predicate, 4), adjust(yes.predicate, -1)},
           down[] = {adjust(yes.predicate, -2)};
    const struct {
        Rule rule;
        Severity severity;
        const char *told;
    } rows[] = {
        {{.base = SEVERITY_MEDIUM, .adjust = up, .n_adjust = 2},
         SEVERITY_HIGH,
         "medium +1 (w) = high"},
        {{.base = SEVERITY_HIGH, .adjust = far, .n_adjust = 2},
         SEVERITY_CRITICAL,
         "high +4 (w) -1 (w) = critical, the highest"},
        {{.base = SEVERITY_LOW, .adjust = down, .n_adjust = 1},
         SEVERITY_INFO,
         "low -2 (w) = info, the lowest"},
        {{.base = SEVERITY_LOW}, SEVERITY_LOW, "low = low"},
    };
    const Case c = sample();

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        _cleanup_(buf_done) Buf b = {0};

        assert_int_equal(judge_severity(&rows[i].rule, &c, &b), rows[i].severity);
        assert_string_equal(buf_cstr(&b), rows[i].told);
    }
}

static void narrates(void **state) {
    Piece pieces[] = {
        {.text = span_of("Of "), .has_fact = true, .fact = CASE_COUNT},
        {.text = span_of(" some are read by "), .has_fact = true, .fact = CASE_EXPOSURE},
        {.text = span_of(".")}};
    const Rule rule = {.narrative = {pieces, 3}};
    const Case c = sample();
    _cleanup_(buf_done) Buf b = {0};

    (void)state;
    judge_narrate(&rule, &c, &b);
    assert_string_equal(buf_cstr(&b), "Of 12 some are read by unknown.");
}

/* ---- proofs ---- */

static int keep(void *of, const char *sentence) {
    buf_printf(of, "%s\n", sentence);
    return 0;
}

/* A rule is held to each of its examples; what fails is named. */
static void proves_examples(void **state) {
    _cleanup_(loaded_done) Loaded l = load("{all: [{fact: event, is: finding}, " YES "]}");
    _cleanup_(buf_done) Buf b = {0};
    Given restricted = {CASE_TIER, {.known = true, .number = TIER_RESTRICTED}},
          public = {CASE_TIER, {.known = true, .number = TIER_PUBLIC}};
    Proof proofs[] = {
        {&restricted, 1, true, SEVERITY_LOW, {"f", 1, 1}},
        {&restricted, 1, true, SEVERITY_HIGH, {"f", 2, 1}},
        {&restricted, 1, false, 0, {"f", 3, 1}},
        {&public, 1, true, SEVERITY_LOW, {"f", 4, 1}},
        {&public, 1, false, 0, {"f", 5, 1}},
    };
    Rule rule = {
        .id = "R", .match = l.predicate, .base = SEVERITY_LOW, .proofs = proofs, .n_proofs = 5};
    const Ruleset set = {.rules = &rule, .n_rules = 1};
    const ProveSink to = {&b, keep};
    size_t n = 0, failures = 0;

    (void)state;
    assert_int_equal(prove_ruleset(&set, &to, &n, &failures), 0);
    assert_int_equal(n, 5);
    assert_int_equal(failures, 3);
    assert_string_equal(
        buf_cstr(&b),
        "f:2:1: R: severity high expected, low = low\n"
        "f:3:1: R: the rule meets this negative example: event is finding and tier is restricted\n"
        "f:4:1: R: the rule does not meet this example: event is finding and tier is "
        "restricted\n");
}

/* Every rule of every ruleset that Terrier comes with holds its proofs. */
static void those_of_terrier_hold(void **state) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(buf_done) Buf b = {0};
    const ProveSink to = {&b, keep};
    const char *const *names;
    size_t n, proofs = 0, failures = 0;

    (void)state;
    assert_int_equal(ruleset_stock(&a, &names, &n), 0);
    for (size_t i = 0; i < n; i++) {
        _cleanup_(ruleset_done) Ruleset set = {0};
        Error e = {0};

        if (ruleset_find(names[i], &e, &set) < 0)
            fail_msg("%s", e.text);
        assert_int_equal(prove_ruleset(&set, &to, &proofs, &failures), 0);
    }
    if (failures)
        fail_msg("%zu of %zu proofs fail:\n%s", failures, proofs, buf_cstr(&b));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares_what_is_known),
        cmocka_unit_test(unknown_is_no_answer),
        cmocka_unit_test(trees_are_three_valued),
        cmocka_unit_test(early_is_never_too_early),
        cmocka_unit_test(prints_itself),
        cmocka_unit_test(severity_is_clamped_and_told),
        cmocka_unit_test(narrates),
        cmocka_unit_test(proves_examples),
        cmocka_unit_test(those_of_terrier_hold),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
