/* Load: layers, replacement, regions, the digest, the built-in files, hostile files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <sodium.h>

#include "base/buf.h"
#include "rule/builtin.h"
#include "rule/detector.h"
#include "rule/yaml.h"
#include "scratch.h"

/* A small detector; more: further lines. */
static void rule_write(const Scratch *s, const char *file, const char *id, const char *more) {
    _cleanup_(buf_done) Buf b = {0};

    buf_printf(&b,
               "format: detector/1\nid: %s\ntitle: %s\ncategory: contact.email\n"
               "match: [{scanner: email}]\nexamples: [a]\nnegative_examples: [b]\n%s",
               id, file, more);
    scratch_write(s, file, buf_as_span(&b));
}

static int load(const Scratch *s, const Scratch *later, const char *regions, Error *reterr,
                Rules **ret) {
    const char *directories[] = {s->path, later ? later->path : NULL};
    RulesOptions o = {.directories = directories,
                      .n_directories = later ? 2 : 1,
                      .no_builtin = true,
                      .regions = regions};

    return rules_load(&o, reterr, ret);
}

/* A dictionary with these words; the id is that of the file. */
static void words_write(const Scratch *s, const char *file, const char *id, const char *words) {
    _cleanup_(buf_done) Buf b = {0};

    buf_printf(&b,
               "format: dictionary/1\nid: %s\ntitle: t\nsource: s\nlicence: CC0-1.0\n"
               "words: |\n  %s\n",
               id, words);
    scratch_write(s, file, buf_as_span(&b));
}

static void cells_write(const Scratch *s, const char *context) {
    _cleanup_(buf_done) Buf b = {0};

    buf_printf(&b,
               "format: detector/1\nid: a.b\ntitle: t\ncategory: person.name\n"
               "match: [{dictionary: names}]\n%s"
               "examples: [{table: \"name\\nAda\"}]\nnegative_examples: [b]\n",
               context);
    scratch_write(s, "cells.yaml", buf_as_span(&b));
}

static void loads_dictionaries(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = scratch_new(), later = scratch_new();
    _cleanup_(rules_freep) Rules *one = NULL, *two = NULL;
    Error e = {0};

    cells_write(&s, "context: {columns: [name]}\n");
    words_write(&s, "names.yaml", "names", "ada");
    words_write(&later, "other.yaml", "names", "grace");
    assert_int_equal(load(&s, NULL, NULL, &e, &one), 0);
    assert_int_equal(one->n, 1);
    assert_int_equal(one->n_dictionaries, 1);
    assert_true(one->detectors[0].examples[0].table);
    assert_string_equal(one->dictionaries[rules_dictionary(one, "names")].words, "ada\n");
    assert_int_equal(rules_dictionary(one, "nouns"), -1);
    assert_int_equal(load(&s, &later, NULL, &e, &two), 0);
    assert_int_equal(two->n_dictionaries, 1);
    assert_string_equal(two->dictionaries[0].words, "grace\n");
    assert_memory_not_equal(one->digest, two->digest, sizeof(one->digest));
}

static void refuses_dictionaries(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    Rules *r = NULL;
    Error e = {0};

    cells_write(&s, "context: {columns: [name]}\n");
    assert_int_equal(load(&s, NULL, NULL, &e, &r), -EINVAL);
    assert_non_null(strstr(e.text, "cells.yaml:5:22: match: 'names' is no dictionary, expected the "
                                   "id of a file of format dictionary/1"));
    cells_write(&s, "");
    words_write(&s, "names.yaml", "names", "ada");
    assert_int_equal(load(&s, NULL, NULL, &e, &r), -EINVAL);
    assert_non_null(strstr(e.text, "cells.yaml:5:22: match: found in named columns only, expected "
                                   "context.columns or context.whole_columns beside it"));
    cells_write(&s, "context: {columns: [name]}\n");
    words_write(&s, "more.yaml", "names", "ada");
    assert_int_equal(load(&s, NULL, NULL, &e, &r), -EINVAL);
    assert_non_null(strstr(e.text, "id: 'names' stands in "));
}

