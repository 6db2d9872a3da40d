/* Beneath: the ways out of a directory that are closed, and the facts that are told. */
#include "scratch.h"

#include "source/beneath.h"

static void opens_one_component_only(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    bool kept = false;
    int sub, fd;

    scratch_init(&s);
    make_file(s.fd, "file", "x");
    sub = make_dir(s.fd, "sub");
    assert_int_equal(symlinkat("../file", sub, "up"), 0);
    assert_int_equal(symlinkat("/etc", sub, "etc"), 0);
    assert_int_equal(beneath_open(sub, "../file", O_RDONLY, BENEATH_RESOLVE, NULL), -EXDEV);
    assert_int_equal(beneath_open(sub, "/etc/passwd", O_RDONLY, BENEATH_RESOLVE, NULL), -EXDEV);
    assert_int_equal(beneath_open(sub, "up", O_RDONLY, BENEATH_RESOLVE, NULL), -ELOOP);
    assert_int_equal(beneath_open(sub, "etc/passwd", O_RDONLY, BENEATH_RESOLVE, NULL), -ELOOP);
    assert_int_equal(beneath_open(s.fd, "file", O_RDONLY | O_DIRECTORY, BENEATH_RESOLVE, NULL),
                     -ENOTDIR);
    fd = beneath_open(s.fd, "file", O_RDONLY, BENEATH_RESOLVE, &kept);
    assert_true(fd >= 0 && kept);
    assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
    assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
    close(fd);
    close(sub);
}

static void keeps_no_access_time_of_others(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    bool kept = true;
    int fd;

    if (geteuid() != 0) {
        print_message("skipped: needs a file of somebody else\n");
        skip();
    }
    scratch_init(&s);
    make_file(s.fd, "file", "x");
    assert_int_equal(fchmod(s.fd, 0755), 0);
    assert_int_equal(seteuid(65534), 0);
    fd = beneath_open(s.fd, "file", O_RDONLY, BENEATH_RESOLVE, &kept);
    assert_int_equal(seteuid(0), 0);
    assert_true(fd >= 0);
    assert_false(kept);
    close(fd);
}

static void tells_the_facts(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    FileMeta by_name, by_fd, link, proc;
    int fd;

    scratch_init(&s);
    make_file(s.fd, "file", "four");
    assert_int_equal(symlinkat("file", s.fd, "link"), 0);
    fd = openat(s.fd, "file", O_RDONLY | O_CLOEXEC);
    assert_int_equal(meta_of(fd, &by_fd), 0);
    assert_int_equal(meta_at(s.fd, "file", &by_name), 0);
    assert_memory_equal(&by_fd, &by_name, sizeof(by_fd));
    assert_int_equal(by_fd.size, 4);
    assert_int_equal(meta_at(s.fd, "link", &link), 0);
    assert_int_equal(meta_special(link.mode).kind, STATUS_LINK);
    assert_int_equal(meta_at(s.fd, "gone", &link), -ENOENT);
    assert_int_equal(meta_cached(AT_FDCWD, "/proc", &proc), 0);
    assert_true(meta_crosses(&by_fd, &proc));
    assert_false(meta_crosses(&by_fd, &link));
    close(fd);
}

static void names_each_kind(void **state _unused_) {
    assert_string_equal(meta_special(S_IFIFO | 0600).reason, "fifo");
    assert_string_equal(meta_special(S_IFSOCK).reason, "socket");
    assert_string_equal(meta_special(S_IFBLK).reason, "block");
    assert_string_equal(meta_special(S_IFCHR).reason, "char");
    assert_string_equal(meta_special(S_IFDIR).reason, "directory");
    assert_string_equal(meta_special(0).reason, "unknown");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_one_component_only),
        cmocka_unit_test(keeps_no_access_time_of_others),
        cmocka_unit_test(tells_the_facts),
        cmocka_unit_test(names_each_kind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
