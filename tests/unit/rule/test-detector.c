/* Detector: a full good file, and every complaint of the vocabulary with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/buf.h"
#include "rule/detector.h"
#include "rule/yaml.h"

static int file_read(const char *text, Arena *strings, Error *reterr, Detector *ret) {
    _cleanup_(arena_done) Arena tree = {0};
    const Node *root;
    int rc = yaml_read(span_of(text), "f", &tree, reterr, &root);

    return rc < 0 ? rc : detector_read(root, strings, reterr, ret);
}

static void reads_a_full_file(void **state _unused_) {
    static const char text[] = "format: detector/1\n"
                               "id: gov.us-ssn\n"
                               "title: United States Social Security number\n"
                               "category: gov.national_id\n"
                               "regions: [US, EU]\n"
                               "tier: confidential\n"
                               "match:\n"
                               "  - {shape: '3-2-4', separators: '- .', base: medium}\n"
                               "  - {shape: '9', base: low}\n"
                               "validate: us.ssn\n"
                               "context:\n"
                               "  near: [ssn, social security, ss#]\n"
                               "  not_near: [part number]\n"
                               "  columns: [ssn, social_security_number]\n"
                               "  within: 128\n"
                               "  required: true\n"
                               "mask: {keep_first: 1, keep_last: 4, style: email}\n"
                               "test_values: ['078051120']\n"
                               "stop_values: [changeme]\n"
                               "examples: ['SSN: 536-90-4399', \"ssn\\n536904399\"]\n"
                               "negative_examples: ['536-00-4399']\n"
                               "references: ['SSA: number structure']\n";
    _cleanup_(arena_done) Arena a = {0};
    Detector d;

    assert_int_equal(file_read(text, &a, NULL, &d), 0);
    assert_string_equal(d.id, "gov.us-ssn");
    assert_string_equal(d.title, "United States Social Security number");
    assert_ptr_equal(d.category, category_find(span_of("gov.national_id")));
    assert_int_equal(d.tier, TIER_CONFIDENTIAL);
    assert_int_equal(d.regions.n, 2);
    assert_string_equal(d.regions.at[1], "EU");
    assert_int_equal(d.n_matches, 2);
    assert_string_equal(d.validate, "us.ssn");
    assert_int_equal(d.context.near.n, 3);
    assert_string_equal(d.context.near.at[1], "social security");
    assert_string_equal(d.context.not_near.at[0], "part number");
    assert_string_equal(d.context.columns.at[1], "social_security_number");
    assert_int_equal(d.context.within, 128);
    assert_true(d.context.required);
    assert_int_equal(d.mask.keep_first, 1);
    assert_int_equal(d.mask.keep_last, 4);
    assert_true(d.mask.email);
    assert_string_equal(d.test_values.at[0], "078051120");
    assert_string_equal(d.stop_values.at[0], "changeme");
    assert_int_equal(d.n_examples, 2);
    assert_string_equal(d.examples[1].text, "ssn\n536904399");
    assert_int_equal(d.examples[1].mark.line, 20);
    assert_int_equal(d.examples[1].mark.col, 32);
    assert_int_equal(d.n_negative_examples, 1);
    assert_string_equal(d.references.at[0], "SSA: number structure");
    assert_string_equal(d.mark.file, "f");
    assert_int_equal(d.mark.line, 2);
    assert_int_equal(d.mark.col, 5);
    assert_false(d.builtin);
}

static const char least[] = "format: detector/1\n"
                            "id: my.thing\n"
                            "title: T\n"
                            "category: contact.email\n"
                            "match: [{scanner: email}]\n"
                            "examples: [a]\n"
                            "negative_examples: [b]\n";

static void fills_what_is_not_said(void **state _unused_) {
    _cleanup_(arena_done) Arena a = {0};
    Detector d;

    assert_int_equal(file_read(least, &a, NULL, &d), 0);
    assert_int_equal(d.tier, TIER_CONFIDENTIAL); /* that of contact.email */
    assert_int_equal(d.context.within, 64);
    assert_false(d.context.required);
    assert_null(d.validate);
    assert_int_equal(d.regions.n, 0);
    assert_false(d.mask.email);
}

/* The least file, with one line replaced (or, where `line` is 8, added). */
static void changed(const char *text, unsigned line, Buf *ret) {
    unsigned i = 1;

    for (const char *c = least; *c; i++) {
        const char *end = strchr(c, '\n') + 1;

        if (i != line)
            buf_add(ret, c, (size_t)(end - c));
        else if (*text)
            buf_printf(ret, "%s\n", text);
        c = end;
    }
    if (line == 8)
        buf_printf(ret, "%s\n", text);
}

