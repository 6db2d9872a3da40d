/* File: replacement is whole or not at all; what is not private is refused, with the remedy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/file.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* Each test runs in a new directory of its own, 0700. */
static int enter(void **state) {
    char *path = strdup("/tmp/terrier-test-file-XXXXXX");

    if (!path || !mkdtemp(path) || chdir(path) < 0)
        return -1;
    *state = path;
    umask(022);
    return 0;
}

static int leave(void **state) {
    _cleanup_(free_p) char *command = NULL;
    int r = asprintf(&command, "rm -rf '%s'", (char *)*state) < 0 ? -1 : system(command);

    free(*state);
    return r;
}

static void assert_content(const char *path, const char *expected) {
    _cleanup_(buf_done) Buf b = {0};
    Error e = {0};

    if (file_read(path, 1024, &e, &b) < 0)
        fail_msg("%s", e.text);
    assert_string_equal(buf_cstr(&b), expected);
}

static unsigned n_entries(void) {
    _cleanup_(closedirp) DIR *d = opendir(".");
    unsigned n = 0;

    assert_non_null(d);
    while (readdir(d))
        n++;
    return n - 2;
}

static mode_t mode_of(const char *path) {
    struct stat st;

    assert_int_equal(lstat(path, &st), 0);
    return st.st_mode & 07777;
}

static void replaces_whole_files(void **state _unused_) {
    Error e = {0};

    assert_int_equal(file_replace("f", span_of("one"), 0644, &e), 0);
    assert_content("f", "one");
    assert_int_equal(mode_of("f"), 0644);
    assert_int_equal(file_replace("f", span_of("two, longer"), 0600, &e), 0);
    assert_content("f", "two, longer");
    assert_int_equal(mode_of("f"), 0600);
    assert_int_equal(n_entries(), 1);
}

static void leaves_the_old_file_when_dropped(void **state _unused_) {
    Error e = {0};

    assert_int_equal(file_replace("f", span_of("old"), 0600, &e), 0);
    {
        _cleanup_(file_draft_done) FileDraft d = FILE_DRAFT_NONE;

        assert_int_equal(file_draft_open("f", 0600, &e, &d), 0);
        assert_int_equal(file_write(d.fd, span_of("half of the n")), 0);
        assert_int_equal(n_entries(), 2);
        assert_content("f", "old");
    }
    assert_content("f", "old");
    assert_int_equal(n_entries(), 1);
}

static void keeps_what_is_there_when_new_is_asked(void **state _unused_) {
    _cleanup_(file_draft_done) FileDraft d = FILE_DRAFT_NONE;
    Error e = {0};

    assert_int_equal(file_draft_open("f", 0400, &e, &d), 0);
    assert_int_equal(file_write(d.fd, span_of("first")), 0);
    assert_int_equal(file_draft_commit_new(&d, &e), 0);
    assert_int_equal(mode_of("f"), 0400);
    assert_int_equal(file_draft_open("f", 0400, &e, &d), 0);
    assert_int_equal(file_draft_commit_new(&d, &e), -EEXIST);
    assert_content("f", "first");
    assert_int_equal(n_entries(), 1);
}

static void replaces_a_link_not_its_target(void **state _unused_) {
    Error e = {0};
    struct stat st;

    assert_int_equal(file_replace("target", span_of("target"), 0600, &e), 0);
    assert_int_equal(symlink("target", "link"), 0);
    assert_int_equal(file_replace("link", span_of("new"), 0600, &e), 0);
    assert_content("target", "target");
    assert_int_equal(lstat("link", &st), 0);
    assert_true(S_ISREG(st.st_mode));
}

static void names_what_it_cannot_write(void **state _unused_) {
    Error e = {0};

    assert_int_equal(file_replace("none/f", span_of("x"), 0600, &e), -ENOENT);
    assert_string_equal(e.text, "cannot write 'none/f': No such file or directory");
    assert_int_equal(file_replace("dir/", span_of("x"), 0600, &e), -EISDIR);
    assert_int_equal(file_replace("..", span_of("x"), 0600, &e), -EISDIR);
    assert_int_equal(file_replace("", span_of("x"), 0600, &e), -EISDIR);
}

