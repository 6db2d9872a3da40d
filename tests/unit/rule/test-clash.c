/* Clash: what a policy cannot mean, and what should be looked at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/buf.h"
#include "rule/clash.h"

#define HEAD                                                                                       \
    "format: retention-policy/1\n"                                                                 \
    "policy: {id: acme, version: '1', effective: 2026-01-01, approved_by: Counsel}\n"

typedef struct Heard {
    Buf text;
    size_t clashes, notes;
} Heard;

static int on_clash(void *of, const Clash *c) {
    Heard *h = of;

    h->clashes += !c->note;
    h->notes += c->note;
    buf_printf(&h->text, "%u %s\n", c->mark.line, c->text);
    return 0;
}

static bool is_type(void *of _unused_, const char *type) {
    return strcmp(type, "gov.tax_id") == 0;
}

static void assert_clash(const char *text, const char *day, size_t clashes, const char *expected) {
    Heard h = {0};
    const ClashTo to = {.of = &h, .clash = on_clash, .is_type = is_type};
    Policy p = {0};
    Error e = {0};
    Day on = 0;

    if (policy_read_bytes(span_of(text), "p.yaml", &e, &p) < 0)
        fail_msg("%s", e.text);
    assert_true(day_parse(span_of(day), &on));
    assert_int_equal(clashes_find(&p, on, &to), 0);
    if (h.clashes != clashes || !strstr(buf_cstr(&h.text), expected))
        fail_msg("%zu clashes '%s', expected %zu and '%s'", h.clashes, buf_cstr(&h.text), clashes,
                 expected);
    buf_done(&h.text);
    policy_done(&p);
}

static void compares_rules(void **state _unused_) {
    assert_clash(HEAD "classes:\n  - {id: a, match: {path: [x]}}\nrules:\n"
                      "  - {id: R1, class: a, keep_at_least: P3Y, basis: b}\n"
                      "  - {id: R2, class: a, keep_at_most: P2Y, basis: b}\n",
                 "2026-06-01", 1, "7 rule R2 keeps at most P2Y what rule R1 keeps at least P3Y");
    assert_clash(HEAD "classes:\n  - {id: a, match: {path: [x]}}\nrules:\n"
                      "  - {id: R1, class: a, jurisdiction: [US], keep_at_least: P3Y, basis: b}\n"
                      "  - {id: R2, class: a, jurisdiction: [EU], keep_at_most: P2Y, basis: b}\n",
                 "2026-06-01", 0, "no example proves rule R1");
    assert_clash(HEAD "classes:\n  - {id: a, match: {path: [x]}}\nrules:\n"
                      "  - {id: R1, class: a, keep_at_least: P3Y, overrides: [R2], basis: b}\n"
                      "  - {id: R2, class: a, keep_at_most: P2Y, basis: b}\n",
                 "2026-06-01", 0, "");
    assert_clash(HEAD "classes:\n  - {id: a, match: {types_any: [gov.tax_id]}}\n"
                      "  - {id: b, match: {any: [{types_any: [gov]}, {path: [x]}]}}\nrules:\n"
                      "  - {id: R1, class: a, keep_at_least: P3Y, basis: b}\n"
                      "  - {id: R2, class: b, keep_at_most: P2Y, basis: b}\n",
                 "2026-06-01", 2, "both are for gov.tax_id");
    assert_clash(HEAD "classes:\n  - {id: a, match: {path: [x]}}\nrules:\n"
                      "  - {id: R1, class: a, keep_at_least: P3Y, keep_at_most: P1Y, basis: b}\n",
                 "2026-06-01", 1, "rule R1 keeps at least P3Y and at most P1Y");
}

static void looks_at_classes(void **state _unused_) {
    assert_clash(HEAD "classes:\n  - {id: a, match: {types_any: [gov.tax]}}\nrules: []\n",
                 "2026-06-01", 1, "class a can never match by its types");
    assert_clash(HEAD "classes:\n  - {id: a, match: {all: [{doc_kind: [log]}, {doc_kind: "
                      "[mail]}]}}\nrules: []\n",
                 "2026-06-01", 1, "no document is of all its kinds");
    assert_clash(HEAD "classes:\n  - {id: a, match: {types_any: [gov.tax_id]}}\nrules: []\n",
                 "2026-06-01", 0, "no rule is for class a");
}

static void looks_at_days(void **state _unused_) {
    const char *text = "format: retention-policy/1\n"
                       "policy: {id: acme, version: '1', next_review: 2026-05-01}\n"
                       "classes:\n  - {id: a, match: {path: [x]}}\nrules:\n"
                       "  - {id: R1, class: a, keep_at_most: P3Y, waivable: false, basis: b}\n"
                       "exceptions:\n"
                       "  - {id: E, rules: [R1], scope: {paths: [x]}, keep_at_most: P4Y, reason: "
                       "r, approved_by: b, approved_on: 2026-01-01, expires: 2026-04-30}\n";

    assert_clash(text, "2026-06-01", 3, "its review was due on 2026-05-01");
    assert_clash(text, "2026-06-01", 3, "exception E expired on 2026-04-30");
    assert_clash(text, "2026-06-01", 3, "rule R1, which is not waivable");
    assert_clash(text, "2026-04-30", 1, "nothing is called a violation by this policy");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares_rules),
        cmocka_unit_test(looks_at_classes),
        cmocka_unit_test(looks_at_days),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