static void complains(void **state _unused_) {
    static const struct {
        unsigned line;
        const char *text, *message;
    } cases[] = {
        {1, "", "f:1:1: no format, expected this key too"},
        {2, "", "f:1:1: no id, expected this key too"},
        {3, "", "f:1:1: no title, expected this key too"},
        {4, "", "f:1:1: no category, expected this key too"},
        {5, "", "f:1:1: no match, expected this key too"},
        {6, "", "f:1:1: no examples: a detector carries its proof, expected at least one"},
        {7, "", "f:1:1: no negative_examples: a detector carries its proof, expected at least one"},
        {1, "format: detector/2", "f:1:9: format: 'detector/2', expected detector/1"},
        {1, "format: [a]", "f:1:9: format: a list, expected text"},
        {2, "id: thing", "f:2:5: id: 'thing' is not an id, expected family.thing of a-z 0-9 -"},
        {2, "id: My.thing",
         "f:2:5: id: 'My.thing' is not an id, expected family.thing of a-z 0-9 -"},
        {2, "id: my.", "f:2:5: id: 'my.' is not an id, expected family.thing of a-z 0-9 -"},
        {2, "id: my..x", "f:2:5: id: 'my..x' is not an id, expected family.thing of a-z 0-9 -"},
        {2, "id: .x", "f:2:5: id: '.x' is not an id, expected family.thing of a-z 0-9 -"},
        {2, "id: my.thing_a",
         "f:2:5: id: 'my.thing_a' is not an id, expected family.thing of a-z 0-9 -"},
        {2, "id: a.bcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl",
         "f:2:5: id: 65 bytes, expected at most 64"},
        {3, "title:", "f:3:7: title: nothing, expected text"},
        {3, "titel: T", "f:3:1: titel: unknown key, expected title"},
        {4, "category: contact.mail",
         "f:4:11: category: 'contact.mail' is not a category, expected contact.email"},
        {4, "category: zzzzzzzzzzzzz",
         "f:4:11: category: 'zzzzzzzzzzzzz' is not a category, expected one of "
         "docs/design/categories.md"},
        {5, "match: []", "f:5:8: match: an empty list, expected at least one match"},
        {5, "match: [{shape: '9', base: hihg}]",
         "f:5:28: match.0.base: 'hihg' is not a base, expected low, medium or high"},
        {6, "examples: []",
         "f:6:11: examples: an empty list: a detector carries its proof, "
         "expected at least one"},
        {6, "examples: ['']", "f:6:12: examples.0: nothing, expected text"},
        {6, "examples: a", "f:6:11: examples: text, expected a list"},
        {7, "negative_examples: []",
         "f:7:20: negative_examples: an empty list: a detector carries its proof, expected at "
         "least one"},
        {8, "regions: [us]",
         "f:8:11: regions.0: 'us' is not a region, expected two capital letters"},
        {8, "regions: [US, UK]", "f:8:15: regions.1: 'UK' is not a region, expected GB"},
        {8, "regions: US", "f:8:10: regions: text, expected a list"},
        {8, "tier: secret",
         "f:8:7: tier: 'secret' is not a tier, expected public, internal, confidential or "
         "restricted"},
        {8, "validate: US.SSN", "f:8:11: validate: 'US.SSN' is not a name, expected a-z 0-9 . - _"},
        {8, "context: {near: [SSN]}", "f:8:18: context.near.0: 'SSN', expected lower case"},
        {8, "context: {not_near: [a  b]}",
         "f:8:22: context.not_near.0: 'a  b', expected single spaces, between words only"},
        {8, "context: {columns: ssn}", "f:8:20: context.columns: text, expected a list"},
        {8, "context: {within: 0}", "f:8:19: context.within: '0', expected a number from 1 to 256"},
        {8, "context: {within: 257}",
         "f:8:19: context.within: '257', expected a number from 1 to 256"},
        {8, "context: {required: yes, near: [a]}",
         "f:8:21: context.required: 'yes', expected true or false"},
        {8, "context: {required: true}",
         "f:8:21: context.required: never met, expected near or columns beside it"},
        {8, "context: {neer: [a]}", "f:8:11: context.neer: unknown key, expected near"},
        {8, "mask: {keep_last: 13}",
         "f:8:19: mask.keep_last: '13', expected a number from 0 to 12"},
        {8, "mask: {keep_first: x}",
         "f:8:20: mask.keep_first: 'x', expected a number from 0 to 12"},
        {8, "mask: {style: phone}", "f:8:15: mask.style: 'phone' is not a style, expected email"},
        {8, "mask: keep", "f:8:7: mask: text, expected a map"},
        {8, "test_values: ['']", "f:8:15: test_values.0: nothing, expected text"},
        {8, "stop_values: [ChangeMe]", "f:8:15: stop_values.0: 'ChangeMe', expected lower case"},
        {8, "references: x", "f:8:13: references: text, expected a list"},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        _cleanup_(arena_done) Arena a = {0};
        _cleanup_(buf_done) Buf b = {0};
        Detector d = {0};
        Error e = {0};

        changed(cases[i].text, cases[i].line, &b);
        assert_int_equal(file_read(buf_cstr(&b), &a, &e, &d), -EINVAL);
        assert_string_equal(e.text, cases[i].message);
        assert_null(d.id);
    }
}

static void cuts_foreign_text(void **state _unused_) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(buf_done) Buf line = {0}, b = {0};
    Error e = {0};
    Detector d;

    buf_text(&line, "tier: \"\\e[31m");
    for (int i = 0; i < 1000; i++)
        buf_byte(&line, 'x');
    buf_byte(&line, '"');
    changed(buf_cstr(&line), 8, &b);
    assert_int_equal(file_read(buf_cstr(&b), &a, &e, &d), -EINVAL);
    assert_string_equal(e.text,
                        "f:8:7: tier: '\\x1b[31m"
                        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...' is not "
                        "a tier, expected public, internal, confidential or restricted");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_full_file),
        cmocka_unit_test(fills_what_is_not_said),
        cmocka_unit_test(complains),
        cmocka_unit_test(cuts_foreign_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
