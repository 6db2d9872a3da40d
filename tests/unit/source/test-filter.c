/* Filter: the words, the defaults, and the complaint about a pattern. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "source/filter.h"

static const char *directory_word(const Filter *f, const char *path) {
    const char *slash = strrchr(path, '/');

    return filter_directory(f, span_of(path), span_of(slash ? slash + 1 : path));
}

static void knows_the_default_directories(void **state _unused_) {
    Filter none = {0}, all = {.no_default_excludes = true};

    assert_string_equal(directory_word(&none, "a/.snapshots"), "snapshot");
    assert_string_equal(directory_word(&none, ".zfs"), "snapshot");
    assert_string_equal(directory_word(&none, "$RECYCLE.BIN"), "recycle");
    assert_string_equal(directory_word(&none, ".Trash-0"), "recycle");
    assert_string_equal(directory_word(&none, "System Volume Information"), "metadata");
    assert_null(directory_word(&none, ".snapshot2"));
    assert_null(directory_word(&none, ".Tras"));
    assert_null(directory_word(&none, "snapshot"));
    assert_null(directory_word(&all, ".snapshot"));
    assert_null(filter_file(&none, span_of(".snapshot")));
}

static void includes_what_is_beneath(void **state _unused_) {
    const char *const include[] = {"hr/", "/a/*"};
    Filter f = {.include = include, .n_include = 2};

    assert_null(filter_file(&f, span_of("hr/f.txt")));
    assert_null(filter_file(&f, span_of("x/hr/y/f.txt")));
    assert_null(filter_file(&f, span_of("a/b/c.txt")));
    assert_string_equal(filter_file(&f, span_of("hr")), "include"); /* a file of that name */
    assert_string_equal(filter_file(&f, span_of("x/hr.txt")), "include");
    assert_string_equal(filter_file(&f, span_of("b/a/c.txt")), "include");
}

static void puts_exclude_before_include(void **state _unused_) {
    const char *const include[] = {"docs/**", "*.csv"}, *const exclude[] = {"secret*", "tmp/"};
    Filter f = {.include = include, .n_include = 2, .exclude = exclude, .n_exclude = 2};

    assert_null(filter_file(&f, span_of("docs/a/b.txt")));
    assert_null(filter_file(&f, span_of("x/y.csv")));
    assert_string_equal(filter_file(&f, span_of("x/y.txt")), "include");
    assert_string_equal(filter_file(&f, span_of("docs/secret.txt")), "exclude");
    assert_string_equal(filter_file(&f, span_of("tmp")), "include");
    assert_string_equal(directory_word(&f, "x/tmp"), "exclude");
    assert_null(directory_word(&f, "x"));
}

static void names_the_pattern_that_is_wrong(void **state _unused_) {
    const char *const good[] = {"a"}, *const bad[] = {"a", "b["};
    Filter f = {.include = good, .n_include = 1, .exclude = bad, .n_exclude = 2};
    Error e = {0};

    assert_int_equal(filter_check(&f, &e), -EINVAL);
    assert_non_null(strstr(e.text, "exclude, pattern 2: "));
    f.n_exclude = 1;
    assert_int_equal(filter_check(&f, &e), 0);
}

static void knows_its_own_by_device_too(void **state _unused_) {
    const FileId own[] = {{1, 10}, {2, 20}};
    Filter f = {.own = own, .n_own = 2};

    assert_true(filter_own_inode(&f, 20));
    assert_false(filter_own_inode(&f, 30));
    assert_true(filter_own(&f, (FileId){2, 20}));
    assert_false(filter_own(&f, (FileId){1, 20}));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_the_default_directories),
        cmocka_unit_test(puts_exclude_before_include),
        cmocka_unit_test(includes_what_is_beneath),
        cmocka_unit_test(names_the_pattern_that_is_wrong),
        cmocka_unit_test(knows_its_own_by_device_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
