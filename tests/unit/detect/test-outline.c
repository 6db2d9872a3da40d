/* Outline: what fits, what does not, and what is not read, by a matcher that tries everything. */
#include "rig.h"

#include "detect/outline.h"

/* Do the steps from i on fit all of text[0..n)? */
static bool steps_fit(const Outline *o, size_t i, const char *text, size_t n) {
    const Step *s;

    if (i == o->n)
        return n == 0;
    s = &o->steps[i];
    for (size_t k = 0; k <= s->most && k <= n; k++) {
        if (k && !byte_set_has(&s->set, (uint8_t)text[k - 1]))
            return false;
        if (k >= s->least && steps_fit(o, i + 1, text + k, n - k))
            return true;
    }
    return false;
}

static bool fits(const Outlines *l, const char *text, size_t n) {
    for (size_t i = 0; i < l->n; i++) {
        if (steps_fit(&l->at[i], 0, text, n))
            return true;
    }
    return false;
}

typedef struct Case {
    const char *pattern;
    size_t outlines;
    const char *fit[4], *other[4];
} Case;

static const Case cases[] = {
    {"abc", 1, {"abc"}, {"ab", "abd", "abcc", "ABC"}},
    {"(?i)aB1", 1, {"ab1", "AB1"}, {"ac1"}},
    {"(?i:a)b", 1, {"ab", "Ab"}, {"aB"}},
    {"a(?i)b|c", 2, {"aB", "C"}, {"Ab", "AB"}},
    {"(?:foo|quux)x", 2, {"foox", "quuxx"}, {"foo", "x"}},
    {"(?:a|b)c", 1, {"ac", "bc"}, {"cc", "c"}},
    {"(?:=>|:=|=)x", 1, {"=>x", ":=x", "=x"}, {"x", ">x"}},
    {"a(?:bcd)?e", 2, {"ae", "abcde"}, {"abe"}},
    {"(?:-[0-9]{2}){3}", 1, {"-11-22-33"}, {"-11-22", "-1-22-33"}},
    {"(?:ab|c){2,3}", 1, {"abab", "cc", "abcab"}, {"c", "abababa"}},
    {"x{2,3}y?z*", 1, {"xx", "xxxy", "xxzzz"}, {"x", "xxxx"}},
    {"x{2}?y+?", 1, {"xxy", "xxyyy"}, {"xx"}},
    {"x{,2}", 1, {"x{,2}"}, {"xx"}},
    {"[^a-c\\d]", 1, {"d", "\n", "\xff"}, {"a", "c", "5"}},
    {"[]a-]", 1, {"]", "a", "-"}, {"b"}},
    {"[^]a]", 1, {"b"}, {"]", "a"}},
    {"[[:alpha:]\\]]", 1, {"q", "Q", "]"}, {"1", ":"}},
    {"(?i)[a-c]", 1, {"B"}, {"D"}},
    {"(?i)[^a-c]", 1, {"D"}, {"B", "b"}},
    {"\\s\\S\\w\\W\\d\\D", 1, {" a_-1x"}, {"aa_-1x", " a--1x"}},
    {"\\h\\v\\x41\\n\\t\\$", 1, {"\t\nA\n\t$"}, {"\n\nA\n\t$"}},
    {".", 1, {"a", "\xff"}, {"\n"}},
    {"(?s).", 1, {"a", "\n"}, {""}},
};

static void tells_what_fits(void **state _unused_) {
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        _cleanup_(arena_done) Arena arena = {0};
        const Case *c = &cases[i];
        Outlines l;
        int r = outlines_read(c->pattern, &arena, &l);

        if (r < 0 || l.n != c->outlines)
            fail_msg("'%s': %d, %zu outlines, expected %zu", c->pattern, r, l.n, c->outlines);
        for (size_t k = 0; k < N_ELEMENTS(c->fit) && c->fit[k]; k++) {
            if (!fits(&l, c->fit[k], strlen(c->fit[k])))
                fail_msg("'%s' does not fit '%s'", c->fit[k], c->pattern);
        }
        for (size_t k = 0; k < N_ELEMENTS(c->other) && c->other[k]; k++) {
            if (fits(&l, c->other[k], strlen(c->other[k])))
                fail_msg("'%s' fits '%s'", c->other[k], c->pattern);
        }
    }
}

/* What is put together allows more, never less. */
static void joins_what_is_too_much(void **state _unused_) {
    _cleanup_(arena_done) Arena arena = {0};
    _cleanup_(buf_done) Buf b = {0};
    Outlines l;

    for (unsigned i = 0; i < 5 * OUTLINES_MAX; i++)
        buf_printf(&b, "%sword%03u", i ? "|" : "", i);
    assert_int_equal(outlines_read(buf_cstr(&b), &arena, &l), 0);
    assert_true(l.n <= OUTLINES_MAX);
    for (unsigned i = 0; i < 5 * OUTLINES_MAX; i++) {
        char word[16];

        snprintf(word, sizeof(word), "word%03u", i);
        if (!fits(&l, word, strlen(word)))
            fail_msg("%s is lost", word);
    }
}

static void refuses(void **state _unused_) {
    static const char *const wrong[] = {"\\p{L}", "[[:foo:]]", "(?x)a b", "\\cA",   "(?#x)a",
                                        "[b-a]",  "[a",        "(a",      "a)",     "[\\b]",
                                        "\\",     "[\\",       "x{1",     "(?<n>a)"};
    _cleanup_(buf_done) Buf deep = {0};

    for (size_t i = 0; i < N_ELEMENTS(wrong); i++) {
        _cleanup_(arena_done) Arena arena = {0};
        Outlines l;
        int r = outlines_read(wrong[i], &arena, &l);

        if (r != -ENOTSUP)
            fail_msg("'%s': %d, expected %d", wrong[i], r, -ENOTSUP);
    }
    for (size_t i = 0; i < 10000; i++)
        buf_byte(&deep, '(');
    {
        _cleanup_(arena_done) Arena arena = {0};
        Outlines l;

        assert_int_equal(outlines_read(buf_cstr(&deep), &arena, &l), -ENOTSUP);
    }
}

static void survives_noise(void **state _unused_) {
    static const char alphabet[] = "ab01()[]{}|?*+\\.^-:,i=<>ds ";
    Dice d = {.state = 41};

    for (size_t round = 0; round < 20000; round++) {
        _cleanup_(arena_done) Arena arena = {.limit = 16 << 20};
        char pattern[40] = "";
        Outlines l;
        int r;

        for (size_t i = 0, n = dice_below(&d, sizeof(pattern)); i < n; i++)
            pattern[i] = alphabet[dice_below(&d, sizeof(alphabet) - 1)];
        r = outlines_read(pattern, &arena, &l);
        if (r != 0 && r != -ENOTSUP && r != -ENOMEM)
            fail_msg("'%s': %d", pattern, r);
        for (size_t i = 0; r == 0 && i < l.n; i++)
            assert_true(l.at[i].n <= OUTLINE_STEPS_MAX);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_what_fits),
        cmocka_unit_test(joins_what_is_too_much),
        cmocka_unit_test(refuses),
        cmocka_unit_test(survives_noise),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
