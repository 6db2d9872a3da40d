/* Retention: the nine states, in the order in which they are decided, and the rules for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "classify/proof.h"

#define NS_PER_DAY INT64_C(86400000000000)

static const char base[] =
    "format: retention-policy/1\n"
    "policy: {id: acme, version: '1', effective: 2026-01-01, approved_by: Counsel}\n"
    "defaults: {due_soon: P30D, grace: P0D}\n"
    "migration_epochs:\n"
    "  - {date: 2024-05-13, paths: [srv/moved]}\n"
    "places:\n"
    "  - {paths: [srv/eu], jurisdiction: [EU]}\n"
    "  - {paths: [srv/us], jurisdiction: [US]}\n"
    "  - {paths: [srv/oldstuff], tier: archive}\n"
    "declared:\n"
    "  - {paths: [srv/contracts/a], event: relationship_end, date: 2015-03-31, source: register}\n"
    "classes:\n"
    "  - {id: doc, match: {path: [docs]}}\n"
    "  - {id: doc.board, match: {path: ['**/docs/board']}}\n"
    "  - {id: card, match: {types_any: [fin.cvv]}}\n"
    "  - {id: cv, match: {types_any: [candidate.cv]}}\n"
    "  - {id: contract, match: {path: [contracts]}}\n"
    "  - {id: rows, match: {table: ['public.*']}}\n"
    "  - {id: tax, match: {path: [tax]}}\n"
    "  - {id: archive, match: {path: [oldstuff]}}\n"
    "rules:\n"
    "  - {id: R-DOC, class: doc, clock: {event: modified}, keep_at_most: P2Y, basis: b}\n"
    "  - {id: R-BOARD, class: doc.board, clock: {event: modified}, keep_at_most: P10Y, basis: b}\n"
    "  - {id: R-CARD, class: card, keep_at_most: P0D, waivable: false, severity: critical, basis: "
    "b}\n"
    "  - {id: R-CV-EU, class: cv, jurisdiction: [EU], clock: {event: modified}, keep_at_most: P6M, "
    "basis: b}\n"
    "  - {id: R-CV-US, class: cv, jurisdiction: [US], clock: {event: modified}, keep_at_least: "
    "P1Y, keep_at_most: P2Y, basis: b}\n"
    "  - {id: R-END, class: contract, clock: {event: relationship_end}, keep_at_most: P6Y, basis: "
    "b}\n"
    "  - {id: R-ROWS, class: rows, clock: {event: created}, keep_at_most: P3Y, basis: b}\n"
    "  - {id: R-TAX-LAW, class: tax, clock: {event: modified, round: end_of_year}, keep_at_least: "
    "P7Y, basis: b}\n"
    "  - {id: R-TAX-WISH, class: tax, clock: {event: modified}, keep_at_most: P2Y, basis: b}\n"
    "  - {id: R-OLD, class: archive, tiers: [archive], clock: {event: modified}, keep_at_most: "
    "P1Y, basis: b}\n"
    "holds:\n"
    "  - {id: H-1, from: 2026-02-01, scope: {paths: ['**/docs/held'], uids: [1007], subjects: "
    "['tok:0123abcd:00000000000000000000000000000000']}}\n"
    "  - {id: H-0, from: 2020-02-01, until: 2021-02-01, scope: {paths: [docs]}}\n"
    "exceptions:\n"
    "  - {id: E-1, rules: [R-DOC], scope: {paths: ['**/docs/fraud']}, keep_at_most: P5Y, reason: "
    "r, "
    "approved_by: b, approved_on: 2026-01-01, expires: 2026-12-31}\n"
    "  - {id: E-2, rules: [R-DOC], scope: {paths: ['**/docs/lapsed']}, keep_at_most: P9Y, reason: "
    "r, "
    "approved_by: b, approved_on: 2020-01-01, expires: 2020-12-31}\n"
    "  - {id: E-3, rules: [R-CARD], scope: {paths: [docs]}, keep_at_most: P9Y, reason: r, "
    "approved_by: b, approved_on: 2026-01-01, expires: 2027-12-31}\n";

