/* The host: what workers say, and what becomes of those that die, stall, burn time or lie. */
#include <poll.h>
#include <pthread.h>

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
    if (rig_relaxed(&r)) {
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
        {"stat", "# section rig\n= ENOENT\n< read\n", false},
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

        if (rig_relaxed(&r) && !cases[i].relaxed) {
            print_message("sanitizer: not tried: %s\n", cases[i].command);
            continue;
        }
        assert_string_equal(rig_say(&r, cases[i].command, dies ? HOST_E_DIED : 0), cases[i].ending);
    }
    rig_close(&r);
}

/* Times of archives are local ones; a library that asks which zone that is must need no file. */
static void test_zone(void **state) {
    Rig r;

    (void)state;
    rig_open(&r, NULL, (HostOptions){0});
    assert_string_equal(rig_say(&r, "zone", 0), "# section rig\n= UTC0 90000\n< read\n");
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

/* What a share drew is told, so that limits hold for the sum of all. */
static void test_share_draws(void **state) {
    const ExtractShare share = {1, 3};
    HostDrawn drawn;
    Receiver to;
    Ending e;
    Rig r;
    int fd = rig_file(span_of("two b say second"));

    (void)state;
    rig_open(&r, NULL, (HostOptions){.limits = {.output = 100, .entries = 7}});
    to = rig_receiver(&r);
    assert_int_equal(host_extract_share(r.host, EXTRACT_FORMAT,
                                        &(HostFile){.fd = fd, .size = 16, .name = span_of("unit")},
                                        share, &to, &e, &drawn),
                     0);
    assert_int_equal(drawn.entries, 2);
    assert_in_range(drawn.output, strlen("first") + strlen("second"), 100);
    assert_true(drawn.other > 0);
    assert_false(host_limited(r.host, 16, &drawn));
    assert_true(host_limited(r.host, 16, &(HostDrawn){.output = 101}));
    assert_true(host_limited(r.host, 16, &(HostDrawn){.entries = 8}));
    assert_true(host_limited(r.host, 16, &(HostDrawn){.other = (16 << 20) + 1}));
    close(fd);
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

/* Text that is read here, with units inside that are read elsewhere. */
static void test_read_here(void **state) {
    Rig r;

    (void)state;
    rig_open(&r, NULL, (HostOptions){.own = rig_here});
    assert_string_equal(rig_read_here(&r, span_of("say hello"), NULL),
                        "# section rig\n= hello\n< read\n");
    assert_string_equal(rig_read_here(&r, span_of("text say hello"), NULL),
                        "> text\n# section rig\n= hello\n< read\n# section rig\n= after\n< read\n");
    assert_string_equal(rig_read_here(&r, span_of("other say hello"), NULL),
                        "> other\n# section rig\n= hello\n< read\n# section rig\n= after\n"
                        "< read\n");
    assert_string_equal(rig_read_here(&r, span_of("text other partial"), NULL),
                        "> text\n> other\n< partial(corrupt)\n# section rig\n= after\n"
                        "< partial(member)\n# section rig\n= after\n< partial(member)\n");
    assert_string_equal(rig_read_here(&r, span_of("two b say second"), NULL),
                        "> one\n# section rig\n= first\n< read\n> b\n# section rig\n= second\n"
                        "< read\n< read\n");
    rig_close(&r);
}

static void test_read_here_deaths(void **state) {
    Rig r;

    (void)state;
    rig_open(&r, NULL, (HostOptions){.own = rig_here});
    assert_string_equal(rig_read_here(&r, span_of("other segv"), NULL),
                        "> other\n# bytes binary\n= @0 segv\n"
                        "< error(parser-killed:SIGSEGV)\n# section rig\n= after\n"
                        "< partial(member)\n");
    assert_string_equal(rig_read_here(&r, span_of("extern say hello"), NULL),
                        "> extern\n# bytes binary\n= @0 say hello\n< unsupported(extern)\n"
                        "# section rig\n= after\n< partial(member)\n");
    rig_close(&r);
}

/* What units elsewhere draw is missing here. */
static void test_read_here_limits(void **state) {
    static const struct {
        ExtractLimits limits;
        const char *command, *log;
    } cases[] = {
        {{.depth = 2},
         "other say hello",
         "> other\n# section rig\n= hello\n< read\n# section rig\n= after\n< read\n"},
        {{.depth = 1},
         "other say hello",
         "> other\n< limit(depth)\n# section rig\n= after\n< partial(member)\n"},
        {{.depth = 2},
         "other other say hello",
         "> other\n> other\n< limit(depth)\n# section rig\n= after\n< partial(member)\n"
         "# section rig\n= after\n< partial(member)\n"},
        {{.entries = 2},
         "two b say second",
         "> one\n# section rig\n= first\n< read\n> b\n# section rig\n= second\n< read\n< read\n"},
        {{.entries = 1},
         "two b say second",
         "> one\n# section rig\n= first\n< read\n< limit(entries)\n"},
        {{.entries = 1}, /* the second is inside the first, in a worker */
         "other other say hello",
         "> other\n< limit(entries)\n< limit(entries)\n"},
    };
    Rig r;

    (void)state;
    rig_open(&r, NULL, (HostOptions){.own = rig_here});
    for (size_t i = 0; i < N_ELEMENTS(cases); i++)
        assert_string_equal(rig_read_here(&r, span_of(cases[i].command), &cases[i].limits),
                            cases[i].log);
    rig_close(&r);
}

/* More than may be held: read as it lies, and said so. */
static void test_hold(void **state) {
    static const struct {
        uint64_t hold;
        const char *log;
    } cases[] = {
        {9, "> other\n# section rig\n= hello\n< read\n# section rig\n= after\n< read\n"},
        {8, "> other\n# bytes binary\n= @0 say hello\n< limit(hold)\n# section rig\n= after\n"
            "< partial(member)\n"},
    };

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        Rig r;

        rig_open(&r, NULL, (HostOptions){.hold = cases[i].hold});
        assert_string_equal(rig_say(&r, "other say hello", 0), cases[i].log);
        /* none is held any more */
        assert_string_equal(rig_say(&r, "other say hello", 0), cases[i].log);
        rig_close(&r);
    }
}

/* A death is taken back, unless more was said than is kept; then what came stays. */
static void test_spool(void **state) {
    Rig r;

    (void)state;
    rig_open(&r, NULL, (HostOptions){.spool = 1 << 20});
    assert_string_equal(rig_say(&r, "other drown 200000", 0),
                        "> other\n# bytes binary\n= @0 drown 200000\n"
                        "< error(parser-killed:SIGABRT)\n# section rig\n= after\n"
                        "< partial(member)\n");
    rig_close(&r);
    rig_open(&r, NULL, (HostOptions){.spool = 1 << 16});
    rig_say(&r, "other drown 200000", 0);
    assert_true(r.recorder.text_bytes >= 1 << 16);
    assert_non_null(strstr(buf_cstr(&r.recorder.log),
                           "# bytes binary\n= @0 drown 200000\n"
                           "< error(parser-killed:SIGABRT)\n# section rig\n= after\n"
                           "< partial(member)\n"));
    rig_close(&r);
}

/* Each hand-over inside another one holds a worker: there is an end to that. */
static void test_places_in_places(void **state) {
    char command[256] = "";
    Rig r;

    (void)state;
    rig_open(&r, NULL, (HostOptions){0});
    for (int i = 0; i < 4; i++)
        strcat(command, "other text ");
    strcat(command, "say deep");
    rig_say(&r, command, 0);
    assert_non_null(strstr(buf_cstr(&r.recorder.log), "> text\n# section rig\n= deep\n< read\n"));
    assert_null(strstr(buf_cstr(&r.recorder.log), "limit"));
    memmove(command + 5, command, strlen(command) + 1);
    memcpy(command, "text ", 5);
    rig_say(&r, command, 0); /* the first one is read where its container is */
    assert_null(strstr(buf_cstr(&r.recorder.log), "limit"));
    strcpy(command, "");
    for (int i = 0; i < 4; i++)
        strcat(command, "other text ");
    strcat(command, "other say deep");
    rig_say(&r, command, 0);
    assert_non_null(strstr(buf_cstr(&r.recorder.log),
                           "> other\n# bytes binary\n= @0 say deep\n< limit(depth)\n"));
    rig_close(&r);
}

/* Limits are joint over all places. */
static void test_limits(void **state) {
    static const struct {
        ExtractLimits limits;
        const char *command, *log;
    } cases[] = {
        {{.depth = 1},
         "other say hello",
         "> other\n< limit(depth)\n# section rig\n= after\n< partial(member)\n"},
        {{.depth = 2},
         "other say hello",
         "> other\n# section rig\n= hello\n< read\n# section rig\n= after\n< read\n"},
        {{.depth = 2},
         "other text say hello",
         "> other\n> text\n< limit(depth)\n# section rig\n= after\n< partial(member)\n"
         "# section rig\n= after\n< partial(member)\n"},
        {{.entries = 1},
         "two b say second",
         "> one\n# section rig\n= first\n< read\n< limit(entries)\n"},
        {{.entries = 2},
         "two b say second",
         "> one\n# section rig\n= first\n< read\n> b\n# section rig\n= second\n< read\n< read\n"},
        {{.entries = 1}, "other text say hello", "> other\n< limit(entries)\n< limit(entries)\n"},
    };
    Rig r;

    (void)state;
    rig_open(&r, NULL, (HostOptions){0});
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        assert_int_equal(rig_extract(&r, span_of(cases[i].command), &cases[i].limits), 0);
        assert_string_equal(buf_cstr(&r.recorder.log), cases[i].log);
    }
    rig_close(&r);
}

