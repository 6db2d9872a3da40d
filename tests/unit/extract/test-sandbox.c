/* Sandbox, sealed: reads what it could, changes nothing, not even what is its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/file.h"
#include "extract/sandbox.h"

typedef struct Fixture {
    char directory[64], path[96], other[96];
} Fixture;

static int setup(void **state) {
    Fixture *f = calloc(1, sizeof(*f));

    snprintf(f->directory, sizeof(f->directory), "/tmp/terrier-seal-XXXXXX");
    if (!mkdtemp(f->directory))
        return -1;
    snprintf(f->path, sizeof(f->path), "%s/a", f->directory);
    snprintf(f->other, sizeof(f->other), "%s/b", f->directory);
    *state = f;
    return file_replace(f->path, span_of("text"), 0600, NULL);
}

static int teardown(void **state) {
    Fixture *f = *state;

    unlink(f->path);
    unlink(f->other);
    rmdir(f->directory);
    free(f);
    return 0;
}

/* Which of the attempts went through that should not have, by number; 0: none. */
static int attempts(const Fixture *f, const SandboxState *s) {
    struct timespec now[2] = {{.tv_nsec = UTIME_NOW}, {.tv_nsec = UTIME_NOW}};
    int fd = open(f->path, O_RDONLY | O_CLOEXEC), out;
    char bytes[8];

    if (fd < 0 || read(fd, bytes, sizeof(bytes)) != 4)
        return 1;
    if (s->seccomp && (chmod(f->path, 0644) == 0 || fchmod(fd, 0644) == 0))
        return 2;
    if (s->seccomp && (futimens(fd, now) == 0 || utimensat(AT_FDCWD, f->path, now, 0) == 0))
        return 3;
    if (s->seccomp && (chown(f->path, geteuid(), getegid()) == 0))
        return 4;
    if (unlink(f->path) == 0 || rename(f->path, f->other) == 0)
        return 5;
    if (s->landlock && open(f->path, O_WRONLY | O_CLOEXEC) >= 0)
        return 6;
    if (s->landlock && open(f->other, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0)
        return 7;
    if (s->landlock && (mkdir(f->other, 0700) == 0 || symlink("x", f->other) == 0))
        return 8;
    out = open("/dev/null", O_WRONLY | O_CLOEXEC);
    return out < 0 ? 9 : 0;
}

/* In a child, since there is no way back. 100 and more: it could not be sealed. */
static int in_child(const Fixture *f) {
    SandboxState s;
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || sandbox_seal(&s) < 0)
            _exit(100);
        if (!s.seccomp && !s.landlock)
            _exit(101);
        _exit(attempts(f, &s));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void changes_nothing(void **state) {
    const Fixture *f = *state;
    struct stat before, after;
    int r;

    assert_int_equal(stat(f->path, &before), 0);
    r = in_child(f);
    if (r == 101) {
        print_message("skipped: the kernel has neither Landlock nor seccomp\n");
        skip();
    }
    assert_int_equal(r, 0);
    assert_int_equal(stat(f->path, &after), 0);
    assert_int_equal(after.st_mode, before.st_mode);
    assert_int_equal(after.st_ctim.tv_nsec, before.st_ctim.tv_nsec);
    assert_int_equal(stat(f->other, &after), -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(changes_nothing, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
