/* Field: keys by table, nearest names, each typed value and its complaint. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "rule/field.h"

typedef struct Sample {
    const char *text, *lines, *name;
    unsigned number;
    bool flag;
    size_t choice;
    const char **words;
    size_t n_words;
} Sample;

static int read_text(const Node *n, Reader *r, void *into) {
    return field_text(n, 8, r, &((Sample *)into)->text);
}

static int read_lines(const Node *n, Reader *r, void *into) {
    return field_lines(n, 8, r, &((Sample *)into)->lines);
}

static int read_name(const Node *n, Reader *r, void *into) {
    return field_name(n, r, &((Sample *)into)->name);
}

static int read_number(const Node *n, Reader *r, void *into) {
    return field_number(n, 1, 256, r, &((Sample *)into)->number);
}

static int read_flag(const Node *n, Reader *r, void *into) {
    return field_flag(n, r, &((Sample *)into)->flag);
}

static int read_choice(const Node *n, Reader *r, void *into) {
    static const char *const names[] = {"low", "medium", "high"};

    return field_choice(n, names, 3, "a base", r, &((Sample *)into)->choice);
}

static int read_words(const Node *n, Reader *r, void *into) {
    Sample *s = into;

    return field_list(n, 16, field_words, r, &s->words, &s->n_words);
}

static const Field fields[] = {
    {"text", read_text, true},      {"lines", read_lines, false}, {"name", read_name, false},
    {"number", read_number, false}, {"flag", read_flag, false},   {"choice", read_choice, false},
    {"words", read_words, false},
};

static int sample_read(const char *text, Arena *strings, Error *reterr, Sample *ret) {
    _cleanup_(arena_done) Arena tree = {0};
    Reader r = {.arena = strings, .reterr = reterr};
    const Node *root;
    int rc = yaml_read(span_of(text), "f", &tree, reterr, &root);

    return rc < 0 ? rc : fields_read(root, fields, N_ELEMENTS(fields), &r, ret);
}

static void types_each_value(void **state _unused_) {
    _cleanup_(arena_done) Arena a = {0};
    Sample s = {0};

    assert_int_equal(sample_read("text: no\nlines: \"a\\nb\"\nname: us.ssn\nnumber: 256\n"
                                 "flag: true\nchoice: high\nwords: [a b, ss#]\n",
                                 &a, NULL, &s),
                     0);
    assert_string_equal(s.text, "no");
    assert_string_equal(s.lines, "a\nb");
    assert_string_equal(s.name, "us.ssn");
    assert_int_equal(s.number, 256);
    assert_true(s.flag);
    assert_int_equal(s.choice, 2);
    assert_int_equal(s.n_words, 2);
    assert_string_equal(s.words[0], "a b");
    assert_string_equal(s.words[1], "ss#");
}

static void complains(void **state _unused_) {
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"[a]", "f:1:1: a list, expected a map"},
        {"---\n", "f:2:1: nothing, expected a map"},
        {"x y", "f:1:1: text, expected a map"},
        {"flag: true", "f:1:1: no text, expected this key too"},
        {"text: a\nnumbr: 1", "f:2:1: numbr: unknown key, expected number"},
        {"text: a\nzzzzzz: 1", "f:2:1: zzzzzz: unknown key, expected text, lines, name, number, "
                               "flag, choice or words"},
        {"text: a\n\"\\x1b[0m\": 1", "f:2:1: \\x1b[0m: unknown key, expected text, lines, name, "
                                     "number, flag, choice or words"},
        {"text:", "f:1:6: text: nothing, expected text"},
        {"text: [a]", "f:1:7: text: a list, expected text"},
        {"text: {a: 1}", "f:1:7: text: a map, expected text"},
        {"text: 123456789", "f:1:7: text: 9 bytes, expected at most 8"},
        {"text: \"a\\nb\"", "f:1:7: text: control byte \\x0a, expected one line of text"},
        {"text: a\nlines: ''", "f:2:8: lines: nothing, expected text"},
        {"text: a\nname: US", "f:2:7: name: 'US' is not a name, expected a-z 0-9 . - _"},
        {"text: a\nnumber: 0", "f:2:9: number: '0', expected a number from 1 to 256"},
        {"text: a\nnumber: 257", "f:2:9: number: '257', expected a number from 1 to 256"},
        {"text: a\nnumber: -1", "f:2:9: number: '-1', expected a number from 1 to 256"},
        {"text: a\nnumber: 1e2", "f:2:9: number: '1e2', expected a number from 1 to 256"},
        {"text: a\nnumber: 99999999999999999999",
         "f:2:9: number: '99999999999999999999', expected a number from 1 to 256"},
        {"text: a\nflag: yes", "f:2:7: flag: 'yes', expected true or false"},
        {"text: a\nchoice: hihg",
         "f:2:9: choice: 'hihg' is not a base, expected low, medium or high"},
        {"text: a\nwords: a", "f:2:8: words: text, expected a list"},
        {"text: a\nwords: [a, B]", "f:2:12: words.1: 'B', expected lower case"},
        {"text: a\nwords: [a  b]",
         "f:2:9: words.0: 'a  b', expected single spaces, between words only"},
        {"text: a\nwords: [' a']",
         "f:2:9: words.0: ' a', expected single spaces, between words only"},
        {"text: a\nwords: ['']", "f:2:9: words.0: nothing, expected text"},
        {"text: a\nwords: [[a]]", "f:2:9: words.0: a list, expected text"},
        {"text: a\nwords: [0123456789abcdefg]", "f:2:9: words.0: 17 bytes, expected at most 16"},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        _cleanup_(arena_done) Arena a = {0};
        Sample s = {0};
        Error e = {0};

        assert_int_equal(sample_read(cases[i].text, &a, &e, &s), -EINVAL);
        assert_string_equal(e.text, cases[i].message);
    }
}

static void finds_the_nearest_name(void **state _unused_) {
    static const char *const names[] = {"match", "mask", "negative_examples", "examples"};
    char longer[4096];

    memset(longer, 'x', sizeof(longer));
    assert_string_equal(name_nearest(span_of("mach"), names, 4), "match");
    assert_string_equal(name_nearest(span_of("masks"), names, 4), "mask");
    assert_string_equal(name_nearest(span_of("example"), names, 4), "examples");
    assert_string_equal(name_nearest(span_of("negative-example"), names, 4), "negative_examples");
    assert_null(name_nearest(span_of("region"), names, 4));
    assert_null(name_nearest(span_of(""), names, 4));
    assert_null(name_nearest(span(longer, sizeof(longer)), names, 4));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_each_value),
        cmocka_unit_test(complains),
        cmocka_unit_test(finds_the_nearest_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