static void loads_in_order_of_id(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    _cleanup_(rules_freep) Rules *r = NULL;
    char file[128];

    rule_write(&s, "a.yaml", "my.c", "");
    rule_write(&s, "x/b.yml", "my.a", "");
    rule_write(&s, "c.yaml", "my.b", "");
    assert_int_equal(load(&s, NULL, NULL, NULL, &r), 0);
    assert_int_equal(r->n, 3);
    assert_string_equal(r->detectors[0].id, "my.a");
    assert_string_equal(r->detectors[2].id, "my.c");
    assert_false(r->detectors[0].builtin);
    snprintf(file, sizeof(file), "%s/x/b.yml", s.path);
    assert_string_equal(r->detectors[0].mark.file, file);
    assert_int_equal(rules_find(r, span_of("my.a")), 0);
    assert_int_equal(rules_find(r, span_of("my.b")), 1);
    assert_int_equal(rules_find(r, span_of("my.c")), 2);
    assert_int_equal(rules_find(r, span_of("my.d")), -1);
    assert_int_equal(rules_find(r, span_of("")), -1);
}

static void replaces_by_id(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = scratch_new(), later = scratch_new();
    _cleanup_(rules_freep) Rules *r = NULL;

    rule_write(&s, "first.yaml", "my.a", "");
    rule_write(&s, "other.yaml", "my.b", "");
    rule_write(&later, "second.yaml", "my.a", "");
    assert_int_equal(load(&s, &later, NULL, NULL, &r), 0);
    assert_int_equal(r->n, 2);
    assert_string_equal(r->detectors[0].title, "second.yaml");
    assert_string_equal(r->detectors[1].title, "other.yaml");
    r = rules_free(r);
    assert_int_equal(load(&later, &s, NULL, NULL, &r), 0);
    assert_string_equal(r->detectors[0].title, "first.yaml");
}

static void refuses_an_id_twice(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    _cleanup_(rules_freep) Rules *r = NULL;
    char message[512];
    Error e = {0};

    rule_write(&s, "x/b.yaml", "my.a", "");
    rule_write(&s, "a.yaml", "my.a", "");
    assert_int_equal(load(&s, NULL, NULL, &e, &r), -EINVAL);
    snprintf(message, sizeof(message),
             "%s/x/b.yaml:2:5: id: 'my.a' stands in %s/a.yaml:2:5 too, expected each id once",
             s.path, s.path);
    assert_string_equal(e.text, message);
    assert_null(r);
}

static void regions_leave(const char *regions, const char *expected) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    _cleanup_(rules_freep) Rules *r = NULL;
    _cleanup_(buf_done) Buf left = {0};

    rule_write(&s, "1.yaml", "my.all", "");
    rule_write(&s, "2.yaml", "my.de", "regions: [DE]\n");
    rule_write(&s, "3.yaml", "my.eu", "regions: [EU]\n");
    rule_write(&s, "4.yaml", "my.us", "regions: [CA, US]\n");
    assert_int_equal(load(&s, NULL, regions, NULL, &r), 0);
    for (size_t i = 0; i < r->n; i++)
        buf_printf(&left, "%s ", r->detectors[i].id);
    assert_string_equal(buf_cstr(&left), expected);
}

static void keeps_regions(void **state _unused_) {
    regions_leave(NULL, "my.all my.de my.eu my.us ");
    regions_leave("US", "my.all my.us ");
    regions_leave("DE", "my.all my.de my.eu ");
    regions_leave("EU", "my.all my.de my.eu ");
    regions_leave("FR", "my.all my.eu ");
    regions_leave("GB", "my.all ");
    regions_leave("GB,CA", "my.all my.us ");
}

static void refuses_a_strange_region(void **state _unused_) {
    static const char *const cases[][2] = {
        {"us", "regions: 'us' is not a region, expected two capital letters"},
        {"US,", "regions: '' is not a region, expected two capital letters"},
        {"US,UK", "regions: 'UK' is not a region, expected GB"},
        {"US, EU", "regions: ' EU' is not a region, expected two capital letters"},
        {"\x1b", "regions: '\\x1b' is not a region, expected two capital letters"},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        RulesOptions o = {.no_builtin = true, .regions = cases[i][0]};
        Rules *r = NULL;
        Error e = {0};

        assert_int_equal(rules_load(&o, &e, &r), -EINVAL);
        assert_string_equal(e.text, cases[i][1]);
        assert_null(r);
    }
}

