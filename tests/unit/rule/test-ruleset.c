/* Ruleset: what loads, and where what is wrong is said to be. Those that come with Terrier load. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/buf.h"
#include "rule/ruleset.h"
#include "scratch.h"

#define HEAD                                                                                       \
    "format: ruleset/1\n"                                                                          \
    "ruleset: {id: x, version: '1', title: X, framework: F, content_rights: ours,"                 \
    " source_url: 'https://example.org/', verified_on: '2026-01-31'}\n"
#define CRITERIA                                                                                   \
    "criteria:\n"                                                                                  \
    "  - {id: C1.1, title: One, applicability: direct}\n"                                          \
    "  - {id: 5(1)(e), title: Two, applicability: pointer, unverified: true}\n"                    \
    "  - {id: P6.5, title: Three, applicability: none}\n"
#define RULE_OF(match, map, severity, narrative)                                                   \
    "rules:\n"                                                                                     \
    "  - id: R-1\n"                                                                                \
    "    title: Rule\n"                                                                            \
    "    match: " match "\n"                                                                       \
    "    map: [" map "]\n"                                                                         \
    "    severity: " severity "\n"                                                                 \
    "    narrative: \"" narrative "\"\n"                                                           \
    "    examples: [{severity: low, facts: {tier: restricted}}]\n"                                 \
    "    negative_examples: [{tier: public}]\n"
#define MATCH    "{fact: tier, is: restricted}"
#define MAP      "{criterion: C1.1, polarity: contradicts, strength: direct}"
#define SEVERITY "{base: low}"
#define RULE     RULE_OF(MATCH, MAP, SEVERITY, "a ${tier} b")

static int load(const Scratch *s, const char *text, Error *reterr, Ruleset *ret) {
    char path[128];

    scratch_write(s, "r.yaml", span_of(text));
    snprintf(path, sizeof(path), "%s/r.yaml", s->path);
    return ruleset_find(path, reterr, ret);
}

static void loads_a_ruleset(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    _cleanup_(ruleset_done) Ruleset set = {0};
    Error e = {0};

    if (load(&s, HEAD CRITERIA RULE, &e, &set) < 0)
        fail_msg("%s", e.text);
    assert_string_equal(set.id, "x");
    assert_false(set.stock);
    assert_int_equal(set.n_criteria, 3);
    assert_string_equal(set.criteria[0].verified_on, "2026-01-31");
    assert_string_equal(set.criteria[1].verified_on, "");
    assert_int_equal(ruleset_criterion(&set, span_of("5(1)(e)")), 1);
    assert_int_equal(ruleset_criterion(&set, span_of("P1.2")), -1);
    assert_int_equal(set.n_rules, 1);
    assert_int_equal(set.rules[0].base, SEVERITY_LOW);
    assert_int_equal(set.rules[0].n_proofs, 2);
    assert_int_equal(set.rules[0].narrative.n, 2);
    assert_true(set.rules[0].narrative.at[0].has_fact);
    assert_int_equal(set.rules[0].narrative.at[0].fact, CASE_TIER);
}

static void assert_refused(const char *text, const char *expected) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    _cleanup_(ruleset_done) Ruleset set = {0};
    Error e = {0};

    assert_int_equal(load(&s, text, &e, &set), -EINVAL);
    if (!strstr(e.text, expected))
        fail_msg("'%s', expected '%s'", e.text, expected);
}

static void refuses_criteria_that_are_not_there(void **state _unused_) {
    assert_refused(HEAD CRITERIA RULE_OF(MATCH,
                                         "{criterion: P5.3, polarity: informs, strength: direct}",
                                         SEVERITY, "x"),
                   "r.yaml:11:23: rules.0.map.0.criterion: 'P5.3' is not declared in criteria");
    assert_refused(HEAD CRITERIA RULE_OF(MATCH,
                                         "{criterion: P6.5, polarity: informs, strength: direct}",
                                         SEVERITY, "x"),
                   "applicability none");
    assert_refused(HEAD CRITERIA RULE_OF(MATCH, MAP ", " MAP, SEVERITY, "x"), "stands twice");
    assert_refused(HEAD "criteria: [{id: a, title: A, applicability: direct}, {id: a, title: B, "
                        "applicability: none}]\n" RULE,
                   "'a' is declared twice");
}

static void refuses_sources_that_are_none(void **state _unused_) {
    static const char bare[] = "format: ruleset/1\nruleset: {id: x, version: '1', title: X, "
                               "framework: F, content_rights: ours}\n";
    _cleanup_(buf_done) Buf b = {0};

    buf_printf(&b, "%s%s", bare, CRITERIA RULE);
    assert_refused(buf_cstr(&b), "r.yaml:4:5: criteria.0: no source_url and verified_on");
    assert_refused(HEAD "criteria: [{id: C1.1, title: A, applicability: direct, verified_on: "
                        "'2026-02-30'}]\n" RULE,
                   "'2026-02-30' is no day");
    assert_refused(HEAD "criteria: [{id: C1.1, title: A, applicability: direct, source_url: "
                        "'ftp://x'}]\n" RULE,
                   "begins with https://");
    assert_refused(HEAD "criteria: [{id: C1.1, title: A, applicability: direct, unverified: true, "
                        "verified_on: '2026-02-20'}]\n" RULE,
                   "unverified beside a source");
}

static void refuses_facts_that_are_none(void **state _unused_) {
    assert_refused(HEAD CRITERIA RULE_OF("{fact: teir, is: x}", MAP, SEVERITY, "x"),
                   "'teir' is no fact, expected tier");
    assert_refused(HEAD CRITERIA RULE_OF("{fact: tier, is: secret}", MAP, SEVERITY, "x"),
                   "expected public, internal, confidential or restricted");
    assert_refused(
        HEAD CRITERIA RULE_OF("{fact: location_tier, at_least: test}", MAP, SEVERITY, "x"),
        "location_tier has no order");
    assert_refused(HEAD CRITERIA RULE_OF("{fact: tier, under: personal}", MAP, SEVERITY, "x"),
                   "tier has no groups");
    assert_refused(HEAD CRITERIA RULE_OF("{fact: category, under: persona}", MAP, SEVERITY, "x"),
                   "expected personal");
    assert_refused(HEAD CRITERIA RULE_OF("{fact: category, in: [gov.ssn]}", MAP, SEVERITY, "x"),
                   "'gov.ssn' is no category");
    assert_refused(HEAD CRITERIA RULE_OF("{fact: count, at_least: many}", MAP, SEVERITY, "x"),
                   "expected a number");
    assert_refused(HEAD CRITERIA RULE_OF("{fact: tier}", MAP, SEVERITY, "x"),
                   "expected fact and one of in");
    assert_refused(
        HEAD CRITERIA RULE_OF("{fact: tier, is: public, at_least: public}", MAP, SEVERITY, "x"),
        "expected fact and one of in");
    assert_refused(HEAD CRITERIA RULE_OF("{all: []}", MAP, SEVERITY, "x"), "an empty list");
    assert_refused(HEAD CRITERIA RULE_OF("{some: []}", MAP, SEVERITY, "x"),
                   "expected fact, all, any or not");
    assert_refused(HEAD CRITERIA RULE_OF(MATCH, MAP, SEVERITY, "x ${teir}"),
                   "'${teir}' is no fact, expected tier");
    assert_refused(HEAD CRITERIA RULE_OF(MATCH, MAP, SEVERITY, "x ${tier"), "without '}'");
}

static void refuses_other_words(void **state _unused_) {
    assert_refused(HEAD CRITERIA RULE_OF(MATCH, MAP, "{base: severe}", "x"), "is not a severity");
    assert_refused(
        HEAD CRITERIA RULE_OF(MATCH, MAP, "{base: low, adjust: [{when: " MATCH ", by: 9}]}", "x"),
        "'9', expected -4 to -1 or 1 to 4");
    assert_refused(HEAD CRITERIA RULE_OF(MATCH,
                                         "{criterion: C1.1, polarity: proves, strength: direct}",
                                         SEVERITY, "x"),
                   "is not a polarity, expected supports, contradicts or informs");
    assert_refused(HEAD CRITERIA RULE_OF(MATCH,
                                         "{criterion: C1.1, polarity: informs, strength: none}",
                                         SEVERITY, "x"),
                   "is not a strength");
    assert_refused(HEAD CRITERIA RULE "    colour: red\n", "unknown key");
    assert_refused("format: ruleset/2\n" CRITERIA RULE, "expected");
    assert_refused(HEAD CRITERIA, "no rules");
}

/* Cut at any byte, a file is refused or loads, and nothing is left behind. */
static void survives_any_cut(void **state _unused_) {
    static const char text[] = HEAD CRITERIA RULE;
    _cleanup_(scratch_done) Scratch s = scratch_new();

    for (size_t n = 0; n < sizeof(text) - 1; n++) {
        char cut[sizeof(text)];
        Ruleset set = {0};
        Error e = {0};
        int r;

        memcpy(cut, text, n);
        cut[n] = 0;
        r = load(&s, cut, &e, &set);
        if (r != 0 && r != -EINVAL)
            fail_msg("cut at %zu: %d", n, r);
        if (r < 0)
            assert_null(set.id);
        ruleset_done(&set);
    }
}

