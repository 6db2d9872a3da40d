/* Expression: translation, bounds, words, samples that PCRE2 agrees with; what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "rule/expression.h"
#include "rule/sample.h"

static void assert_printed(const char *text, Dialect dialect, unsigned value,
                           const char *expected) {
    _cleanup_(arena_done) Arena arena = {0};
    _cleanup_(buf_done) Buf got = {0};
    Expression x;
    Error e = {0};

    if (expression_parse(text, dialect, &arena, &e, &x) < 0)
        fail_msg("%s: %s", text, e.text);
    term_print(x.root, value, &got);
    assert_string_equal(buf_cstr(&got), expected);
}

static void assert_refused(const char *text, Dialect dialect, const char *expected) {
    _cleanup_(arena_done) Arena arena = {0};
    Expression x;
    Error e = {0};

    assert_int_equal(expression_parse(text, dialect, &arena, &e, &x), -EINVAL);
    assert_string_equal(e.text, expected);
}

static void writes_pcre2(void **state _unused_) {
    assert_printed("(?i)a(b|c)", DIALECT_GO, 1, "(?i)a(?<value>b|c)");
    assert_printed("(a)(?P<x>b)", DIALECT_GO, 2, "(?:a)(?<value>b)");
    assert_printed("\\d\\W[[:xdigit:]_-]", DIALECT_GO, 0, "[0-9][^0-9A-Z_a-z][\\-0-9A-F_a-f]");
    assert_printed("\\x41\\x{e9}\\n\\Qa.b\\E", DIALECT_GO, 0, "A(?:\\xc3\\xa9)\\na\\.b");
    assert_printed("\xc3\xa9+", DIALECT_GO, 0, "(?:\\xc3\\xa9){1,}");
    assert_printed(".(?s:.)", DIALECT_GO, 0, "[^\\n](?:[\\x00-\\xff])");
    assert_printed("\\Aa\\z\\b", DIALECT_GO, 0, "^a$\\b");
    assert_printed("(?x) a b # c\n [ ]", DIALECT_RUST, 0, "ab ");
    assert_printed("(?U)a+?b*", DIALECT_GO, 0, "a{1,}b{0,}?");
    assert_printed("a{2}{3}", DIALECT_GO, 0, "(?:a{2}){3}");
    assert_printed("a{,3}x{", DIALECT_GO, 0, "a\\{,3\\}x\\{");
    assert_printed("[^a\xc3\xa9]", DIALECT_GO, 0, "[^a]");
    assert_printed("[]a]", DIALECT_GO, 0, "[\\]a]");
}

static void refuses_what_cannot_be_carried(void **state _unused_) {
    assert_refused("(?=a)", DIALECT_GO,
                   "at character 3: a group of a kind that cannot be searched for in one pass");
    assert_refused("(a)\\1", DIALECT_RUST,
                   "at character 5: a back reference, which cannot be searched for in one pass");
    assert_refused("\\p{Greek}", DIALECT_GO, "at character 2: a class of Unicode, expected bytes");
    assert_refused("[a\xc3\xa9]", DIALECT_GO,
                   "at character 5: a class with characters beyond ASCII, expected bytes");
    assert_refused("[a&&b]", DIALECT_RUST, "at character 3: a class made of classes");
    assert_refused("[b-a]", DIALECT_GO, "at character 5: a range whose end is before its start");
    assert_refused("(a", DIALECT_GO, "at character 3: a group that is not closed");
    assert_refused("a)", DIALECT_GO, "at character 2: a group that was not opened");
    assert_refused("[a", DIALECT_GO, "at character 3: a class that is not closed");
    assert_refused("a\\", DIALECT_GO, "at character 3: it ends in a backslash");
    assert_refused("*a", DIALECT_GO, "at character 1: a repeat of nothing");
    assert_refused("a{5,2}", DIALECT_GO, "at character 7: a repeat of impossible bounds");
    assert_refused("(?<a", DIALECT_GO, "at character 2: a named group without its name");
}

static void is_bounded(void **state _unused_) {
    _cleanup_(arena_done) Arena arena = {0};
    _cleanup_(buf_done) Buf deep = {0}, out = {0};
    TermSample sample;
    Expression x;

    for (unsigned i = 0; i < 8000; i++)
        buf_byte(&deep, '(');
    assert_int_equal(expression_parse(buf_cstr(&deep), DIALECT_GO, &arena, NULL, &x), -EINVAL);
    assert_int_equal(
        expression_parse("(((((){999}){999}){999}){999}){999}", DIALECT_GO, &arena, NULL, &x), 0);
    term_sample(x.root, 0, 1, 0, &out, &sample); /* of nothing, in bounded time */
    assert_int_equal(out.n, 0);
}