/* Text of units elsewhere is of the same budget: one byte decides. */
static void test_output(void **state) {
    static const char command[] = "other flood 160000";
    ExtractLimits limits = {.output =
                                160000 + 5 + 12 + 4096}; /* "after", the handed over, frames */
    Rig r;

    (void)state;
    rig_open(&r, NULL, (HostOptions){0});
    assert_int_equal(rig_extract(&r, span_of(command), &limits), 0);
    assert_null(strstr(buf_cstr(&r.recorder.log), "limit"));
    assert_int_equal(r.recorder.text_bytes, 160005);
    limits.output = 160004;
    assert_int_equal(rig_extract(&r, span_of(command), &limits), 0);
    assert_non_null(strstr(buf_cstr(&r.recorder.log), "\n< limit(output)\n"));
    assert_true(r.recorder.text_bytes <= 160004);
    rig_close(&r);
}

static void test_recycled(void **state) {
    uint32_t pids[5];
    Rig r;

    (void)state;
    rig_open(&r, NULL, (HostOptions){.recycle = 2});
    for (size_t i = 0; i < N_ELEMENTS(pids); i++)
        pids[i] = rig_pid(&r, "pid");
    assert_int_equal(pids[0], pids[1]);
    assert_int_not_equal(pids[1], pids[2]);
    assert_int_equal(pids[2], pids[3]);
    assert_int_not_equal(pids[3], pids[4]);
    rig_close(&r);
}

