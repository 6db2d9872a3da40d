/* The zygote: births, deaths, and that nothing outlives those who started it. */
#include <sys/prctl.h>

#include "rig.h"

/* The first child of a process; 0: none. */
static pid_t child_of(pid_t pid) {
    char path[64], text[64] = "";
    int fd;

    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
        (void)!read(fd, text, sizeof(text) - 1);
    fd_close(fd);
    return (pid_t)atoi(text);
}

static unsigned descriptors_open(void) {
    unsigned n = 0;

    for (int fd = 0; fd < 1024; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

/* Whether it has gone within two seconds; a zombie has. */
static bool gone(pid_t pid) {
    for (int i = 0; i < 200; i++) {
        char path[64], text[256] = "";
        int fd;

        snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            return true;
        (void)!read(fd, text, sizeof(text) - 1);
        close(fd);
        if (strstr(text, ") Z "))
            return true;
        poll(NULL, 0, 10);
    }
    return false;
}

static Zygote *handle(void) {
    Zygote *z = NULL;

    assert_int_equal(zygote_new(&(ZygoteOptions){0}, &z), 0);
    return z;
}

static void test_sandbox_is_tried(void **state) {
    Zygote *z = handle();
    SandboxState s;
    char words[128];

    (void)state;
    assert_int_equal(zygote_sandbox(z, &s), 0);
    sandbox_print(&s, words, sizeof(words));
    print_message("sandbox here: %s\n", words);
    assert_true(s.seccomp && s.no_new_privs);
    zygote_free(z);
}

/* Nothing is started for a scan that wants no worker. */
static void test_nothing_yet(void **state) {
    Zygote *z = handle();
    SandboxState s;

    (void)state;
    assert_int_equal(child_of(getpid()), 0);
    assert_int_equal(zygote_sandbox(z, &s), 0);
    assert_int_not_equal(child_of(getpid()), 0);
    zygote_free(z);
    assert_int_equal(child_of(getpid()), 0);
}

static void test_birth_and_death(void **state) {
    Zygote *z = handle();
    ZygoteDeath death;
    pid_t pid;
    int fd;

    (void)state;
    assert_int_equal(zygote_spawn(z, EXTRACT_FORMAT, &pid, &fd), 0);
    assert_false(zygote_reap(z, pid, false, &death));
    assert_true(death.killed);
    assert_true(gone(pid));
    assert_int_equal(zygote_reap(z, pid, false, &death), -ESRCH);
    assert_int_equal(zygote_reap(z, getpid(), false, &death), -ESRCH); /* and we live */
    close(fd);
    assert_int_equal(zygote_spawn(z, EXTRACT_ANYWHERE, &pid, &fd), -EINVAL);
    assert_int_equal(zygote_spawn(z, EXTRACT_PST, &pid, &fd), -ENOENT);
    zygote_free(z);
}

static void test_no_descriptor_is_left(void **state) {
    unsigned before = descriptors_open();
    Rig r;

    (void)state;
    rig_open(&r, NULL, (HostOptions){.recycle = 2});
    for (int i = 0; i < 9; i++) {
        rig_say(&r, "segv", HOST_E_DIED);
        rig_say(&r, "other segv", 0);
        rig_say(&r, "other say hello", 0);
    }
    rig_close(&r);
    assert_int_equal(descriptors_open(), before);
}

/* Its workers end with it; the next request starts another. */
static void test_zygote_dies(void **state) {
    pid_t first, second;
    Rig r;

    (void)state;
    rig_open(&r, NULL, (HostOptions){0});
    assert_string_equal(rig_say(&r, "say hello", 0), "# section rig\n= hello\n< read\n");
    first = child_of(getpid());
    second = child_of(first);
    assert_true(first > 0 && second > 0);
    kill(first, SIGKILL);
    assert_true(gone(second));
    assert_string_equal(rig_say(&r, "say hello", HOST_E_DIED), "< error(parser-killed:lost)\n");
    assert_string_equal(rig_say(&r, "say hello", 0), "# section rig\n= hello\n< read\n");
    assert_int_not_equal(child_of(getpid()), first);
    rig_close(&r);
}

/* The scanner is killed: nothing that it started lives on. */
static void test_scanner_dies(void **state) {
    pid_t all[3] = {0};
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    all[0] = fork();
    if (all[0] == 0) {
        Zygote *z = NULL;
        int fd;

        if (zygote_new(&(ZygoteOptions){0}, &z) == 0 &&
            zygote_spawn(z, EXTRACT_FORMAT, &all[2], &fd) == 0) {
            all[1] = child_of(getpid());
            (void)!write(ends[1], all, sizeof(all));
        }
        pause();
        _exit(0);
    }
    close(ends[1]);
    {
        pid_t told[3] = {0};

        assert_int_equal(read(ends[0], told, sizeof(told)), sizeof(told));
        assert_true(told[1] > 0 && told[2] > 0);
        kill(all[0], SIGKILL);
        waitpid(all[0], NULL, 0);
        assert_true(gone(told[1]));
        assert_true(gone(told[2]));
    }
    close(ends[0]);
}

/* Nobody's rights are enough, in a process that made itself undumpable as a scanner does. */
static void test_without_rights(void **state) {
    int status;
    pid_t pid;

    (void)state;
    if (geteuid() != 0) {
        print_message("not root: all other tests are this one\n");
        skip();
    }
    pid = fork();
    if (pid == 0) {
        Rig r;

        if (setgid(65534) < 0 || setuid(65534) < 0)
            _exit(2);
        prctl(PR_SET_DUMPABLE, 0);
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        rig_open(&r, NULL, (HostOptions){0});
        rig_say(&r, "other say hello", 0);
        status = strcmp(buf_cstr(&r.recorder.log), "> other\n# section rig\n= hello\n< read\n"
                                                   "# section rig\n= after\n< read\n");
        rig_close(&r);
        _exit(status ? 3 : 0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_yet),           cmocka_unit_test(test_without_rights),
        cmocka_unit_test(test_sandbox_is_tried),      cmocka_unit_test(test_birth_and_death),
        cmocka_unit_test(test_no_descriptor_is_left), cmocka_unit_test(test_zygote_dies),
        cmocka_unit_test(test_scanner_dies),
    };

    rig_role(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