static void bounds_repeats(void **state _unused_) {
    _cleanup_(arena_done) Arena arena = {0};
    _cleanup_(buf_done) Buf got = {0};
    Expression x;
    uint32_t extra;

    assert_int_equal(expression_parse("ab*(?:cd)+", DIALECT_GO, &arena, NULL, &x), 0);
    assert_true(x.unbounded);
    assert_int_equal(expression_bound(&x, 100, &extra), 0);
    assert_true(expression_width(&x) <= 100);
    assert_true(expression_width(&x) > 60); /* not far below either */
    term_print(x.root, 0, &got);
    assert_null(strstr(buf_cstr(&got), ",}"));
    assert_int_equal(expression_parse("a{600}b+", DIALECT_GO, &arena, NULL, &x), 0);
    assert_int_equal(expression_bound(&x, 100, &extra), -ERANGE);
}

static bool holds(const char *text, const char *word) {
    _cleanup_(arena_done) Arena arena = {0};
    Expression x;

    assert_int_equal(expression_parse(text, DIALECT_GO, &arena, NULL, &x), 0);
    return term_holds(x.root, &word, 1);
}

static void knows_words_that_stand_in_all(void **state _unused_) {
    assert_true(holds("x(?:acme)[a-z]", "acme"));
    assert_true(holds("(?i)[Aa]cme_", "acme"));
    assert_true(holds("(?:acme1|acme2)", "acme"));
    assert_false(holds("(?:acme|other)", "acme"));
    assert_false(holds("(?:acme)?x", "acme"));
    assert_false(holds("ac[a-z]me", "acme"));
    assert_true(holds("(?:acme){1,2}", "acme"));
}

static void makes_texts_that_match(void **state _unused_) {
    static const char *const texts[] = {
        "(?i)\\b(zph_[a-z0-9]{32})(?:['\"\\s;]|$)",
        "a+(b|c|dd){2,3}[^x]?\\d{4,}",
        "(?:x|\xc3\xa9y)*end",
        "[\\x00-\\x1f]\\S[[:punct:]]+",
        "(?s)a.{3}b",
    };

    for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
        _cleanup_(arena_done) Arena arena = {0};
        _cleanup_(buf_done) Buf pattern = {0};
        pcre2_match_data *data = pcre2_match_data_create(16, NULL);
        pcre2_code *code;
        PCRE2_SIZE at;
        Expression x;
        int error;

        assert_int_equal(expression_parse(texts[i], DIALECT_GO, &arena, NULL, &x), 0);
        term_print(x.root, 0, &pattern);
        code = pcre2_compile(pattern.at, pattern.n, PCRE2_MULTILINE | PCRE2_ANCHORED, &error, &at,
                             NULL);
        assert_non_null(code);
        for (uint64_t seed = 0; seed < 200; seed++) {
            _cleanup_(buf_done) Buf text = {0}, again = {0};
            TermSample sample;

            term_sample(x.root, 0, seed, (uint32_t)seed % 9, &text, &sample);
            term_sample(x.root, 0, seed, (uint32_t)seed % 9, &again, &sample);
            assert_int_equal(text.n, again.n);
            assert_int_equal(sample.end, text.n);
            if (pcre2_match(code, text.at, text.n, 0, 0, data, NULL) < 0)
                fail_msg("%s does not match its text of seed %u", buf_cstr(&pattern),
                         (unsigned)seed);
        }
        pcre2_code_free(code);
        pcre2_match_data_free(data);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_pcre2),
        cmocka_unit_test(refuses_what_cannot_be_carried),
        cmocka_unit_test(is_bounded),
        cmocka_unit_test(bounds_repeats),
        cmocka_unit_test(knows_words_that_stand_in_all),
        cmocka_unit_test(makes_texts_that_match),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
