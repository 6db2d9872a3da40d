/* Allow: lists as loaded: names, days, types, paths, tokens; what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/buf.h"
#include "rule/allow.h"
#include "scratch.h"

#define ENTRY(what) "  - {" what ", reason: r, by: b}\n"
#define TOKEN_A     "tok:0123abcd:00000000000000000000000000000000"
#define TOKEN_B     "tok:0123abcd:11111111111111111111111111111111"

static int load(const Scratch *s, const char *entries, Error *reterr, Rules **ret) {
    _cleanup_(buf_done) Buf b = {0};
    const char *directory = s->path;
    const RulesOptions o = {.directories = &directory, .n_directories = 1, .no_builtin = true};

    buf_printf(&b, "format: allow/1\nid: acme.samples\nentries:\n%s", entries);
    scratch_write(s, "a.yaml", buf_as_span(&b));
    return rules_load(&o, reterr, ret);
}

static void loads_entries(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    _cleanup_(rules_freep) Rules *rules = NULL;
    Error e = {0};

    if (load(&s,
             ENTRY("value: x, until: 2020-02-29") ENTRY("path: '*/t/*', until: 9999-12-31")
                 ENTRY("token: [" TOKEN_B ", " TOKEN_A "]") ENTRY("token: " TOKEN_B),
             &e, &rules) < 0)
        fail_msg("%s", e.text);
    assert_int_equal(rules->n, 0);
    assert_int_equal(rules->n_allows, 4);
    assert_string_equal(rules->allows[1].name, "acme.samples:2");
    assert_true(rules->allows[0].expired);
    assert_false(rules->allows[1].expired);
    assert_int_equal(rules->tokens.n, 2);
    assert_int_equal(allow_token(&rules->tokens, TOKEN_A), 1);
    assert_int_equal(allow_token(&rules->tokens, TOKEN_B), 2);
    assert_int_equal(allow_token(&rules->tokens, "tok:"), 0);
    assert_int_equal(allow_token(&rules->allows[2].tokens, TOKEN_A), 1);
}

static void knows_types_and_paths(void **state _unused_) {
    const char *types[] = {"gov.us-*", "contact.email"}, *paths[] = {"*/test/*.c", "/a?c"};
    const AllowEntry e = {.types = {types, 2}, .paths = {paths, 2}}, all = {0};

    assert_true(allow_has_type(&e, "gov.us-ssn", "gov.national_id"));
    assert_true(allow_has_type(&e, "contact.x", "contact.email"));
    assert_false(allow_has_type(&e, "gov.fr-nir", "gov.national_id"));
    assert_true(allow_has_type(&all, "x.y", "z"));
    assert_true(allow_has_path(&e, span_of("/home/test/a/b.c")));
    assert_false(allow_has_path(&e, span_of("/home/test/a/b.cc")));
    assert_true(allow_has_path(&e, span_of("/abc")));
    assert_false(allow_has_path(&e, span_of("/abbc")));
    assert_true(allow_has_path(&all, span_of("x")));
}

/* A glob of many stars against a name that nearly fits costs no more than their product. */
static void globs_are_cheap(void **state _unused_) {
    const char *glob = "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b";
    const AllowEntry e = {.paths = {&glob, 1}};
    char name[4096];

    memset(name, 'a', sizeof(name));
    assert_false(allow_has_path(&e, span(name, sizeof(name))));
}

static void assert_refused(const char *entries, const char *expected) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    Rules *rules = NULL;
    Error e = {0};

    assert_int_equal(load(&s, entries, &e, &rules), -EINVAL);
    if (!strstr(e.text, expected))
        fail_msg("'%s', expected '%s'", e.text, expected);
}

static void refuses_what_says_too_much(void **state _unused_) {
    assert_refused("  - {reason: r, by: b}\n", "a.yaml:4:5: entries.0: it would allow everything");
    assert_refused("  - {value: x, by: b}\n", "no reason, expected this key too");
    assert_refused("  - {value: x, reason: r}\n", "no by, expected this key too");
    assert_refused(ENTRY("value: x, until: 2027-02-30"), "'2027-02-30' is no day");
    assert_refused(ENTRY("value: x, until: tomorrow"), "'tomorrow' is no day");
    assert_refused(ENTRY("value: x, until: 20-7-01-31"), "'20-7-01-31' is no day");
    assert_refused(ENTRY("value: x, until: 2027--1-31"), "'2027--1-31' is no day");
    assert_refused(ENTRY("value: x, token: " TOKEN_A), "token and value together");
    assert_refused(ENTRY("value: []"), "an empty list");
    assert_refused(ENTRY("values: x"), "unknown key, expected value");
    assert_refused("  []\n", "0 entries, expected 1 to");
}

/* Who writes the value itself where a token belongs does not read it again in a message. */
static void repeats_no_value(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    Rules *rules = NULL;
    Error e = {0};

    assert_int_equal(load(&s, ENTRY("token: 536-90-4399"), &e, &rules), -EINVAL);
    assert_null(strstr(e.text, "536"));
    assert_non_null(strstr(e.text, "no token, expected tok:"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loads_entries),    cmocka_unit_test(knows_types_and_paths),
        cmocka_unit_test(globs_are_cheap),  cmocka_unit_test(refuses_what_says_too_much),
        cmocka_unit_test(repeats_no_value),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
