/* Root: the facts of a directory, a file and a view of the kernel. */
#include "scratch.h"

#include "source/root.h"

static void describes_a_directory(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    _cleanup_(root_done) Root r = {0}, again = {0}, file = {0};
    char path[128];
    struct stat st;

    scratch_init(&s);
    make_file(s.fd, "file", "x");
    assert_int_equal(symlinkat(".", s.fd, "link"), 0);
    assert_int_equal(fstat(s.fd, &st), 0);
    assert_int_equal(root_describe(s.path, NULL, &r), 0);
    assert_string_equal(r.path, s.path);
    assert_true(r.dev == st.st_dev && r.ino == st.st_ino);
    assert_true(r.type[0] != 0 && r.magic != 0);
    assert_true(strncmp(r.options, "rw", 2) == 0);
    assert_true(r.directory && r.atime_kept && !r.read_only && !r.pseudo);
    assert_non_null(r.identity);

    snprintf(path, sizeof(path), "%s/link", s.path);
    assert_int_equal(root_describe(path, NULL, &again), 0);
    assert_string_equal(again.path, r.path);
    snprintf(path, sizeof(path), "%s/file", s.path);
    assert_int_equal(root_describe(path, NULL, &file), 0);
    assert_false(file.directory);
    assert_true(file.atime_kept);
}

static void knows_a_view_of_the_kernel(void **state _unused_) {
    _cleanup_(root_done) Root r = {0};

    assert_int_equal(root_describe("/proc/self", NULL, &r), 0);
    assert_true(r.pseudo);
    assert_string_equal(r.type, "proc");
    assert_string_equal(r.identity, "");
}

static void says_what_it_could_not_find(void **state _unused_) {
    Root r;
    Error e = {0};

    assert_int_equal(root_describe("/tmp/terrier-is-not-here", &e, &r), -ENOENT);
    assert_non_null(strstr(e.text, "cannot look up the root"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(describes_a_directory),
        cmocka_unit_test(knows_a_view_of_the_kernel),
        cmocka_unit_test(says_what_it_could_not_find),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
