/* Policy: what a file says, and what is refused, with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "rule/policy.h"

#define HEAD                                                                                       \
    "format: retention-policy/1\n"                                                                 \
    "policy: {id: acme, version: '1', effective: 2026-01-01, approved_by: Counsel}\n"
#define CLASSES                                                                                    \
    "classes:\n"                                                                                   \
    "  - id: hr.candidate\n"                                                                       \
    "    match: {any: [{path: ['**/recruiting/**', 'bewerbung*']}, {types_any: "                   \
    "[candidate.cv]}]}\n"                                                                          \
    "  - {id: log.app, match: {doc_kind: [log], not: {path: [keep]}}}\n"
#define RULES                                                                                      \
    "rules:\n"                                                                                     \
    "  - id: R-CAND\n"                                                                             \
    "    class: hr.candidate\n"                                                                    \
    "    jurisdiction: [EU]\n"                                                                     \
    "    tiers: [live, archive]\n"                                                                 \
    "    clock: {event: last_contact, evidence: [declared, fs.mtime], round: end_of_year}\n"       \
    "    keep_at_least: P6M\n"                                                                     \
    "    keep_at_most: P2Y\n"                                                                      \
    "    basis: window\n"                                                                          \
    "  - {id: R-LOG, class: log.app, keep_at_most: P13M, waivable: false, basis: b}\n"

static Policy policy(const char *text) {
    Policy p = {0};
    Error e = {0};

    if (policy_read_bytes(span_of(text), "p.yaml", &e, &p) < 0)
        fail_msg("%s", e.text);
    return p;
}

static void reads(void **state _unused_) {
    _cleanup_(policy_done) Policy p = policy(HEAD CLASSES RULES);
    const PolicyRule *k = &p.rules[0];
    Day day;

    assert_string_equal(p.id, "acme");
    assert_int_equal(p.n_classes, 2);
    assert_int_equal(p.n_rules, 2);
    assert_int_equal(p.due_soon.days, 30);
    assert_int_equal(p.min_trust, 3);
    assert_int_equal(k->class, 0);
    assert_int_equal(k->clock, CLOCK_LAST_CONTACT);
    assert_int_equal(k->round, ROUND_YEAR);
    assert_int_equal(k->n_evidence, 2);
    assert_int_equal(k->evidence[1], DATING_FS_MTIME);
    assert_int_equal(k->tiers, 1u << LOCATION_LIVE | 1u << LOCATION_ARCHIVE);
    assert_int_equal(k->least.months, 6);
    assert_int_equal(k->most.months, 24);
    assert_true(p.rules[1].unwaivable);
    assert_false(p.rules[1].has_least);
    assert_true(p.rules[1].n_evidence > 3);
    assert_true(day_parse(span_of("2025-12-31"), &day));
    assert_false(policy_is_approved(&p, day));
    assert_true(policy_is_approved(&p, day + 1));
}

static void matches(void **state _unused_) {
    _cleanup_(policy_done) Policy p = policy(HEAD CLASSES RULES);
    const char *types[] = {"candidate.cv"};
    unsigned narrow;
    ConditionFacts f = {.path = span_of("srv/recruiting/2019/cv.pdf")};

    assert_true(condition_holds(&p.classes[0].match, &f, &narrow));
    assert_int_equal(narrow, 1);
    f.path = span_of("srv/bewerbung-2019/a.zip!/cv.pdf");
    assert_true(condition_holds(&p.classes[0].match, &f, &narrow));
    f.path = span_of("srv/other/cv.pdf");
    assert_false(condition_holds(&p.classes[0].match, &f, &narrow));
    f.types = types;
    f.n_types = 1;
    assert_true(condition_holds(&p.classes[0].match, &f, &narrow));
    assert_int_equal(narrow, 0);
    f.kind = DOC_LOG;
    assert_true(condition_holds(&p.classes[1].match, &f, &narrow));
    f.path = span_of("srv/keep/a.log");
    assert_false(condition_holds(&p.classes[1].match, &f, &narrow));
}

static void knows_types(void **state _unused_) {
    assert_true(type_is_under("gov.tax_id", "gov.tax_id"));
    assert_true(type_is_under("gov.tax_id", "gov"));
    assert_true(type_is_under("gov.tax_id", "gov.*"));
    assert_false(type_is_under("gov.tax_id", "gov.tax"));
    assert_false(type_is_under("gov", "gov.tax_id"));
}

static void kinds(void **state _unused_) {
    assert_int_equal(doc_kind_of(span_of("docx"), span_of("a")), DOC_DOCUMENT);
    assert_int_equal(doc_kind_of(span_of("ole2"), span_of("A.XLS")), DOC_SPREADSHEET);
    assert_int_equal(doc_kind_of(span_of("odf"), span_of("a.odp")), DOC_PRESENTATION);
    assert_int_equal(doc_kind_of(span_of("text"), span_of("a.log")), DOC_LOG);
    assert_int_equal(doc_kind_of(span_of("text"), span_of("a.txt")), DOC_TEXT);
    assert_int_equal(doc_kind_of(span_of("ext4"), span_of("")), DOC_BACKUP);
    assert_int_equal(doc_kind_of(span_of("ext"), span_of("")), DOC_OTHER);
    assert_int_equal(doc_kind_of(span_of(""), span_of("")), DOC_OTHER);
}

static void refuses(void **state _unused_) {
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"format: retention-policy/2\n", "p.yaml:1:"},
        {HEAD CLASSES "rules: []\nextra: x\n", "unknown key"},
        {HEAD CLASSES "rules:\n  - {id: R, class: hr.candidat, keep_at_most: P1Y, basis: b}\n",
         "p.yaml:8:5: unknown class 'hr.candidat', expected 'hr.candidate'"},
        {HEAD CLASSES "rules:\n  - {id: R, class: log.app, keep_at_most: P1M2D, basis: b}\n",
         "p.yaml:8:43: rules.0.keep_at_most: 'P1M2D', expected a duration"},
        {HEAD CLASSES "rules:\n  - {id: R, class: log.app, basis: b}\n", "no period"},
        {HEAD CLASSES "rules:\n  - {id: R, class: log.app, keep_at_most: P1Y}\n", "no basis"},
        {HEAD CLASSES RULES "holds:\n  - {id: H, from: 2026-02-30, scope: {uids: [1]}}\n",
         "'2026-02-30' is no day"},
        {HEAD CLASSES RULES "holds:\n  - {id: H, from: 2026-02-20, scope: {}}\n",
         "it is for nothing"},
        {HEAD CLASSES RULES "holds:\n  - {id: H, from: 2026-02-20, scope: {subjects: [Jane]}}\n",
         "no token"},
        {HEAD CLASSES RULES "exceptions:\n  - {id: E, rules: [R-LOGG], scope: {paths: [a]}, "
                            "keep_at_most: P3Y, reason: r, approved_by: b, approved_on: "
                            "2026-01-01, expires: 2026-12-31}\n",
         "unknown rule 'R-LOGG', expected 'R-LOG'"},
        {HEAD CLASSES RULES "exceptions:\n  - {id: E, rules: [R-LOG], scope: {paths: [a]}, "
                            "keep_at_most: P3Y, reason: r, approved_by: b, approved_on: "
                            "2026-01-01}\n",
         "no expires"},
        {HEAD "classes:\n  - {id: a, match: {path: ['[a']}}\nrules: []\n", "p.yaml:4:"},
        {HEAD "classes:\n  - {id: a, match: {}}\nrules: []\n", "would match everything"},
        {HEAD "classes:\n  - {id: a, match: {doc_kind: [logs]}}\nrules: []\n", "'logs' is not"},
        {HEAD CLASSES "rules:\n  - {id: R, class: log.app, keep_at_most: P1Y, basis: b, clock: "
                      "{event: created, evidence: [fs.atime]}}\n",
         "'fs.atime' is not evidence of age"},
        {HEAD "classes:\n  - {id: a, match: {path: [x]}}\n  - {id: a, match: {path: [y]}}\n"
              "rules: []\n",
         "stands in this list twice"},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        Policy p = {0};
        Error e = {0};
        int r = policy_read_bytes(span_of(cases[i].text), "p.yaml", &e, &p);

        policy_done(&p);
        if (r != -EINVAL || !strstr(e.text, cases[i].message))
            fail_msg("case %zu: %d '%s', expected '%s'", i, r, e.text, cases[i].message);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads), cmocka_unit_test(matches), cmocka_unit_test(knows_types),
        cmocka_unit_test(kinds), cmocka_unit_test(refuses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
