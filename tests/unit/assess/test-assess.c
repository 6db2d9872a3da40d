/* Assess: a small run, judged: rows, sums, places, gaps; the same again; nothing after a failure.
 */
#include "../store/fixture.h"

#include <sqlite3.h>

#include "assess/assess.h"
#include "store/sql.h"

static const char ruleset_text[] =
    "format: ruleset/1\n"
    "ruleset: {id: x, version: '1', title: X, framework: F, content_rights: ours}\n"
    "criteria:\n"
    "  - {id: C1, title: One, applicability: direct, unverified: true}\n"
    "  - {id: C2, title: Two, applicability: supporting, unverified: true}\n"
    "  - {id: C3, title: Three, applicability: none, unverified: true}\n"
    "rules:\n"
    "  - id: R-ALL\n"
    "    title: Everything\n"
    "    match: {fact: event, is: finding}\n"
    "    map: [{criterion: C1, polarity: supports, strength: direct}]\n"
    "    severity: {base: info}\n"
    "    narrative: '${count} of ${data_type}'\n"
    "    examples: [{severity: info, facts: {}}]\n"
    "    negative_examples: [{event: run_complete}]\n"
    "  - id: R-GAP\n"
    "    title: Gap\n"
    "    match: {fact: event, is: coverage_gap}\n"
    "    map: [{criterion: C2, polarity: informs, strength: pointer}]\n"
    "    severity: {base: low}\n"
    "    narrative: '${gap.objects} objects are ${gap.reason}'\n"
    "    examples: [{severity: low, facts: {event: coverage_gap}}]\n"
    "    negative_examples: [{tier: restricted}]\n"
    "  - id: R-RUN\n"
    "    title: Run\n"
    "    match: {fact: event, is: run_complete}\n"
    "    map: [{criterion: C2, polarity: supports, strength: direct}]\n"
    "    severity: {base: info}\n"
    "    narrative: 'run ${run.id}: ${run.coverage} %'\n"
    "    examples: [{severity: info, facts: {event: run_complete}}]\n"
    "    negative_examples: [{tier: restricted}]\n"
    "  - id: R-TEST\n"
    "    title: In a test tree\n"
    "    match: {all: [{fact: tier, is: restricted}, {fact: location_tier, is: test}]}\n"
    "    map:\n"
    "      - {criterion: C1, polarity: contradicts, strength: direct}\n"
    "      - {criterion: C2, polarity: contradicts, strength: supporting}\n"
    "    severity: {base: medium, adjust: [{when: {fact: count, at_least: 10}, by: 1}]}\n"
    "    narrative: '${path}: ${count}'\n"
    "    examples: [{severity: medium, facts: {tier: restricted, location_tier: test}}]\n"
    "    negative_examples: [{tier: restricted}]\n";

static const char controls_text[] =
    "format: controls/1\nid: acme\nversion: '2'\ntitle: Ours\ncontrols:\n"
    "  - {id: CTL-1, title: Test data, wording: No live data in tests., frequency: weekly,"
    " owner: QA, criteria: {x: [C1]}, rules: [R-TEST]}\n"
    "  - {id: CTL-2, title: Other, wording: W., frequency: yearly, owner: IT,"
    " criteria: {x: [C3], y: [Z]}}\n";

typedef struct Files {
    Ruleset ruleset;
    Controls controls;
} Files;

static void files_done(Files *f) {
    ruleset_done(&f->ruleset);
    controls_done(&f->controls);
}