static Policy policy;

static int setup(void **state _unused_) {
    Error e = {0};

    if (policy_read_bytes(span_of(base), "p.yaml", &e, &policy) < 0)
        fail_msg("%s", e.text);
    return 0;
}

static int teardown(void **state _unused_) {
    policy_done(&policy);
    return 0;
}

static Day day(const char *text) {
    Day d = DAY_NONE;

    if (!day_parse(span_of(text), &d))
        fail_msg("'%s' was not read", text);
    return d;
}

static Day now(void) {
    return day("2026-11-28");
}

/* A thing at a path of which the disk has a time that shows what it says. */
static RetentionThing thing(const char *path, const char *changed) {
    RetentionThing t = {.match = {.path = span_of(path)}, .file = span_of(path)};

    if (*changed)
        age_add(&t.age, DATING_FS_MTIME, day(changed), day(changed), now());
    return t;
}

static void assert_verdict(const RetentionThing *t, AgeState state, RetentionReason reason,
                           const char *rule) {
    const char *const *words = fact_definition(CASE_AGE_STATE)->words;
    Retention r;

    retention_judge(&policy, t, now(), true, &r);
    if (r.state != state || r.reason != reason || strcmp(r.rule ? r.rule->id : "", rule) != 0)
        fail_msg("%.*s: %s (%s) by %s, expected %s (%s) by %s", (int)t->file.n, t->file.at,
                 words[r.state], retention_reason_name(r.reason), r.rule ? r.rule->id : "-",
                 words[state], retention_reason_name(reason), rule);
}

static void decides_by_age(void **state _unused_) {
    static const struct {
        const char *changed;
        AgeState state;
        int32_t overdue;
    } cases[] = {
        {"2024-11-27", AGE_VIOLATION, 1}, /* due 2026-11-27 */
        {"2024-11-28", AGE_DUE_SOON, 0},  /* the last day */
        {"2024-12-20", AGE_DUE_SOON, 0},
        {"2025-03-01", AGE_WITHIN, 0},
        {"2017-11-28", AGE_VIOLATION, 2557},
        {"2024-02-29", AGE_VIOLATION, 272}, /* due 2026-03-01 */
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        RetentionThing t = thing("srv/docs/a.txt", cases[i].changed);
        Retention r;

        retention_judge(&policy, &t, now(), true, &r);
        if (r.state != cases[i].state || r.overdue != cases[i].overdue)
            fail_msg("%s: state %d, %d days, expected %d, %d", cases[i].changed, r.state, r.overdue,
                     cases[i].state, cases[i].overdue);
    }
}

/* cp without -p of a nine-year-old file: the disk says that it is new. */
static void a_copy_is_undetermined(void **state _unused_) {
    RetentionThing t = thing("srv/docs/a.txt", "");
    const int64_t ns = (int64_t)day("2026-11-01") * NS_PER_DAY;

    age_add_file(&t.age, ns, ns, now());
    assert_verdict(&t, AGE_UNDETERMINED, REASON_WEAK_EVIDENCE, "R-DOC");
    age_suspect_copy(&t.age);
    assert_verdict(&t, AGE_UNDETERMINED, REASON_COPY_RESET, "R-DOC");
    /* what the document says of itself tells more */
    age_add(&t.age, DATING_DOC_MODIFIED, day("2017-05-01"), day("2017-05-01"), now());
    assert_verdict(&t, AGE_VIOLATION, REASON_NONE, "R-DOC");
}

static void a_first_sight_bounds(void **state _unused_) {
    RetentionThing t = thing("srv/docs/a.txt", "");
    const int64_t ns = (int64_t)day("2026-11-01") * NS_PER_DAY;

    age_add_file(&t.age, ns, ns, now());
    age_add(&t.age, DATING_SEEN_COPY, day("2023-01-01"), day("2023-01-01"), now());
    assert_verdict(&t, AGE_VIOLATION, REASON_NONE, "R-DOC");
}