/* ---- a stream ---- */

typedef struct Spout {
    int fd;
    size_t n;
} Spout;

static void *spout_main(void *of) {
    static const char bytes[] = "whole\nabcdefghi";
    Spout *s = of;

    for (size_t i = 0; i < s->n; i++) {
        if (write(s->fd, bytes, 15) != 15)
            break;
    }
    close(s->fd);
    return NULL;
}

static void test_stream(void **state) {
    enum { TIMES = 20000 };
    pthread_t thread;
    Receiver to;
    Ending e;
    int ends[2];
    Rig r;

    (void)state;
    rig_open(&r, NULL, (HostOptions){0});
    to = rig_receiver(&r);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(pthread_create(&thread, NULL, spout_main, &(Spout){ends[1], TIMES}), 0);
    assert_int_equal(
        host_extract(r.host, EXTRACT_FORMAT,
                     &(HostFile){.fd = ends[0], .size = FEED_SIZE_UNKNOWN, .name = span_of("-")},
                     NULL, &to, &e),
        0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(e.status.kind, STATUS_READ);
    assert_int_equal(e.bytes, 15 * TIMES);
    assert_int_equal(r.recorder.text_bytes, 15 * TIMES);
    close(ends[0]);
    rig_close(&r);
}

/* ---- many hosts at one zygote ---- */

typedef struct Crowd {
    Zygote *zygote;
    unsigned number;
    unsigned right; /* answers as expected */
} Crowd;

enum { CROWD = 6, CROWD_UNITS = 30 };

static void *crowd_main(void *of) {
    static const struct {
        const char *command, *end;
        int expected;
    } cases[] = {
        {"say hello", "= hello\n< read\n", 0},
        {"other say hello", "= after\n< read\n", 0},
        {"segv", "< error(parser-killed:SIGSEGV)\n", HOST_E_DIED},
        {"other abort", "= after\n< partial(member)\n", 0},
        {"text other say hello", "= after\n< read\n", 0},
    };
    Crowd *c = of;
    HostOptions o = {.zygote = c->zygote, .own = rig_own, .recycle = 7, .recycle_narrow = 5};
    Rig r = {.zygote = c->zygote};

    if (host_new(&o, &r.host) < 0)
        return NULL;
    for (unsigned i = 0; i < CROWD_UNITS; i++) {
        size_t k = (i + c->number) % N_ELEMENTS(cases);
        int got = rig_extract(&r, span_of(cases[k].command), NULL);
        const char *log = buf_cstr(&r.recorder.log);
        size_t n = strlen(log), end = strlen(cases[k].end);

        c->right +=
            got == cases[k].expected && n >= end && strcmp(log + n - end, cases[k].end) == 0;
    }
    host_free(r.host);
    buf_done(&r.recorder.log);
    return NULL;
}

static void test_many_threads(void **state) {
    pthread_t threads[CROWD];
    Crowd crowd[CROWD];
    Zygote *z;

    (void)state;
    assert_int_equal(zygote_new(&(ZygoteOptions){.memory = 64 << 20}, &z), 0);
    for (unsigned i = 0; i < CROWD; i++) {
        crowd[i] = (Crowd){.zygote = z, .number = i};
        assert_int_equal(pthread_create(&threads[i], NULL, crowd_main, &crowd[i]), 0);
    }
    for (unsigned i = 0; i < CROWD; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(crowd[i].right, CROWD_UNITS);
    }
    zygote_free(z);
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
        cmocka_unit_test(test_zone),
        cmocka_unit_test(test_handing_over),
        cmocka_unit_test(test_share_draws),
        cmocka_unit_test(test_death_inside),
        cmocka_unit_test(test_helper_absent),
        cmocka_unit_test(test_hold),
        cmocka_unit_test(test_spool),
        cmocka_unit_test(test_places_in_places),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_output),
        cmocka_unit_test(test_recycled),
        cmocka_unit_test(test_stream),
        cmocka_unit_test(test_many_threads),
        cmocka_unit_test(test_read_here),
        cmocka_unit_test(test_read_here_deaths),
        cmocka_unit_test(test_read_here_limits),
    };

    rig_role(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