static void a_full_disk_costs_only_the_new_file(void **state _unused_) {
    struct rlimit before, small;
    Error e = {0};

    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(file_replace("f", span_of("old"), 0600, &e), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = (struct rlimit){.rlim_cur = 4, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_equal(file_replace("f", span_of("more than four"), 0600, &e), -EFBIG);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_string_equal(e.text, "cannot write 'f': File too large");
    assert_content("f", "old");
    assert_int_equal(n_entries(), 1);
}

static void reads_only_small_regular_files(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};
    Error e = {0};

    assert_int_equal(file_replace("f", span_of("12345"), 0600, &e), 0);
    buf_text(&b, "kept");
    assert_int_equal(file_read("f", 4, &e, &b), -EFBIG);
    assert_int_equal(b.n, 4);
    assert_int_equal(file_read("f", 5, &e, &b), 0);
    assert_string_equal(buf_cstr(&b), "kept12345");
    assert_int_equal(symlink("f", "link"), 0);
    assert_int_equal(file_read("link", 5, &e, &b), -ELOOP);
    assert_int_equal(mkfifo("fifo", 0600), 0);
    assert_int_equal(file_read("fifo", 5, &e, &b), -EINVAL);
    assert_int_equal(file_read("none", 5, &e, &b), -ENOENT);
    assert_int_equal(file_read(".", 5, &e, &b), -EINVAL);
}

static void makes_private_directories(void **state _unused_) {
    Error e = {0};

    assert_int_equal(directory_make_private("a/b/c", &e), 0);
    assert_int_equal(mode_of("a"), 0700);
    assert_int_equal(mode_of("a/b/c"), 0700);
    assert_int_equal(directory_make_private("a/b/c", &e), 0);
    assert_int_equal(chmod("a/b", 0755), 0);
    assert_int_equal(directory_make_private("a/b", &e), 0);
}

static void refuses_directories_of_others(void **state _unused_) {
    Error e = {0};

    assert_int_equal(mkdir("d", 0700), 0);
    assert_int_equal(chmod("d", 0770), 0);
    assert_int_equal(directory_check_private("d", &e), -EPERM);
    assert_non_null(strstr(e.text, "chmod go-w"));
    assert_int_equal(chmod("d", 01777), 0);
    assert_int_equal(directory_make_private("d", &e), -EPERM);
    assert_int_equal(chmod("d", 0700), 0);
    assert_int_equal(symlink("d", "link"), 0);
    assert_int_equal(directory_check_private("link", &e), -ELOOP);
    assert_int_equal(file_replace("f", span_of("x"), 0600, &e), 0);
    assert_int_equal(directory_check_private("f", &e), -ENOTDIR);
    assert_int_equal(directory_check_private("none", &e), -ENOENT);
    if (geteuid() != 0)
        return;
    assert_int_equal(chown("d", 12345, (gid_t)-1), 0);
    assert_int_equal(directory_check_private("d", &e), -EPERM);
    assert_non_null(strstr(e.text, "12345"));
}

static void refuses_files_of_others(void **state _unused_) {
    _cleanup_(fd_closep) int fd = -1;
    Error e = {0};

    assert_int_equal(file_replace("f", span_of("x"), 0644, &e), 0);
    fd = open("f", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(file_check_private(fd, "f", 0400, &e), -EPERM);
    assert_string_equal(e.text, "'f' has mode 0644; chmod 0400 it");
    assert_int_equal(chmod("f", 0600), 0);
    assert_int_equal(file_check_private(fd, "f", 0400, &e), -EPERM);
    assert_int_equal(file_check_private(fd, "f", 0600, &e), 0);
    assert_int_equal(chmod("f", 0400), 0);
    assert_int_equal(file_check_private(fd, "f", 0600, &e), 0);
    if (geteuid() != 0)
        return;
    assert_int_equal(fchown(fd, 12345, (gid_t)-1), 0);
    assert_int_equal(file_check_private(fd, "f", 0600, &e), -EPERM);
    assert_non_null(strstr(e.text, "12345"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(replaces_whole_files),
        TEST(leaves_the_old_file_when_dropped),
        TEST(keeps_what_is_there_when_new_is_asked),
        TEST(replaces_a_link_not_its_target),
        TEST(names_what_it_cannot_write),
        TEST(a_full_disk_costs_only_the_new_file),
        TEST(reads_only_small_regular_files),
        TEST(makes_private_directories),
        TEST(refuses_directories_of_others),
        TEST(refuses_files_of_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