static void epochs_void_youth(void **state _unused_) {
    RetentionThing t = thing("srv/moved/docs/a.txt", "2024-05-13"),
                   u = thing("srv/docs/a.txt", "2025-05-13");

    /* older than two years and still bounded by it */
    assert_verdict(&t, AGE_VIOLATION, REASON_NONE, "R-DOC");
    t = thing("srv/moved/docs/board/a.txt", "2024-05-13");
    assert_verdict(&t, AGE_UNDETERMINED, REASON_COPY_RESET, "R-BOARD");
    assert_verdict(&u, AGE_WITHIN, REASON_NONE, "R-DOC");
}

static void what_is_not_known(void **state _unused_) {
    RetentionThing t = thing("srv/docs/a.txt", "");

    assert_verdict(&t, AGE_UNDETERMINED, REASON_NO_EVIDENCE, "R-DOC");
    t.unread = true;
    assert_verdict(&t, AGE_UNDETERMINED, REASON_UNREADABLE, "R-DOC");
    t = thing("srv/docs/a.txt", "2025-06-01");
    t.unread = true;
    assert_verdict(&t, AGE_UNDETERMINED, REASON_UNREADABLE, "R-DOC");
    /* over, whatever is in it */
    t = thing("srv/docs/a.txt", "2020-06-01");
    t.unread = true;
    assert_verdict(&t, AGE_VIOLATION, REASON_NONE, "R-DOC");
    /* the period named in the path goes over the threshold */
    t = thing("srv/docs/a.txt", "");
    age_add(&t.age, DATING_PATH_DATE, day("2024-01-01"), day("2025-12-31"), now());
    assert_verdict(&t, AGE_UNDETERMINED, REASON_THRESHOLD_INSIDE, "R-DOC");
}

static void holds_go_first(void **state _unused_) {
    const char *token = "tok:0123abcd:00000000000000000000000000000000", *cvv = "fin.cvv";
    RetentionThing t = thing("srv/docs/held/a.txt", "2010-01-01");
    Retention r;

    assert_verdict(&t, AGE_HELD, REASON_NONE, "R-DOC");
    t.match.types = &cvv;
    t.match.n_types = 1;
    retention_judge(&policy, &t, now(), true, &r);
    assert_int_equal(r.state, AGE_HELD);
    assert_true(r.never_store);
    assert_string_equal(r.rule->id, "R-CARD");
    t = thing("srv/docs/a.txt", "2010-01-01");
    t.uid = 1007;
    assert_verdict(&t, AGE_HELD, REASON_NONE, "R-DOC");
    t.uid = 1008;
    t.tokens = &token;
    t.n_tokens = 1;
    assert_verdict(&t, AGE_HELD, REASON_NONE, "R-DOC");
    t.n_tokens = 0;
    assert_verdict(&t, AGE_VIOLATION, REASON_NONE, "R-DOC");
}

static void the_law_to_keep_wins(void **state _unused_) {
    RetentionThing t = thing("srv/tax/a.txt", "2022-05-05");
    Retention r;

    retention_judge(&policy, &t, now(), true, &r);
    assert_int_equal(r.state, AGE_POLICY_CONFLICT);
    assert_int_equal(r.keep_until, day("2029-12-31"));
    assert_string_equal(r.keeper->id, "R-TAX-LAW");
    assert_int_equal(r.overdue, 0);
    /* what had to be kept, and no longer has: overdue from then on */
    t = thing("srv/tax/a.txt", "2018-05-05");
    retention_judge(&policy, &t, now(), true, &r);
    assert_int_equal(r.state, AGE_VIOLATION);
    assert_int_equal(r.due, day("2025-12-31"));
    assert_int_equal(r.overdue, now() - day("2025-12-31"));
    assert_true(retention_is_premature(&r, day("2025-12-31")));
    assert_false(retention_is_premature(&r, day("2026-01-01")));
}

