/* Foreign and carry: what a file says, what becomes of it, and that damaged files do no harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "rule/carry.h"

static const char gitleaks[] = "[[rules]]\n"
                               "id = \"Zephyr Token\"\n"
                               "description = \"It's \\\"one\\\"\"\n"
                               "regex = '''(?i)(zph)_([a-z0-9]{8,})'''\n"
                               "secretGroup = 2\n"
                               "entropy = 3.25\n"
                               "keywords = [\"zph\"]\n"
                               "[[rules.allowlists]]\n"
                               "condition = \"AND\"\n"
                               "paths = ['''(^|/)t/[^/]+\\.c$''', '''x$''']\n"
                               "[[rules.allowlists]]\n"
                               "stopwords = [\"a.b\", \"C\"]\n"
                               "paths = ['''(?:^|/)(a|b)\\.lock$''']\n"
                               "[[rules]]\n"
                               "id = \"b\"\n"
                               "regex = 'a'\n"
                               "secretGroup = 7\n";

static const char kingfisher[] = "rules:\n"
                                 "  - name: Wombat\n"
                                 "    id: kingfisher.wombat.1\n"
                                 "    pattern: '(?x) ( wb-[0-9]{4} )  # one'\n"
                                 "    confidence: high\n"
                                 "    examples: ['wb-1234', {a: b}]\n";

static void read_file(const char *text, const char *name, Arena *arena, Foreign *ret) {
    Error e = {0};

    if (foreign_read(span_of(text), name, arena, &e, ret) < 0)
        fail_msg("%s", e.text);
}

static void carries_a_rule_of_gitleaks(void **state _unused_) {
    _cleanup_(arena_done) Arena arena = {0};
    _cleanup_(buf_done) Buf text = {0};
    const char *example = "zph_x";
    const Words words = {&example, 1};
    Foreign f;
    Carried c;

    read_file(gitleaks, "g.toml", &arena, &f);
    assert_string_equal(f.program, "gitleaks");
    assert_int_equal(f.n, 2);
    assert_int_equal(carry_rule(&f, &f.rules[0], &arena, &c), 0);
    assert_null(c.refused);
    carry_print(&c, "g.toml:1", &words, &words, false, &text);
    assert_string_equal(buf_cstr(&text), "format: detector/1\n"
                                         "id: gitleaks.zephyr-token\n"
                                         "title: 'It''s \"one\"'\n"
                                         "category: secret.api_key\n"
                                         "match:\n"
                                         "  - keyword: '(?i)(?:zph)_(?<value>[0-9a-z]{8,264})'\n"
                                         "    base: medium\n"
                                         "    entropy: '3.25'\n"
                                         "examples:\n"
                                         "  - 'zph_x'\n"
                                         "negative_examples:\n"
                                         "  - 'zph_x'\n"
                                         "references:\n"
                                         "  - 'g.toml:1'\n");
    assert_int_equal(carry_rule(&f, &f.rules[1], &arena, &c), 0);
    assert_string_equal(c.refused, "its secretGroup is a group that its expression does not have");
}

static void carries_allow_lists_or_says_why_not(void **state _unused_) {
    _cleanup_(arena_done) Arena arena = {0};
    _cleanup_(buf_done) Buf text = {0};
    const char *why = NULL;
    Foreign f;

    read_file(gitleaks, "g.toml", &arena, &f);
    assert_int_equal(f.rules[0].n_allows, 2);
    assert_false(carry_allow(&f.rules[0].allows[0], f.dialect, "t", "s", &arena, &text, &why));
    assert_string_equal(why, "an allow list by path that is more than names with * and ?");
    assert_int_equal(text.n, 0);
    assert_true(carry_allow(&f.rules[0].allows[1], f.dialect, "t", "s", &arena, &text, &why));
    assert_string_equal(buf_cstr(&text), "  - value:\n"
                                         "      - '(?i)a\\.b|c'\n"
                                         "    types: ['t']\n"
                                         "    reason: 'as the file that it comes from says'\n"
                                         "    by: 's'\n"
                                         "  - path:\n"
                                         "      - '*/a.lock'\n"
                                         "      - '*/b.lock'\n"
                                         "    types: ['t']\n"
                                         "    reason: 'as the file that it comes from says'\n"
                                         "    by: 's'\n");
}

static void reads_kingfisher(void **state _unused_) {
    _cleanup_(arena_done) Arena arena = {0};
    Foreign f;
    Carried c;

    read_file(kingfisher, "k.yml", &arena, &f);
    assert_string_equal(f.program, "kingfisher");
    assert_int_equal(f.rules[0].base, BASE_HIGH);
    assert_int_equal(f.rules[0].examples.n, 1);
    assert_non_null(f.rules[0].losses); /* what is no text */
    assert_int_equal(carry_rule(&f, &f.rules[0], &arena, &c), 0);
    assert_string_equal(c.id, "kingfisher.wombat-1");
    assert_string_equal(c.pattern, "(?<value>wb-[0-9]{4})");
}

static void names_are_ids(void **state _unused_) {
    _cleanup_(arena_done) Arena arena = {0};
    static const char *const cases[][2] = {
        {"AWS Key!", "gitleaks.aws-key"},
        {"9lives", "gitleaks.x9lives"},
        {"np.a.1", "np.a-1"},
        {"...", "gitleaks.rule"},
        {"\xc3\xa9t\xc3\xa9", "gitleaks.t"},
        {"a..b", "gitleaks.a-b"},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++)
        assert_string_equal(carry_id("gitleaks", cases[i][0], &arena), cases[i][1]);
}

/* Each byte of a file changed, and the file cut there: read or refused, and carried or not. */
static void survives_damage(const char *whole, const char *name) {
    size_t n = strlen(whole);

    for (size_t i = 0; i < 4 * n; i++) {
        static const uint8_t bytes[] = {'(', '[', '\\', 0x80};
        _cleanup_(arena_done) Arena arena = {0};
        _cleanup_(free_p) uint8_t *text = malloc(n);
        _cleanup_(buf_done) Buf out = {0};
        Foreign f;

        memcpy(text, whole, n);
        text[i % n] = bytes[i / n];
        if (foreign_read(span(text, i % 3 ? n : i % n), name, &arena, NULL, &f) < 0)
            continue;
        for (size_t k = 0; k < f.n; k++) {
            const char *example = "x", *why;
            Carried c;

            assert_int_equal(carry_rule(&f, &f.rules[k], &arena, &c), 0);
            if (!c.refused)
                carry_print(&c, "s", &(Words){&example, 1}, &(Words){0}, true, &out);
            for (size_t a = 0; a < f.rules[k].n_allows; a++)
                carry_allow(&f.rules[k].allows[a], f.dialect, "t", "s", &arena, &out, &why);
        }
    }
}

static void survives_damaged_files(void **state _unused_) {
    survives_damage(gitleaks, "g.toml");
    survives_damage(kingfisher, "k.yml");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(carries_a_rule_of_gitleaks),
        cmocka_unit_test(carries_allow_lists_or_says_why_not),
        cmocka_unit_test(reads_kingfisher),
        cmocka_unit_test(names_are_ids),
        cmocka_unit_test(survives_damaged_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
