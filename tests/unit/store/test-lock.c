/* Lock: held by the kernel, told of by the file, refused where somebody else could play with it. */
#include "fixture.h"

#include "base/file.h"
#include "store/lock.h"

static int take(Fixture *f, Error *e, int *fd) {
    return lock_take(f->path, e, fd);
}

static void lock_path(const Fixture *f, char ret[128]) {
    snprintf(ret, 128, "%s.lock", f->path);
}

static void is_held_until_closed(void **state) {
    Fixture *f = *state;
    int fd = -1, other = -1;
    Error e = {0};

    f->store = store_close(f->store);
    assert_int_equal(take(f, &e, &fd), 0);
    assert_int_equal(take(f, &e, &other), -EBUSY);
    assert_int_equal(other, -1);
    fd = fd_close(fd);
    assert_int_equal(take(f, &e, &other), 0);
    fd_close(other);
}

/* The file says what it likes; the message repeats only what a pid and a date are made of. */
static void repeats_nothing_strange(void **state) {
    Fixture *f = *state;
    char path[128];
    int fd = -1, other;
    Error e = {0};

    f->store = store_close(f->store);
    assert_int_equal(take(f, &e, &fd), 0);
    lock_path(f, path);
    assert_int_equal(ftruncate(fd, 0), 0);
    assert_int_equal(take(f, &e, &other), -EBUSY);
    assert_non_null(strstr(e.text, "in use by another scan"));
    assert_int_equal(pwrite(fd, "12 \x1b[2J evil", 12, 0), 12);
    assert_int_equal(take(f, &e, &other), -EBUSY);
    assert_null(strchr(e.text, '\x1b'));
    assert_null(strstr(e.text, "evil"));
    fd_close(fd);
}

static void refuses_a_foreign_file(void **state) {
    Fixture *f = *state;
    char path[128];
    int fd;
    Error e = {0};

    f->store = store_close(f->store);
    lock_path(f, path);
    assert_int_equal(chmod(path, 0666), 0);
    assert_int_equal(take(f, &e, &fd), -EPERM);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("elsewhere", path), 0);
    assert_int_equal(take(f, &e, &fd), -ELOOP);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(take(f, &e, &fd), -EINVAL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(is_held_until_closed),
        TEST(repeats_nothing_strange),
        TEST(refuses_a_foreign_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