static void write_file(const char *path, const char *text) {
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static Files files_load(const Fixture *f) {
    Files files = {0};
    char path[128];
    Error e = {0};

    snprintf(path, sizeof(path), "%s/r.yaml", f->directory);
    write_file(path, ruleset_text);
    if (ruleset_read(path, &e, &files.ruleset) < 0)
        fail_msg("%s", e.text);
    write_file(path, controls_text);
    if (controls_read(path, &e, &files.controls) < 0)
        fail_msg("%s", e.text);
    return files;
}

/* Three findings: 12 and 3 numbers in a test tree, 5 addresses elsewhere; one file not read. */
static void fill(Fixture *f) {
    fixture_root_found(f, 0, "/srv", 4, 400, 0);
    fixture_found(f, 0, "a/mail.txt", "", EMAIL, 5, 0);
    fixture_found(f, 0, "test/big.csv", "ssn", SSN, 12, 1);
    fixture_found(f, 0, "test/small.csv", "", SSN, 3, 0);
    fixture_status(f, 0, "z.zip", STATUS_ENCRYPTED, "password");
    fixture_end(f);
}

static AssessResult judge(Fixture *f, const Files *files) {
    const AssessOptions o = {.as_of = 20000,
                             .made = T0,
                             .tool = "0",
                             .rulesets = &files->ruleset,
                             .n_rulesets = 1,
                             .controls = &files->controls};
    AssessResult result = {0};
    Error e = {0};

    if (assess_run(f->store, &o, &e, &result) < 0)
        fail_msg("%s", e.text);
    return result;
}

static void assert_query(const Fixture *f, const char *sql, const char *expected) {
    sqlite3_stmt *stmt;
    sqlite3 *db;
    const char *got;

    assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sql_prepare(db, sql, &stmt), 0);
    got = sql_step(stmt) > 0 ? (const char *)sqlite3_column_text(stmt, 0) : "no row";
    if (strcmp(got ? got : "NULL", expected) != 0)
        fail_msg("%s\n gives  %s\n expected %s", sql, got ? got : "NULL", expected);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
}

static void judges_a_run(void **state) {
    Fixture *f = *state;
    _cleanup_(files_done) Files files = files_load(f);
    AssessResult result;

    fill(f);
    result = judge(f, &files);
    assert_int_equal(result.run, f->run);
    assert_int_equal(result.sums.objects, 3);
    assert_int_equal(result.sums.findings, 3);
    assert_int_equal(result.sums.matched, 3);
    assert_query(f,
                 "SELECT as_of || ' ' || objects || ' ' || findings || ' ' || matched FROM "
                 "assessment",
                 "2024-10-04 3 3 3");
    assert_query(f,
                 "SELECT group_concat(rule || ':' || category || ':' || cases || ':' || objects "
                 "|| ':' || hits || ':' || persons_low || ':' || persons_high || ':' || "
                 "severity, ' ') FROM (SELECT * FROM verdict ORDER BY rule, category)",
                 "R-ALL:contact.email:1:1:5:5:5:0 R-ALL:gov.national_id:2:2:15:12:15:0 "
                 "R-GAP::1:0:0:0:0:1 R-RUN::1:0:0:0:0:0 "
                 "R-TEST:gov.national_id:2:2:15:12:15:3");
    assert_query(f, "SELECT arithmetic || '|' || narrative FROM verdict WHERE rule = 'R-TEST'",
                 "medium +1 (count at least 10) = high|/srv/test/big.csv: 12");
    assert_query(f, "SELECT narrative FROM verdict WHERE rule = 'R-GAP'", "1 objects are password");
    assert_query(f, "SELECT narrative FROM verdict WHERE rule = 'R-RUN'", "run 1: 85 %");
    assert_query(f, "SELECT places FROM verdict WHERE rule = 'R-TEST'",
                 "[{\"at\":\"/srv/test/big.csv#ssn\",\"severity\":\"high\",\"count\":12,"
                 "\"data_type\":\"gov.us-ssn\"},{\"at\":\"/srv/test/small.csv\",\"severity\":"
                 "\"medium\",\"count\":3,\"data_type\":\"gov.us-ssn\"}]");
}

