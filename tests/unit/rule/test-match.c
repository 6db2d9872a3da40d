/* Match: each kind of match and the grammar of its text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/buf.h"
#include "rule/match.h"

static int list_read(const char *text, Arena *strings, Error *reterr, Detector *ret) {
    _cleanup_(arena_done) Arena tree = {0};
    Reader r = {.arena = strings, .reterr = reterr};
    const Node *root;
    int rc = yaml_read(span_of(text), "f", &tree, reterr, &root);

    return rc < 0 ? rc : matches_read(root, &r, ret);
}

static void reads_each_kind(void **state _unused_) {
    static const char text[] = "- {shape: '3-2-4', separators: '- .', base: medium}\n"
                               "- {shape: '9', lead: '00-66,70-89,99', base: low}\n"
                               "- {pattern: 'AA 99 99 99 A', base: high}\n"
                               "- {keyword: 'ghp_(?<value>\\w{36})', entropy: 3.25}\n"
                               "- {phrase: [company confidential, Trade Secret], base: high}\n"
                               "- {phrase: internal use only}\n"
                               "- {scanner: email}\n";
    _cleanup_(arena_done) Arena a = {0};
    Detector d = {0};
    const Match *m;

    assert_int_equal(list_read(text, &a, NULL, &d), 0);
    assert_int_equal(d.n_matches, 8);
    m = d.matches;
    assert_int_equal(m[0].kind, MATCH_SHAPE);
    assert_string_equal(m[0].text, "3-2-4");
    assert_string_equal(m[0].separators, "- .");
    assert_int_equal(m[0].base, BASE_MEDIUM);
    assert_int_equal(m[0].lead[0] + m[0].lead[99], 0);
    assert_int_equal(m[0].mark.col, 11);
    assert_int_equal(m[1].base, BASE_LOW);
    assert_string_equal(m[1].separators, "");
    for (int i = 0; i < 100; i++)
        assert_int_equal(m[1].lead[i], i <= 66 || (i >= 70 && i <= 89) || i == 99);
    assert_int_equal(m[2].kind, MATCH_PATTERN);
    assert_string_equal(m[2].text, "AA 99 99 99 A");
    assert_int_equal(m[2].base, BASE_HIGH);
    assert_int_equal(m[3].kind, MATCH_KEYWORD);
    assert_string_equal(m[3].text, "ghp_(?<value>\\w{36})");
    assert_float_equal(m[3].entropy, 3.25, 0.0001);
    assert_int_equal(m[3].base, BASE_AUTO);
    assert_int_equal(m[4].kind, MATCH_PHRASE);
    assert_string_equal(m[4].text, "company confidential");
    assert_string_equal(m[5].text, "Trade Secret");
    assert_int_equal(m[5].base, BASE_HIGH);
    assert_int_equal(m[5].mark.line, 5);
    assert_int_equal(m[5].mark.col, 35);
    assert_string_equal(m[6].text, "internal use only");
    assert_int_equal(m[6].base, BASE_AUTO);
    assert_int_equal(m[7].kind, MATCH_SCANNER);
    assert_string_equal(m[7].text, "email");
    assert_int_equal(m[7].entropy, 0);
}

static void complains(void **state _unused_) {
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"a: 1", "f:1:1: a map, expected a list"},
        {"[]", "f:1:1: an empty list, expected at least one match"},
        {"[a]", "f:1:2: 0: text, expected a map"},
        {"- {base: low}",
         "f:1:3: 0: no kind, expected shape, pattern, keyword, phrase, scanner, columns, "
         "combination or dictionary"},
        {"- {scanner: email, at_least: 2}",
         "f:1:20: 0.at_least: not of a scanner, expected with combination only"},
        {"- {combination: []}", "f:1:17: 0.combination: an empty list, expected categories or ids"},
        {"- {shape: '9-9', separators: '-', dictionary: x}",
         "f:1:35: 0.dictionary: not of a shape, expected with keyword or columns, or alone"},
        {"- {shape: '9', scanner: x}",
         "f:1:16: 0.scanner: a second kind beside shape, expected one a match"},
        {"- {shape: '9'}\n- {shap: '9', pattern: '9'}",
         "f:2:4: 1.shap: unknown key, expected shape"},
        {"- {shape: '9', base: hihg}",
         "f:1:22: 0.base: 'hihg' is not a base, expected low, medium or high"},
        {"- {shape: '9', lead: 0-6}",
         "f:1:22: 0.lead: '0-6', expected two-digit ranges such as 00-66,70-89"},
        {"- {shape: '9', lead: '20-10'}",
         "f:1:22: 0.lead: '20-10', expected two-digit ranges such as 00-66,70-89"},
        {"- {shape: '9', lead: '20-'}",
         "f:1:22: 0.lead: '20-', expected two-digit ranges such as 00-66,70-89"},
        {"- {shape: '9', lead: '20,'}",
         "f:1:22: 0.lead: '20,', expected two-digit ranges such as 00-66,70-89"},
        {"- {shape: '9', lead: ''}",
         "f:1:22: 0.lead: '', expected two-digit ranges such as 00-66,70-89"},
        {"- {shape: '3-2', separators: 'a'}",
         "f:1:30: 0.separators: 'a', expected some of space - . /"},
        {"- {shape: '3-2', separators: \"\\t\"}",
         "f:1:30: 0.separators: '\\x09', expected some of space - . /"},
        {"- {shape: '3-2', separators: '\xc3\xa9'}",
         "f:1:30: 0.separators: '\xc3\xa9', expected some of space - . /"},
        {"- {shape: '3-2', separators: ''}", "f:1:30: 0.separators: nothing, expected text"},
        {"- {shape: '3-2-4'}", "f:1:11: 0.shape: a shape of 3 groups without separators, expected "
                               "separators such as '- '"},
        {"- {pattern: 'A9', separators: ' '}",
         "f:1:19: 0.separators: not of a pattern, expected with shape only"},
        {"- {scanner: email, lead: '10'}",
         "f:1:20: 0.lead: not of a scanner, expected with shape only"},
        {"- {phrase: a b, entropy: 3}",
         "f:1:17: 0.entropy: not of a phrase, expected with keyword only"},
        {"- {keyword: abc, entropy: 0}",
         "f:1:27: 0.entropy: '0', expected bits a byte, above 0 and at most 8"},
        {"- {keyword: abc, entropy: 8.1}",
         "f:1:27: 0.entropy: '8.1', expected bits a byte, above 0 and at most 8"},
        {"- {keyword: abc, entropy: 3.}",
         "f:1:27: 0.entropy: '3.', expected bits a byte, above 0 and at most 8"},
        {"- {keyword: ''}", "f:1:13: 0.keyword: nothing, expected text"},
        {"- {pattern: AAA}", "f:1:13: 0.pattern: 'AAA' is not a pattern, expected at least one 9"},
        {"- {pattern: 'A\\9'}",
         "f:1:13: 0.pattern: 'A\\9' is not a pattern, expected at least one 9"},
        {"- {pattern: '9\xc3\xa9'}",
         "f:1:13: 0.pattern: '9\xc3\xa9' is not a pattern, expected printable ASCII"},
        {"- {pattern: '99999999999999999999999999999999999999999999999999999999999999999'}",
         "f:1:13: 0.pattern: 65 bytes, expected at most 64"},
        {"- {scanner: E-Mail}",
         "f:1:13: 0.scanner: 'E-Mail' is not a name, expected a-z 0-9 . - _"},
        {"- {phrase: []}", "f:1:12: 0.phrase: an empty list, expected phrases"},
        {"- {phrase: {a: b}}", "f:1:12: 0.phrase: a map, expected text"},
        {"- {phrase: [a, b  c]}",
         "f:1:16: 0.phrase.1: 'b  c', expected single spaces, between words only"},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        _cleanup_(arena_done) Arena a = {0};
        Detector d = {0};
        Error e = {0};

        assert_int_equal(list_read(cases[i].text, &a, &e, &d), -EINVAL);
        assert_string_equal(e.text, cases[i].message);
    }
}

static void holds_shapes_to_their_grammar(void **state _unused_) {
    static const char *const good[] = {"6",    "31",    "3-2-4", "1-1-1-1-1-1-1-1",
                                       "9-10", "1-1-2", "15-16"};
    static const char *const bad[] = {"",           "5",    "32",   "16-16", "1-1-1-1-1-1-1-1-1",
                                      "3--4",       "-3-4", "3-4-", "03-4",  "0-4",
                                      "1-3",        "3.4",  "a",    "3-x",   "0000004",
                                      "99999999999"};

    for (size_t i = 0; i < N_ELEMENTS(good) + N_ELEMENTS(bad); i++) {
        bool is_good = i < N_ELEMENTS(good);
        const char *shape = is_good ? good[i] : bad[i - N_ELEMENTS(good)];
        _cleanup_(arena_done) Arena a = {0};
        _cleanup_(buf_done) Buf b = {0};
        Detector d = {0};
        Error e = {0};

        buf_printf(&b, "- {shape: '%s', separators: '-'}", shape);
        assert_int_equal(list_read(buf_cstr(&b), &a, &e, &d), is_good ? 0 : -EINVAL);
        if (!is_good && *shape) {
            buf_clear(&b);
            buf_printf(&b,
                       "f:1:11: 0.shape: '%s' is not a shape, expected 1 to 8 groups of digits, "
                       "6 bytes with their separators to 31 digits in all, such as 3-2-4",
                       shape);
            assert_string_equal(e.text, buf_cstr(&b));
        }
    }
}

static void bounds_a_regex(void **state _unused_) {
    for (size_t n = 16000; n <= 16001; n++) {
        _cleanup_(arena_done) Arena a = {0};
        _cleanup_(buf_done) Buf b = {0};
        Detector d = {0};
        Error e = {0};

        buf_text(&b, "- {keyword: ");
        for (size_t i = 0; i < n; i++)
            buf_byte(&b, 'x');
        buf_text(&b, "}");
        assert_int_equal(list_read(buf_cstr(&b), &a, &e, &d), n == 16000 ? 0 : -EINVAL);
        assert_string_equal(
            e.text, n == 16000 ? "" : "f:1:13: 0.keyword: 16001 bytes, expected at most 16000");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_each_kind),
        cmocka_unit_test(complains),
        cmocka_unit_test(holds_shapes_to_their_grammar),
        cmocka_unit_test(bounds_a_regex),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