static void names_the_set_by_digest(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = scratch_new(), other = scratch_new();
    _cleanup_(rules_freep) Rules *a = NULL, *b = NULL, *c = NULL;
    static const char file[] = "format: detector/1\nid: my.a\ntitle: T\n"
                               "category: contact.email\nmatch: [{scanner: email}]\n"
                               "examples: [a]\nnegative_examples: [b]\n";
    uint8_t named[5 + 32], expected[32];

    rule_write(&s, "a.yaml", "my.a", "");
    assert_int_equal(load(&s, NULL, NULL, NULL, &a), 0);
    rule_write(&other, "a.yaml", "my.a", "");
    assert_int_equal(load(&other, NULL, NULL, NULL, &b), 0);
    assert_memory_equal(a->digest, b->digest, 32);
    rule_write(&other, "a.yaml", "my.a", "#");
    assert_int_equal(load(&other, NULL, NULL, NULL, &c), 0);
    assert_memory_not_equal(a->digest, c->digest, 32);

    scratch_write(&s, "a.yaml", span_of(file));
    a = rules_free(a);
    assert_int_equal(load(&s, NULL, NULL, NULL, &a), 0);
    memcpy(named, "my.a", 5);
    crypto_hash_sha256(named + 5, (const uint8_t *)file, strlen(file));
    crypto_hash_sha256(expected, named, sizeof(named));
    assert_memory_equal(a->digest, expected, 32);
}

/* Words for people, examples and tier find nothing; everything else may, also what is not known. */
static void tells_words_from_what_finds(void **state _unused_) {
    static const struct {
        const char *file;
        bool same;
    } cases[] = {
        {"format: detector/1\nid: my.a\ntitle: Other\ncategory: contact.email\ntier: restricted\n"
         "match: [{scanner: email}]\nexamples: [a, c]\nnegative_examples: [d]\nreferences: [r]\n",
         true},
        {"format: detector/1\nid: my.a\ntitle: T\ncategory: contact.email\n"
         "match: [{scanner: email}]\nmask: {keep_last: 2}\nexamples: [a]\nnegative_examples: [b]\n",
         false},
        {"format: detector/1\nid: my.a\ntitle: T\ncategory: person.name\n"
         "match: [{scanner: email}]\nexamples: [a]\nnegative_examples: [b]\n",
         false},
        {"format: detector/1\nid: my.a\ntitle: T\ncategory: contact.email\n"
         "match: [{scanner: email, base: low}]\nexamples: [a]\nnegative_examples: [b]\n",
         false},
        {"format: detector/1\nid: my.b\ntitle: T\ncategory: contact.email\n"
         "match: [{scanner: email}]\nexamples: [a]\nnegative_examples: [b]\n",
         false},
        {"format: detector/1\nid: my.a\ntitle: T\ncategory: contact.email\n"
         "match: [{scanner: email}]\ncontext: {near: [examples, title]}\nexamples: [a]\n"
         "negative_examples: [b]\n",
         false},
    };
    _cleanup_(scratch_done) Scratch s = scratch_new();
    _cleanup_(rules_freep) Rules *before = NULL;

    scratch_write(&s, "a.yaml",
                  span_of("format: detector/1\nid: my.a\ntitle: T\ncategory: contact.email\n"
                          "match: [{scanner: email}]\nexamples: [a]\nnegative_examples: [b]\n"));
    assert_int_equal(load(&s, NULL, NULL, NULL, &before), 0);
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        _cleanup_(rules_freep) Rules *r = NULL;

        scratch_write(&s, "a.yaml", span_of(cases[i].file));
        assert_int_equal(load(&s, NULL, NULL, NULL, &r), 0);
        assert_memory_not_equal(r->digest, before->digest, 32);
        if ((memcmp(r->reading, before->reading, 32) == 0) != cases[i].same)
            fail_msg("case %zu: the reading is %s", i, cases[i].same ? "another" : "the same");
    }
}

static void loads_the_builtin_files(void **state _unused_) {
    _cleanup_(rules_freep) Rules *r = NULL, *us = NULL;
    RulesOptions o = {0};
    Error e = {0};

    if (rules_load(&o, &e, &r) < 0)
        fail_msg("%s", e.text);
    assert_int_equal(r->n + r->n_dictionaries, n_builtin_files);
    for (size_t i = 0; i < r->n; i++) {
        assert_true(r->detectors[i].builtin);
        assert_memory_equal(r->detectors[i].mark.file, "builtin:", 8);
    }
    o.regions = "US";
    assert_int_equal(rules_load(&o, &e, &us), 0);
    assert_true(us->n <= r->n);
    o.no_builtin = true;
    us = rules_free(us);
    assert_int_equal(rules_load(&o, &e, &us), 0);
    assert_int_equal(us->n, 0);
}

