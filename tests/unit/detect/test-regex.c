/* Regex: what is derived from a pattern, and the literal it hangs on. */
#include "rig.h"

#include "detect/regex.h"

static void derives(void **state _unused_) {
    static const struct {
        const char *pattern, *derived;
    } table[] = {
        {"abc", "abc"},
        {"\\bAKIA[0-9A-Z]{16}\\b", "AKIA[0-9A-Z]{16}"},
        {"^key=$", "key="},
        {"(?<value>a|b)c", "(?:a|b)c"},
        {"(a)(?:b)", "(?:a)(?:b)"},
        {"(?<![0-9A-Za-z])x(?![0-9])y", "xy"},
        {"(?=look)x(?!behind(nested[)]))y", "xy"},
        {"(?<=ab)c", "c"},
        {"(?>ab+)c", "(?:ab+)c"},
        {"a++b*+c?+d{2}+e", "a+b*c?d{2}e"},
        {"a+?b", "a+?b"},
        {"(?i)abc(?s:.)", "(?i)abc(?s:.)"},
        {"[\\]\\b(]^]", "[\\]\\b(]]"},
        {"[]a]x", "[]a]x"},
        {"[^]a]x", "[^]a]x"},
        {"[[:alpha:]]]", "[[:alpha:]]]"},
        {"\\$\\^\\(", "\\$\\^\\("},
        {"\\x41\\d\\n", "\\x41\\d\\n"},
    };

    for (size_t i = 0; i < N_ELEMENTS(table); i++) {
        _cleanup_(buf_done) Buf b = {0};
        Error e = {0};

        if (regex_derive(table[i].pattern, &b, &e) < 0)
            fail_msg("%s: %s", table[i].pattern, e.text);
        assert_string_equal(buf_cstr(&b), table[i].derived);
    }
}

static void refuses(void **state _unused_) {
    static const char *const wrong[] = {
        "(a)\\1", "(?<n>a)\\k<n>", "(?R)",     "(?1)",    "(?(1)a|b)", "(?C1)",   "(*ACCEPT)",
        "[abc",   "a\\",           "(?<n",     "(?=a",    "(?<=",      "\\Qa\\E", "\\R",
        "\\X",    "\\C",           "(?P<n>a)", "(?|a|b)", "(?&n)a",
    };

    for (size_t i = 0; i < N_ELEMENTS(wrong); i++) {
        _cleanup_(buf_done) Buf b = {0};
        Error e = {0};

        if (regex_derive(wrong[i], &b, &e) != -EINVAL)
            fail_msg("'%s' is derived as '%s'", wrong[i], buf_cstr(&b));
        assert_true(e.text[0]);
    }
}

static void finds_the_literal(void **state _unused_) {
    static const struct {
        const char *derived;
        unsigned literal;
    } table[] = {
        {"", 0},          {"abc", 3},           {"a.c", 1},        {"ab[c]de", 2},
        {"abc|de", 2},    {"(?:abc|abcd)", 3},  {"abcd?", 3},      {"abc*", 2},
        {"abc+d", 3},     {"(?:abc)?de", 2},    {"\\d+", 0},       {"\\.\\$x", 3},
        {"a{3}b", 1},     {"x(?:abcd)+y", 4},   {"(?i)token", 5},  {"(?:a|)", 0},
        {"[abc]{20}", 0}, {"(?i:secret)_k", 6}, {"ab{0,2}cde", 3}, {"((((", 0},
    };

    for (size_t i = 0; i < N_ELEMENTS(table); i++) {
        unsigned got = regex_literal(table[i].derived);

        if (got != table[i].literal)
            fail_msg("'%s': %u, expected %u", table[i].derived, got, table[i].literal);
    }
}

/* Whatever is thrown at it: an answer, in time, within the bytes. */
static void survives_noise(void **state _unused_) {
    static const char alphabet[] = "ab([])?*+{}1,\\|^$.<>=!:-i";
    Dice d = {.state = 21};

    for (int round = 0; round < 20000; round++) {
        _cleanup_(buf_done) Buf b = {0};
        char pattern[24];
        size_t n = dice_below(&d, sizeof(pattern) - 1);

        for (size_t i = 0; i < n; i++)
            pattern[i] = alphabet[dice_below(&d, sizeof(alphabet) - 1)];
        pattern[n] = 0;
        if (regex_derive(pattern, &b, NULL) == 0)
            assert_true(regex_literal(buf_cstr(&b)) <= b.n);
        assert_true(regex_literal(pattern) <= n);
    }
}

static void survives_depth(void **state _unused_) {
    static char deep[100001];

    memset(deep, '(', sizeof(deep) - 1);
    assert_int_equal(regex_literal(deep), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(derives),           cmocka_unit_test(refuses),
        cmocka_unit_test(finds_the_literal), cmocka_unit_test(survives_noise),
        cmocka_unit_test(survives_depth),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
