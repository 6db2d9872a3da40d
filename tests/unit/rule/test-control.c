/* Control: what loads, what is refused, and which rules bear on a control. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/buf.h"
#include "rule/control.h"
#include "scratch.h"

#define FILE_OF(controls)                                                                          \
    "format: controls/1\nid: acme\nversion: '1'\ntitle: Controls\ncontrols:\n" controls
#define CONTROL(id, criteria, more)                                                                \
    "  - {id: " id                                                                                 \
    ", title: T, wording: We look., frequency: weekly, owner: IT, criteria: " criteria more "}\n"

static int load(const char *text, Error *reterr, Controls *ret) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    char path[128];

    scratch_write(&s, "c.yaml", span_of(text));
    snprintf(path, sizeof(path), "%s/c.yaml", s.path);
    return controls_read(path, reterr, ret);
}

static void loads_controls(void **state _unused_) {
    _cleanup_(controls_done) Controls c = {0};
    Error e = {0};

    if (load(FILE_OF(CONTROL("CTL-1", "{soc2-tsc: [C1.1, C1.2], gdpr: [5(1)(e)]}", "")
                         CONTROL("CTL-2", "{soc2-tsc: [C1.1]}", ", rules: [SC-1]")),
             &e, &c) < 0)
        fail_msg("%s", e.text);
    assert_int_equal(c.n, 2);
    assert_int_equal(c.at[0].n_criteria, 3);
    assert_string_equal(c.at[0].frequency, "weekly");
    assert_true(control_has(&c.at[0], "soc2-tsc", "C1.2", "SC-9"));
    assert_true(control_has(&c.at[0], "gdpr", "5(1)(e)", "G-1"));
    assert_false(control_has(&c.at[0], "gdpr", "C1.1", "G-1"));
    assert_true(control_has(&c.at[1], "soc2-tsc", "C1.1", "SC-1"));
    assert_false(control_has(&c.at[1], "soc2-tsc", "C1.1", "SC-2"));
}

static void assert_refused(const char *text, const char *expected) {
    _cleanup_(controls_done) Controls c = {0};
    Error e = {0};

    assert_int_equal(load(text, &e, &c), -EINVAL);
    if (!strstr(e.text, expected))
        fail_msg("'%s', expected '%s'", e.text, expected);
}

static void refuses_what_is_wrong(void **state _unused_) {
    assert_refused("format: controls/2\nid: a\nversion: '1'\ntitle: t\ncontrols: []\n",
                   "expected controls/1");
    assert_refused(FILE_OF(CONTROL("A", "{}", "")), "no ruleset");
    assert_refused(FILE_OF(CONTROL("A", "{soc2-tsc: []}", "")), "an empty list");
    assert_refused(FILE_OF(CONTROL("A", "{soc2-tsc: [C1.1, C1.1]}", "")), "'C1.1' stands twice");
    assert_refused(FILE_OF(CONTROL("A", "{x: [C1.1]}", ", colour: red")), "unknown key");
    assert_refused(FILE_OF(CONTROL("A", "{x: [b]}", "") CONTROL("A", "{x: [b]}", "")),
                   "c.yaml:7:5: controls.1: 'A' is the id of two controls");
    assert_refused(FILE_OF("  - {id: A, title: T, wording: W, frequency: fortnightly, owner: O, "
                           "criteria: {x: [b]}}\n"),
                   "is not a frequency");
}

static void is_held_against_rulesets(void **state _unused_) {
    Criterion criterion = {.id = "C1.1"};
    Rule rule = {.id = "SC-1"};
    const Ruleset set = {
        .id = "soc2-tsc", .criteria = &criterion, .n_criteria = 1, .rules = &rule, .n_rules = 1};
    static const struct {
        const char *text, *expected;
    } rows[] = {
        {FILE_OF(CONTROL("A", "{soc2-tsc: [C1.1], other: [X]}", "")), NULL},
        {FILE_OF(CONTROL("A", "{soc2-tsc: [P5.3]}", "")), "has no criterion 'P5.3'"},
        {FILE_OF(CONTROL("A", "{soc2-tsc: [C1.1]}", ", rules: [SC-1]")), NULL},
        {FILE_OF(CONTROL("A", "{soc2-tsc: [C1.1]}", ", rules: [SC-2]")), "has a rule 'SC-2'"},
    };

    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        _cleanup_(controls_done) Controls c = {0};
        Error e = {0};
        int r;

        if (load(rows[i].text, &e, &c) < 0)
            fail_msg("%s", e.text);
        r = controls_check(&c, &set, 1, &e);
        if (r != (rows[i].expected ? -EINVAL : 0) ||
            (rows[i].expected && !strstr(e.text, rows[i].expected)))
            fail_msg("row %zu: %d '%s', expected '%s'", i, r, e.text,
                     rows[i].expected ? rows[i].expected : "");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loads_controls),
        cmocka_unit_test(refuses_what_is_wrong),
        cmocka_unit_test(is_held_against_rulesets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
