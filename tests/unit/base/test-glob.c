/* Glob: what a pattern matches, what it refuses, and that no pattern is slow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/glob.h"

static bool matches(const char *pattern, const char *path) {
    return glob_match(span_of(pattern), span_of(path), false);
}

static void matches_as_gitignore_does(void **state _unused_) {
    static const struct {
        const char *pattern, *path;
        bool expected;
    } cases[] = {
        {"*.iso", "a.iso", true},
        {"*.iso", "deep/er/a.iso", true},
        {"*.iso", "a.iso.txt", false},
        {"a", "a", true},
        {"a", "b/a", true},
        {"a", "a/b", false},
        {"/a", "a", true},
        {"/a", "b/a", false},
        {"tmp/*.log", "tmp/x.log", true},
        {"tmp/*.log", "tmp/x/y.log", false},
        {"tmp/*.log", "var/tmp/x.log", false},
        {"**/x", "x", true},
        {"**/x", "a/b/x", true},
        {"**/x", "a/bx", false},
        {"a/**", "a/b", true},
        {"a/**", "a/b/c", true},
        {"a/**", "a", false},
        {"a/**/b", "a/b", true},
        {"a/**/b", "a/x/y/b", true},
        {"a/**/b", "a/x/yb", false},
        {"a/**/b*/c", "a/x/b1/y/b2/c", true},
        {"**/a/**/b/*.c", "q/a/b/a/z/b/f.c", true},
        {"**", "a/b", true},
        {"a**b", "axyb", true},
        {"a**b/c", "ax/yb/c", false},
        {"?", "a", true},
        {"?", "\xc3\xa9", true},
        {"?", "\xff", true},
        {"??", "\xc3\xa9", false},
        {"a?b/c", "a/b/c", false},
        {"a[/]b/c", "a/b/c", false},
        {"[a-c]x", "bx", true},
        {"[a-c]x", "dx", false},
        {"[!a-c]x", "dx", true},
        {"[^a-c]x", "\xc3\xa9x", true},
        {"[\xc3\xa0-\xc3\xbf]", "\xc3\xa9", true},
        {"[]]", "]", true},
        {"[]-a]", "^", true},
        {"[a\\]]", "]", true},
        {"[a-]", "-", true},
        {"\\*", "*", true},
        {"\\*", "a", false},
        {"a\\\\b", "a\\b", true},
        {"*", ".hidden", true},
        {"", "a", false},
        {"build/", "build", false},
        {"a*/b", "a/b", true},
        {"a*c*e", "abcde", true},
        {"*a*", "bbb", false},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (matches(cases[i].pattern, cases[i].path) != cases[i].expected)
            print_error("%s on %s\n", cases[i].pattern, cases[i].path);
        assert_int_equal(matches(cases[i].pattern, cases[i].path), cases[i].expected);
    }
    assert_true(glob_match(span_of("build/"), span_of("x/build"), true));
    assert_true(glob_match(span_of("/x/build/"), span_of("x/build"), true));
    assert_false(glob_match(span_of("/build/"), span_of("x/build"), true));
}

static void refuses_what_it_can_not_read(void **state _unused_) {
    static const char *const bad[] = {"", "/", "a[", "[]", "[!]", "[a-", "[\\", "a\\"};
    static const char *const good[] = {"[]]", "[a-]", "\\[", "**/*", "a/", "[[]", "\xff"};
    static char long_one[GLOB_MAX + 2];
    Error e = {0};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(glob_check(span_of(bad[i]), &e), -EINVAL);
        assert_true(e.text[0] != 0);
    }
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_int_equal(glob_check(span_of(good[i]), NULL), 0);
    for (size_t i = 2; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(matches(bad[i], "a["));
    memset(long_one, 'a', GLOB_MAX + 1);
    assert_int_equal(glob_check(span_of(long_one), NULL), -EINVAL);
    assert_false(matches(long_one, long_one));
}

/* Exponential matchers take ages from about 10 stars; the bound here is generous. */
static void is_never_slow(void **state _unused_) {
    static char path[4001], stars[401], deep[601], pieces[2001];
    int64_t start = clock_monotonic_ns();

    memset(path, 'a', 4000);
    for (int i = 0; i < 200; i++)
        memcpy(stars + 2 * i, "a*", 2);
    stars[399] = 'b';
    assert_false(matches("a*a*a*a*b", path));
    assert_false(matches(stars, path));

    for (int i = 0; i < 1000; i++)
        memcpy(pieces + 2 * i, "a/", 2);
    pieces[1999] = 0;
    for (int i = 0; i < 120; i++)
        memcpy(deep + 5 * i, "**/a/", 5);
    deep[599] = 'b';
    assert_false(matches(deep, pieces));
    deep[599] = 0;
    assert_true(matches(deep + 1, pieces));
    assert_true(clock_monotonic_ns() - start < 5 * CLOCK_NS_PER_S);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_as_gitignore_does),
        cmocka_unit_test(refuses_what_it_can_not_read),
        cmocka_unit_test(is_never_slow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
