/* Helper executables: found, started, shut in, and part of units that others read. */
#include "rig.h"

/* Beside this program, in a folder of its own: no other test finds it by chance. */
static void helpers_open(Rig *r, HostOptions o) {
    char path[512];
    ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - sizeof("extract"));
    ZygoteOptions z = {.helpers = path, .memory = 128 << 20};

    assert_true(n > 0);
    path[n] = 0;
    strcpy(strrchr(path, '/') + 1, "extract");
    rig_open(r, &z, o);
}

static const char *log_of(Rig *r, const char *command) {
    return rig_say(r, command, 0);
}

static void test_outermost(void **state) {
    static const char text[] = "PGDMP hello";
    Ending e;
    Rig r;

    (void)state;
    helpers_open(&r, (HostOptions){0});
    for (int i = 0; i < 3; i++) {
        const Receiver to = rig_receiver(&r);
        int fd = rig_file(span_of(text));

        assert_int_equal(
            host_extract(r.host, EXTRACT_PST,
                         &(HostFile){.fd = fd, .size = strlen(text), .name = span_of("unit")}, NULL,
                         &to, &e),
            0);
        record_leave(&r.recorder, &e);
        assert_string_equal(buf_cstr(&r.recorder.log), "# section rig\n= hello\n< read\n");
        close(fd);
    }
    rig_close(&r);
}

static void test_inside(void **state) {
    Rig r;

    (void)state;
    helpers_open(&r, (HostOptions){0});
    assert_string_equal(log_of(&r, "extern say hello"),
                        "> extern\n# section rig\n= hello\n< read\n# section rig\n= after\n"
                        "< read\n");
    assert_string_equal(log_of(&r, "extern partial"),
                        "> extern\n< partial(corrupt)\n# section rig\n= after\n"
                        "< partial(member)\n");
    rig_close(&r);
}

/* A worker of each place meets units of each other: they come out where they stand. */
static void test_places_in_places(void **state) {
    static const char *const words[] = {"text", "other", "extern"};
    char command[256], expected[1024];
    Rig r;

    (void)state;
    helpers_open(&r, (HostOptions){0});
    for (int i = 0; i < 27; i++) {
        const char *a = words[i / 9], *b = words[i / 3 % 3], *c = words[i % 3];

        snprintf(command, sizeof(command), "%s %s %s say deep", a, b, c);
        snprintf(expected, sizeof(expected),
                 "> %s\n> %s\n> %s\n# section rig\n= deep\n< read\n# section rig\n= after\n< read\n"
                 "# section rig\n= after\n< read\n# section rig\n= after\n< read\n",
                 a, b, c);
        assert_string_equal(log_of(&r, command), expected);
    }
    rig_close(&r);
}

static void test_deaths(void **state) {
    static const struct {
        const char *command, *word;
    } cases[] = {
        {"segv", "SIGSEGV"}, {"abort", "SIGABRT"}, {"exit", "exit"}, {"garbage", "protocol"}};
    char command[64], expected[256];
    Rig r;

    (void)state;
    helpers_open(&r, (HostOptions){0});
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        snprintf(command, sizeof(command), "extern %s", cases[i].command);
        snprintf(expected, sizeof(expected),
                 "> extern\n# bytes binary\n= @0 %s\n< error(parser-killed:%s)\n# section rig\n"
                 "= after\n< partial(member)\n",
                 cases[i].command, cases[i].word);
        assert_string_equal(log_of(&r, command), expected);
    }
    rig_close(&r);
}

static void test_memory(void **state) {
    Rig r;

    (void)state;
    helpers_open(&r, (HostOptions){0});
    if (rig_relaxed(&r)) {
        rig_close(&r);
        print_message("sanitizer: memory is not limited\n");
        skip();
    }
    assert_string_equal(log_of(&r, "extern bomb"),
                        "> extern\n# bytes binary\n= @0 bomb\n< error(parser-killed:memory)\n"
                        "# section rig\n= after\n< partial(member)\n");
    assert_string_equal(log_of(&r, "extern use 64"),
                        "> extern\n# section rig\n= used\n< read\n# section rig\n= after\n"
                        "< read\n");
    assert_string_equal(log_of(&r, "extern use 192"),
                        "> extern\n# bytes binary\n= @0 use 192\n"
                        "< error(parser-killed:memory)\n# section rig\n= after\n"
                        "< partial(member)\n");
    rig_close(&r);
}

/* It may read what its libraries need, nothing of anybody's; it starts nothing. */
static void test_escapes(void **state) {
    static const struct {
        const char *command, *says; /* NULL: it is killed */
        bool relaxed;               /* holds with a sanitizer too */
    } cases[] = {
        {"library", "possible", true}, {"open", "EACCES", true}, {"create", "EACCES", true},
        {"own", "EACCES", true},       {"socket", NULL, true},   {"fork", NULL, true},
        {"exec", NULL, true},          {"kill", NULL, true},     {"ptrace", NULL, true},
        {"code", NULL, false},
    };
    char command[64], expected[256];
    SandboxState s;
    Rig r;

    (void)state;
    helpers_open(&r, (HostOptions){0});
    assert_int_equal(zygote_sandbox(r.zygote, &s), 0);
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        if ((s.relaxed && !cases[i].relaxed) || (!s.landlock && cases[i].says)) {
            print_message("sanitizer, or no Landlock: not tried: %s\n", cases[i].command);
            continue;
        }
        snprintf(command, sizeof(command), "extern %s", cases[i].command);
        snprintf(expected, sizeof(expected),
                 cases[i].says
                     ? "> extern\n# section rig\n= %s\n< read\n# section rig\n= after\n< read\n"
                     : "> extern\n# bytes binary\n= @0 %s\n< error(parser-killed:SIGSYS)\n"
                       "# section rig\n= after\n< partial(member)\n",
                 cases[i].says ? cases[i].says : cases[i].command);
        assert_string_equal(log_of(&r, command), expected);
    }
    rig_close(&r);
}

/* One helper reads many units, and a new one the rest. */
static void test_recycled(void **state) {
    uint32_t pids[5];
    Rig r;

    (void)state;
    helpers_open(&r, (HostOptions){.recycle_narrow = 2});
    for (size_t i = 0; i < N_ELEMENTS(pids); i++)
        pids[i] = rig_pid(&r, "extern pid");
    assert_int_equal(pids[0], pids[1]);
    assert_int_not_equal(pids[1], pids[2]);
    assert_int_equal(pids[2], pids[3]);
    assert_int_not_equal(pids[3], pids[4]);
    rig_close(&r);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_outermost),        cmocka_unit_test(test_inside),
        cmocka_unit_test(test_places_in_places), cmocka_unit_test(test_deaths),
        cmocka_unit_test(test_memory),           cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_recycled),
    };

    rig_role(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