static void exceptions_hold_for_a_while(void **state _unused_) {
    const char *cvv = "fin.cvv";
    RetentionThing t = thing("srv/docs/fraud/a.txt", "2023-01-01");
    Retention r;

    assert_verdict(&t, AGE_EXEMPT, REASON_NONE, "R-DOC");
    t = thing("srv/docs/fraud/a.txt", "2021-01-01"); /* longer than it allows */
    assert_verdict(&t, AGE_VIOLATION, REASON_NONE, "R-DOC");
    t = thing("srv/docs/lapsed/a.txt", "2023-01-01");
    retention_judge(&policy, &t, now(), true, &r);
    assert_int_equal(r.state, AGE_VIOLATION);
    assert_true(r.expired_exception);
    t = thing("srv/docs/a.txt", "2026-10-01"); /* E-3 is for what is not waivable */
    t.match.types = &cvv;
    t.match.n_types = 1;
    assert_verdict(&t, AGE_VIOLATION, REASON_NONE, "R-CARD");
}

static void narrower_rules_go_first(void **state _unused_) {
    RetentionThing t = thing("srv/docs/board/a.txt", "2020-01-01");
    Retention r;

    assert_verdict(&t, AGE_WITHIN, REASON_NONE, "R-BOARD");
    retention_judge(&policy, &t, now(), true, &r);
    assert_int_equal(r.n_rules, 2);
    t = thing("srv/oldstuff/a.txt", "2020-01-01"); /* of its tier only */
    assert_verdict(&t, AGE_VIOLATION, REASON_NONE, "R-OLD");
    t = thing("srv/other/a.txt", "2020-01-01");
    assert_verdict(&t, AGE_UNCLASSIFIED, REASON_NONE, "");
}

static void jurisdictions_tell_rules_apart(void **state _unused_) {
    const char *cv = "candidate.cv";
    RetentionThing t = thing("srv/eu/a.txt", "2025-12-01");

    t.match.types = &cv;
    t.match.n_types = 1;
    assert_verdict(&t, AGE_VIOLATION, REASON_NONE, "R-CV-EU");
    t.file = t.match.path = span_of("srv/us/a.txt");
    assert_verdict(&t, AGE_WITHIN, REASON_NONE, "R-CV-US");
    t.file = t.match.path = span_of("srv/a.txt");
    assert_verdict(&t, AGE_UNDETERMINED, REASON_JURISDICTION_UNKNOWN, "");
}

/* When a file was copied says nothing of when a contract ended. */
static void events_need_their_own_evidence(void **state _unused_) {
    RetentionThing t = thing("srv/contracts/b/x.pdf", "2008-01-01");

    assert_verdict(&t, AGE_UNDETERMINED, REASON_NO_EVIDENCE, "R-END");
    t = thing("srv/contracts/a/x.pdf", "2008-01-01");
    assert_verdict(&t, AGE_VIOLATION, REASON_NONE, "R-END");
    /* still running: rows of which the end lies ahead */
    t = thing("srv/contracts/b/x.csv", "2008-01-01");
    age_add(&t.age, DATING_ROW_CLOSED, day("2028-01-01"), day("2028-01-01"), now());
    assert_verdict(&t, AGE_WITHIN, REASON_NONE, "R-END");
}

static void tables_may_be_over_in_part(void **state _unused_) {
    RetentionThing t = thing("srv/dump.sql", "2026-01-01");

    t.match.table = span_of("public.customers");
    age_add_spread(&t.age, DATING_ROW_CREATED, day("2015-01-01"), day("2026-01-01"), now());
    assert_verdict(&t, AGE_VIOLATION_PARTIAL, REASON_NONE, "R-ROWS");
    t.age = (AgeFacts){0};
    age_add_spread(&t.age, DATING_ROW_CREATED, day("2015-01-01"), day("2016-01-01"), now());
    assert_verdict(&t, AGE_VIOLATION, REASON_NONE, "R-ROWS");
    t.age = (AgeFacts){0}; /* its oldest is a default value: nothing says that any is over */
    age_add_spread(&t.age, DATING_ROW_CREATED, day("1970-01-01"), day("2026-01-01"), now());
    assert_verdict(&t, AGE_UNDETERMINED, REASON_THRESHOLD_INSIDE, "R-ROWS");
}