static void replaces_a_builtin_file(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    _cleanup_(rules_freep) Rules *r = NULL, *changed = NULL;
    const char *directories[] = {s.path};
    RulesOptions o = {0};

    assert_int_equal(rules_load(&o, NULL, &r), 0);
    assert_true(r->n > 0);
    rule_write(&s, "mine.yaml", r->detectors[0].id, "");
    o = (RulesOptions){.directories = directories, .n_directories = 1};
    assert_int_equal(rules_load(&o, NULL, &changed), 0);
    assert_int_equal(changed->n, r->n);
    assert_string_equal(changed->detectors[0].title, "mine.yaml");
    assert_false(changed->detectors[0].builtin);
    assert_memory_not_equal(changed->digest, r->digest, 32);
}

static void says_where_a_file_is_broken(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    _cleanup_(buf_done) Buf big = {0};
    char message[512];
    Rules *r = NULL;
    Error e = {0};

    scratch_write(&s, "a.yaml", span_of("format: detector/1\nid: [x\n"));
    snprintf(message, sizeof(message),
             "%s/a.yaml:3:1: id.1: broken YAML: did not find expected ',' or ']'", s.path);
    assert_int_equal(load(&s, NULL, NULL, &e, &r), -EINVAL);
    assert_string_equal(e.text, message);

    for (size_t i = 0; i < 5 << 20; i++)
        buf_byte(&big, '\n');
    scratch_write(&s, "a.yaml", buf_as_span(&big));
    snprintf(message, sizeof(message), "%s/a.yaml:1:1: too large, expected at most 4194304 bytes",
             s.path);
    assert_int_equal(load(&s, NULL, NULL, &e, &r), -EINVAL);
    assert_string_equal(e.text, message);

    scratch_write(&s, "a.yaml", span("format\0: x", 10));
    snprintf(message, sizeof(message), "%s/a.yaml:1:7: control character U+0000, expected text",
             s.path);
    assert_int_equal(load(&s, NULL, NULL, &e, &r), -EINVAL);
    assert_string_equal(e.text, message);
    assert_null(r);
}

static void escapes_the_name_of_a_file(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    char message[512];
    Rules *r = NULL;
    Error e = {0};

    scratch_write(&s, "a\x1b\n.yaml", span_of("[]"));
    snprintf(message, sizeof(message), "%s/a\\x1b\\x0a.yaml:1:1: a list, expected a map", s.path);
    assert_int_equal(load(&s, NULL, NULL, &e, &r), -EINVAL);
    assert_string_equal(e.text, message);
}

static void refuses_more_than_64_mib(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    _cleanup_(buf_done) Buf b = {0};
    char name[32], id[32];
    Rules *r = NULL;
    Error e = {0};

    for (size_t i = 0; i < (4 << 20) - 1000; i++)
        buf_byte(&b, '#');
    for (int i = 0; i < 17; i++) {
        snprintf(name, sizeof(name), "%02d.yaml", i);
        snprintf(id, sizeof(id), "my.x%d", i);
        rule_write(&s, name, id, buf_cstr(&b));
    }
    assert_int_equal(load(&s, NULL, NULL, &e, &r), -E2BIG);
    assert_string_equal(e.text, "rule files too large, expected at most 67108864 bytes");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loads_dictionaries),
        cmocka_unit_test(refuses_dictionaries),
        cmocka_unit_test(loads_in_order_of_id),
        cmocka_unit_test(replaces_by_id),
        cmocka_unit_test(refuses_an_id_twice),
        cmocka_unit_test(keeps_regions),
        cmocka_unit_test(refuses_a_strange_region),
        cmocka_unit_test(names_the_set_by_digest),
        cmocka_unit_test(tells_words_from_what_finds),
        cmocka_unit_test(loads_the_builtin_files),
        cmocka_unit_test(replaces_a_builtin_file),
        cmocka_unit_test(says_where_a_file_is_broken),
        cmocka_unit_test(escapes_the_name_of_a_file),
        cmocka_unit_test(refuses_more_than_64_mib),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
