/* The host: what workers say, and what becomes of those that die, stall, burn time or lie. */
#include <poll.h>

#include "rig.h"

#include "base/clock.h"

static void test_text_comes_through(void **state) {
    Rig r;

    (void)state;
    rig_open(&r, NULL, (HostOptions){0});
    assert_string_equal(rig_say(&r, "say hello", 0), "# section rig\n= hello\n< read\n");
    assert_string_equal(rig_say(&r, "say again", 0), "# section rig\n= again\n< read\n");
    rig_close(&r);
}

static void test_units_inside(void **state) {
    Rig r;

    (void)state;
    rig_open(&r, NULL, (HostOptions){0});
    assert_string_equal(rig_say(&r, "text say hello", 0),
                        "> text\n# section rig\n= hello\n< read\n# section rig\n= after\n< read\n");
    assert_string_equal(rig_say(&r, "text partial", 0),
                        "> text\n< partial(corrupt)\n# section rig\n= after\n< partial(member)\n");
    rig_close(&r);
}

static void test_deaths(void **state) {
    static const struct {
        const char *command, *ending;
    } cases[] = {
        {"segv", "< error(parser-killed:SIGSEGV)\n"},
        {"abort", "< error(parser-killed:SIGABRT)\n"},
        {"exit", "< error(parser-killed:exit)\n"},
        {"garbage", "< error(parser-killed:protocol)\n"},
        {"close", "< error(parser-killed:exit)\n"},
    };
    Rig r;

    (void)state;
    rig_open(&r, NULL, (HostOptions){0});
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        assert_string_equal(rig_say(&r, cases[i].command, HOST_E_DIED), cases[i].ending);
        assert_string_equal(rig_say(&r, "say hello", 0), "# section rig\n= hello\n< read\n");
    }
    rig_close(&r);
}

static void test_watch(void **state) {
    Rig r;

    (void)state;
    rig_open(&r, NULL, (HostOptions){.stall_ns = CLOCK_NS_PER_S / 4});
    assert_string_equal(rig_say(&r, "sleep", HOST_E_DIED), "< error(parser-killed:stalled)\n");
    assert_string_equal(rig_say(&r, "say hello", 0), "# section rig\n= hello\n< read\n");
    rig_close(&r);
    rig_open(&r, NULL, (HostOptions){.cpu_ns = CLOCK_NS_PER_S / 5});
    assert_string_equal(rig_say(&r, "spin", HOST_E_DIED), "< error(parser-killed:cpu)\n");
    assert_string_equal(rig_say(&r, "say hello", 0), "# section rig\n= hello\n< read\n");
    rig_close(&r);
}

/* Frames without end count as output, whatever is in them. */
static void test_chatter(void **state) {
    const ExtractLimits limits = {.output = 4 << 20};
    Rig r;

    (void)state;
    rig_open(&r, NULL, (HostOptions){0});
    assert_int_equal(rig_extract(&r, span_of("chatter"), &limits), 0);
    assert_non_null(strstr(buf_cstr(&r.recorder.log), "\n< limit(output)\n"));
    rig_close(&r);
}

static void test_memory(void **state) {
    Rig r;

    (void)state;
    rig_open(&r, NULL, (HostOptions){0});
    if (zygote_sandbox(r.zygote).relaxed) {
        rig_close(&r);
        print_message("sanitizer: memory is not limited\n");
        skip();
    }
    assert_string_equal(rig_say(&r, "bomb", HOST_E_DIED), "< error(parser-killed:memory)\n");
    assert_string_equal(rig_say(&r, "say hello", 0), "# section rig\n= hello\n< read\n");
    rig_close(&r);
}

static void test_escapes(void **state) {
    static const struct {
        const char *command, *ending;
        bool relaxed; /* holds with a sanitizer too */
    } cases[] = {
        {"open", "# section rig\n= ENOENT\n< read\n", false},
        {"create", "# section rig\n= ENOENT\n< read\n", false},
        {"socket", "< error(parser-killed:SIGSYS)\n", true},
        {"fork", "< error(parser-killed:SIGSYS)\n", true},
        {"exec", "< error(parser-killed:SIGSYS)\n", true},
        {"kill", "< error(parser-killed:SIGSYS)\n", true},
        {"ptrace", "< error(parser-killed:SIGSYS)\n", true},
        {"code", "< error(parser-killed:SIGSYS)\n", false},
    };
    Rig r;

    (void)state;
    rig_open(&r, NULL, (HostOptions){0});
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        bool dies = cases[i].ending[0] == '<';

        if (zygote_sandbox(r.zygote).relaxed && !cases[i].relaxed) {
            print_message("sanitizer: not tried: %s\n", cases[i].command);
            continue;
        }
        assert_string_equal(rig_say(&r, cases[i].command, dies ? HOST_E_DIED : 0), cases[i].ending);
    }
    rig_close(&r);
}

static void test_handing_over(void **state) {
    Rig r;

    (void)state;
    rig_open(&r, NULL, (HostOptions){0});
    assert_string_equal(rig_say(&r, "other say hello", 0),
                        "> other\n# section rig\n= hello\n< read\n# section rig\n= after\n"
                        "< read\n");
    assert_string_equal(rig_say(&r, "other partial", 0),
                        "> other\n< partial(corrupt)\n# section rig\n= after\n"
                        "< partial(member)\n");
    assert_string_equal(rig_say(&r, "two b say second", 0),
                        "> one\n# section rig\n= first\n< read\n> b\n# section rig\n= second\n"
                        "< read\n< read\n");
    rig_close(&r);
}

/* A unit inside kills its worker twice: it alone is lost, and is read as it lies. */
static void test_death_inside(void **state) {
    Rig r;

    (void)state;
    rig_open(&r, NULL, (HostOptions){0});
    assert_string_equal(rig_say(&r, "other segv", 0),
                        "> other\n# bytes binary\n= @0 segv\n"
                        "< error(parser-killed:SIGSEGV)\n# section rig\n= after\n"
                        "< partial(member)\n");
    rig_close(&r);
}

static void test_helper_absent(void **state) {
    Rig r;

    (void)state;
    rig_open(&r, NULL, (HostOptions){0});
    assert_string_equal(rig_say(&r, "extern say hello", 0),
                        "> extern\n# bytes binary\n= @0 say hello\n< unsupported(extern)\n"
                        "# section rig\n= after\n< partial(member)\n");
    rig_close(&r);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_comes_through),
        cmocka_unit_test(test_units_inside),
        cmocka_unit_test(test_deaths),
        cmocka_unit_test(test_watch),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_chatter),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_handing_over),
        cmocka_unit_test(test_death_inside),
        cmocka_unit_test(test_helper_absent),
    };

    rig_role(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