static void nobody_approved_it(void **state _unused_) {
    RetentionThing t = thing("srv/docs/a.txt", "2010-01-01");
    Retention r;

    retention_judge(&policy, &t, now(), false, &r);
    assert_int_equal(r.state, AGE_UNDETERMINED);
    assert_int_equal(r.reason, REASON_NOT_APPROVED);
    assert_string_equal(r.rule->id, "R-DOC");
    assert_int_equal(r.due, day("2012-01-01"));
}

static void containers_join(void **state _unused_) {
    assert_int_equal(retention_join(AGE_VIOLATION, AGE_VIOLATION), AGE_VIOLATION);
    assert_int_equal(retention_join(AGE_VIOLATION, AGE_WITHIN), AGE_VIOLATION_PARTIAL);
    assert_int_equal(retention_join(AGE_WITHIN, AGE_VIOLATION_PARTIAL), AGE_VIOLATION_PARTIAL);
    assert_int_equal(retention_join(AGE_WITHIN, AGE_UNDETERMINED), AGE_UNDETERMINED);
    assert_int_equal(retention_join(AGE_UNCLASSIFIED, AGE_DUE_SOON), AGE_DUE_SOON);
    assert_int_equal(retention_join(AGE_WITHIN, AGE_UNCLASSIFIED), AGE_WITHIN);
}

/* ---- proofs ---- */

static int on_failed(void *of, const PolicyExample *e, const char *text) {
    char *to = of;

    snprintf(to, 400, "%u %s", e->mark.line, text);
    return 0;
}

static void proves_examples(void **state _unused_) {
    static const char text[] =
        "format: retention-policy/1\n"
        "policy: {id: acme, version: '1'}\n"
        "classes: [{id: doc, match: {path: [docs]}}]\n"
        "rules: [{id: R, class: doc, clock: {event: modified}, keep_at_most: P2Y, basis: b}]\n"
        "examples:\n"
        "  - {path: /srv/docs/a, dates: {fs.mtime: 2020-01-01}, day: 2026-01-01, state: violation, "
        "rule: R}\n"
        "  - {path: /srv/docs/a, dates: {fs.mtime: 2025-01-01}, made_with_file: true, day: "
        "2026-01-01, state: undetermined}\n"
        "  - {path: /srv/docs/a, dates: {fs.mtime: 2025-01-01}, day: 2026-01-01, state: "
        "violation}\n"
        "  - {path: /srv/x/a, day: 2026-01-01, state: unclassified}\n";
    char failed[400] = "";
    const ProofTo to = {.of = failed, .failed = on_failed};
    _cleanup_(policy_done) Policy p = {0};
    Error e = {0};
    size_t n;

    if (policy_read_bytes(span_of(text), "p.yaml", &e, &p) < 0)
        fail_msg("%s", e.text);
    assert_int_equal(policy_prove(&p, &to, &n), 0);
    assert_int_equal(n, 4);
    assert_string_equal(failed, "8 the example came out as within by R, due 2027-01-01, expected "
                                "violation");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decides_by_age),
        cmocka_unit_test(a_copy_is_undetermined),
        cmocka_unit_test(a_first_sight_bounds),
        cmocka_unit_test(epochs_void_youth),
        cmocka_unit_test(what_is_not_known),
        cmocka_unit_test(holds_go_first),
        cmocka_unit_test(the_law_to_keep_wins),
        cmocka_unit_test(exceptions_hold_for_a_while),
        cmocka_unit_test(narrower_rules_go_first),
        cmocka_unit_test(jurisdictions_tell_rules_apart),
        cmocka_unit_test(events_need_their_own_evidence),
        cmocka_unit_test(tables_may_be_over_in_part),
        cmocka_unit_test(nobody_approved_it),
        cmocka_unit_test(containers_join),
        cmocka_unit_test(proves_examples),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