static void those_of_terrier_load(void **state _unused_) {
    _cleanup_(arena_done) Arena a = {0};
    const char *const *names;
    size_t n;

    assert_int_equal(ruleset_stock(&a, &names, &n), 0);
    assert_true(n >= 1);
    for (size_t i = 0; i < n; i++) {
        _cleanup_(ruleset_done) Ruleset set = {0};
        Error e = {0};

        if (ruleset_find(names[i], &e, &set) < 0)
            fail_msg("%s: %s", names[i], e.text);
        assert_true(set.stock);
    }
}

/* The 61 criteria, series by series, and no heading or id that circulates without being one. */
static void soc2_has_all_criteria(void **state _unused_) {
    static const struct {
        const char *prefix;
        unsigned to[10]; /* CC1: 5, CC2: 3 ... */
    } series[] = {{"CC", {5, 3, 4, 2, 3, 8, 5, 1, 2}},
                  {"A", {3}},
                  {"C", {2}},
                  {"PI", {5}},
                  {"P", {1, 1, 2, 3, 2, 7, 1, 1}}};
    static const char *const others[] = {"P1.0", "P1.2", "P5.3", "P7.2", "CC10.1", "C1.3"};
    _cleanup_(ruleset_done) Ruleset set = {0};
    Error e = {0};
    size_t n = 0;

    if (ruleset_find("soc2", &e, &set) < 0)
        fail_msg("%s", e.text);
    assert_string_equal(set.id, "soc2-tsc");
    for (size_t i = 0; i < N_ELEMENTS(series); i++) {
        for (unsigned k = 0; k < 10 && series[i].to[k]; k++) {
            for (unsigned j = 1; j <= series[i].to[k]; j++, n++) {
                char id[16];

                snprintf(id, sizeof(id), "%s%u.%u", series[i].prefix, k + 1, j);
                if (ruleset_criterion(&set, span_of(id)) < 0)
                    fail_msg("no criterion %s", id);
            }
        }
    }
    assert_int_equal(n, 61);
    assert_int_equal(set.n_criteria, 61);
    for (size_t i = 0; i < N_ELEMENTS(others); i++)
        assert_int_equal(ruleset_criterion(&set, span_of(others[i])), -1);
    assert_true(set.n_rules >= 40);
}

static void names_those_there_are(void **state _unused_) {
    Ruleset set = {0};
    Error e = {0};

    assert_int_equal(ruleset_find("soc9", &e, &set), -ENOENT);
    if (!strstr(e.text, "there is no ruleset 'soc9'; expected one of ") || !strstr(e.text, "soc2"))
        fail_msg("%s", e.text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loads_a_ruleset),
        cmocka_unit_test(refuses_criteria_that_are_not_there),
        cmocka_unit_test(refuses_sources_that_are_none),
        cmocka_unit_test(refuses_facts_that_are_none),
        cmocka_unit_test(refuses_other_words),
        cmocka_unit_test(survives_any_cut),
        cmocka_unit_test(those_of_terrier_load),
        cmocka_unit_test(soc2_has_all_criteria),
        cmocka_unit_test(names_those_there_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