/* A case counts once for a criterion and a polarity; a control only by the rules that it lets. */
static void counts_what_bears(void **state) {
    Fixture *f = *state;
    _cleanup_(files_done) Files files = files_load(f);

    fill(f);
    judge(f, &files);
    assert_query(f,
                 "SELECT group_concat(id || ':' || supports || ':' || contradicts || ':' || "
                 "informs || ':' || severity, ' ') FROM (SELECT * FROM criterion ORDER BY "
                 "number)",
                 "C1:3:2:0:3 C2:1:2:1:3 C3:0:0:0:-1");
    assert_query(f,
                 "SELECT group_concat(id || ':' || supports || ':' || contradicts || ':' || "
                 "informs || ':' || severity, ' ') FROM (SELECT * FROM control ORDER BY number)",
                 "CTL-1:0:2:0:3 CTL-2:0:0:0:-1");
    assert_query(f,
                 "SELECT group_concat(control || ':' || criterion || ':' || rule, ' ') FROM "
                 "attached",
                 "CTL-1:C1:R-TEST CTL-2:C3: CTL-2:Z:");
}

static void each_finding_names_its_rules(void **state) {
    Fixture *f = *state;
    _cleanup_(files_done) Files files = files_load(f);

    fill(f);
    judge(f, &files);
    assert_query(f,
                 "SELECT group_concat(severity || ':' || rules, ' ') FROM (SELECT * FROM judged "
                 "JOIN ruling USING (assessment) WHERE number = ruling ORDER BY object)",
                 "0:[[\"x\",\"R-ALL\",\"info\"]] "
                 "3:[[\"x\",\"R-ALL\",\"info\"],[\"x\",\"R-TEST\",\"high\"]] "
                 "2:[[\"x\",\"R-ALL\",\"info\"],[\"x\",\"R-TEST\",\"medium\"]]");
    assert_query(f,
                 "SELECT group_concat(location || ':' || severity || ':' || coalesce(exposure, "
                 "'-'), ' ') FROM (SELECT * FROM judged_object ORDER BY object)",
                 "0:0:- 4:3:- 4:2:-");
}

/* Judged twice, there are two assessments with the same rows. */
static void judging_again_says_the_same(void **state) {
    Fixture *f = *state;
    _cleanup_(files_done) Files files = files_load(f);
    AssessResult first, second;

    fill(f);
    first = judge(f, &files);
    second = judge(f, &files);
    assert_int_equal(second.id, first.id + 1);
    assert_query(f,
                 "SELECT count(*) FROM (SELECT ruleset, rule, category, cases, objects, hits, "
                 "severity, arithmetic, narrative, places FROM verdict WHERE assessment = 1 "
                 "EXCEPT SELECT ruleset, rule, category, cases, objects, hits, severity, "
                 "arithmetic, narrative, places FROM verdict WHERE assessment = 2)",
                 "0");
    assert_query(f, "SELECT count(*) FROM verdict", "10");
}

static void what_cannot_be_judged_leaves_nothing(void **state) {
    Fixture *f = *state;
    _cleanup_(files_done) Files files = files_load(f);
    const Ruleset twice[] = {files.ruleset, files.ruleset};
    AssessOptions o = {.rulesets = twice, .n_rulesets = 2, .tool = "0"};
    AssessResult result = {0};
    Error e = {0};

    fill(f);
    assert_int_equal(assess_run(f->store, &o, &e, &result), -EINVAL);
    assert_non_null(strstr(e.text, "two rulesets have the id 'x'"));
    o.n_rulesets = 1;
    o.run = 77;
    e = (Error){0};
    assert_int_equal(assess_run(f->store, &o, &e, &result), -ENOENT);
    assert_query(f, "SELECT count(*) FROM assessment", "0");
}

/* A name that would harm a terminal reaches no row as it is. */
static void names_are_escaped(void **state) {
    Fixture *f = *state;
    _cleanup_(files_done) Files files = files_load(f);

    fixture_root_found(f, 0, "/srv", 1, 100, 0);
    fixture_found(f, 0, "test/\x1b[31m\xff.csv", "", SSN, 3, 0);
    fixture_end(f);
    judge(f, &files);
    assert_query(f, "SELECT narrative FROM verdict WHERE rule = 'R-TEST'",
                 "/srv/test/\\x1b[31m\\xff.csv: 3");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(judges_a_run),
        TEST(counts_what_bears),
        TEST(each_finding_names_its_rules),
        TEST(judging_again_says_the_same),
        TEST(what_cannot_be_judged_leaves_nothing),
        TEST(names_are_escaped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
