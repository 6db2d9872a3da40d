/* Folder: which files of a directory are rules, in which order, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "rule/folder.h"
#include "scratch.h"

static void lists_in_order(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    static const char *const expected[] = {"a.yaml", "a/c.yml", "b.yaml", "link.yaml"};
    _cleanup_(arena_done) Arena a = {0};
    const char *const *paths;
    char link[128];
    size_t n;

    scratch_write(&s, "b.yaml", span_of("b"));
    scratch_write(&s, "a/c.yml", span_of("c"));
    scratch_write(&s, "a.yaml", span_of("a"));
    scratch_write(&s, "README", span_of("x"));
    scratch_write(&s, ".yaml", span_of("x"));
    scratch_write(&s, ".hidden/x.yaml", span_of("x"));
    scratch_write(&s, "a/.#c.yaml", span_of("x"));
    snprintf(link, sizeof(link), "%s/link.yaml", s.path);
    assert_int_equal(symlink("b.yaml", link), 0);
    snprintf(link, sizeof(link), "%s/loop", s.path);
    assert_int_equal(symlink(".", link), 0);
    assert_int_equal(folder_list(s.path, &a, NULL, &paths, &n), 0);
    assert_int_equal(n, N_ELEMENTS(expected));
    for (size_t i = 0; i < n; i++)
        assert_string_equal(paths[i] + strlen(s.path) + 1, expected[i]);
}

static void takes_an_empty_directory(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    _cleanup_(arena_done) Arena a = {0};
    const char *const *paths;
    char with_slash[128];
    size_t n = 7;

    assert_int_equal(folder_list(s.path, &a, NULL, &paths, &n), 0);
    assert_int_equal(n, 0);
    scratch_write(&s, "a.yaml", span_of("a"));
    snprintf(with_slash, sizeof(with_slash), "%s/", s.path);
    assert_int_equal(folder_list(with_slash, &a, NULL, &paths, &n), 0);
    assert_int_equal(n, 1);
    assert_string_equal(paths[0] + strlen(s.path), "/a.yaml");
}

static void says_what_it_cannot_read(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    _cleanup_(arena_done) Arena a = {0};
    const char *const *paths;
    char path[128], message[256];
    Error e = {0};
    Span bytes;
    size_t n;

    assert_int_equal(folder_list("/nonexistent/x", &a, &e, &paths, &n), -ENOENT);
    assert_string_equal(e.text, "cannot read rules in '/nonexistent/x': No such file or directory");
    scratch_write(&s, "a.yaml", span_of("a"));
    snprintf(path, sizeof(path), "%s/a.yaml", s.path);
    snprintf(message, sizeof(message), "cannot read rules in '%s': Not a directory", path);
    assert_int_equal(folder_list(path, &a, &e, &paths, &n), -ENOTDIR);
    assert_string_equal(e.text, message);
    snprintf(message, sizeof(message), "cannot read rules in '%s': expected a regular file",
             s.path);
    assert_int_equal(folder_read(s.path, 10, &a, &e, &bytes), -EINVAL);
    assert_string_equal(e.text, message);
    snprintf(path, sizeof(path), "%s/none", s.path);
    assert_int_equal(folder_read(path, 10, &a, &e, &bytes), -ENOENT);
}

static void refuses_what_is_too_deep(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    _cleanup_(arena_done) Arena a = {0};
    const char *const *paths;
    char message[256];
    Error e = {0};
    size_t n;

    scratch_write(&s, "1/2/3/4/5/6/7/8/a.yaml", span_of("a"));
    assert_int_equal(folder_list(s.path, &a, &e, &paths, &n), 0);
    assert_int_equal(n, 1);
    scratch_write(&s, "1/2/3/4/5/6/7/8/9/a.yaml", span_of("a"));
    snprintf(message, sizeof(message),
             "too deep at '%s/1/2/3/4/5/6/7/8/9', expected at most 8 directories", s.path);
    assert_int_equal(folder_list(s.path, &a, &e, &paths, &n), -ELOOP);
    assert_string_equal(e.text, message);
}

static void refuses_too_many(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    _cleanup_(arena_done) Arena a = {0};
    const char *const *paths;
    char name[32];
    Error e = {0};
    size_t n;

    for (int i = 0; i < FOLDER_FILES_MAX; i++) {
        snprintf(name, sizeof(name), "%d.yaml", i);
        scratch_write(&s, name, (Span){0});
    }
    assert_int_equal(folder_list(s.path, &a, &e, &paths, &n), 0);
    assert_int_equal(n, FOLDER_FILES_MAX);
    scratch_write(&s, "more.yaml", (Span){0});
    assert_int_equal(folder_list(s.path, &a, &e, &paths, &n), -E2BIG);
    assert_non_null(strstr(e.text, "expected at most 10000"));
}

static void reads_to_a_limit(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    _cleanup_(arena_done) Arena a = {0};
    char path[128];
    Span bytes;

    scratch_write(&s, "a.yaml", span_of("12345"));
    snprintf(path, sizeof(path), "%s/a.yaml", s.path);
    assert_int_equal(folder_read(path, 5, &a, NULL, &bytes), 0);
    assert_true(span_is(bytes, "12345"));
    assert_int_equal(folder_read(path, 3, &a, NULL, &bytes), 0);
    assert_true(span_is(bytes, "1234"));
    scratch_write(&s, "a.yaml", (Span){0});
    assert_int_equal(folder_read(path, 5, &a, NULL, &bytes), 0);
    assert_int_equal(bytes.n, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_in_order),           cmocka_unit_test(takes_an_empty_directory),
        cmocka_unit_test(says_what_it_cannot_read), cmocka_unit_test(refuses_what_is_too_deep),
        cmocka_unit_test(refuses_too_many),         cmocka_unit_test(reads_to_a_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
