/* List: names in any order and shape, in order of the list. */
#include "scratch.h"

#include "source/list.h"

/* A pipe that holds the text. */
static int pipe_of(const void *text, size_t n) {
    int ends[2];

    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(write(ends[1], text, n), n);
    close(ends[1]);
    return ends[0];
}

static int read_list(const void *text, size_t n, char separator, Recorder *r) {
    _cleanup_(fd_closep) int fd = pipe_of(text, n);
    ListOptions o = {.separator = separator};
    Sink sink = recorder_sink(r);

    return list_read(fd, &o, &sink, NULL);
}

static void sorts_files_from_the_rest(void **state _unused_) {
    _cleanup_(recorder_done) Recorder r = {.open_files = true};
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    _cleanup_(buf_done) Buf list = {0};
    char line[256];
    size_t at = 0;

    scratch_init(&s);
    make_file(s.fd, "a b", "content");
    close(make_dir(s.fd, "dir"));
    assert_int_equal(symlinkat("a b", s.fd, "link"), 0);
    assert_int_equal(mkfifoat(s.fd, "fifo", 0600), 0);

    static const struct {
        const char *name, *status;
    } cases[] = {
        {"a b", "file"},           {"dir", "special(directory)"}, {"link", "link"},
        {"fifo", "special(fifo)"}, {"gone", "vanished"},          {"a b/c", "error(ENOTDIR)"},
        {"dir/../a b", "file"},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++)
        buf_printf(&list, "%s/%s\n%s", s.path, cases[i].name, i % 2 ? "\n" : "");
    list.n--; /* the last line is not ended */
    assert_int_equal(read_list(list.at, list.n, '\n', &r), 0);
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        snprintf(line, sizeof(line), "%s/%s = %s", s.path, cases[i].name, cases[i].status);
        assert_int_equal(recorder_count(&r, line), 1);
        at++;
    }
    assert_int_equal(r.files + r.objects, at);
    assert_string_equal(buf_cstr(&r.content), "contentcontent");
}

static void takes_names_with_newlines_by_nul(void **state _unused_) {
    _cleanup_(recorder_done) Recorder r = {.open_files = true};
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    char list[256];
    int n;

    scratch_init(&s);
    make_file(s.fd, "a\nb", "1");
    make_file(s.fd, "c", "2");
    n = snprintf(list, sizeof(list), "%s/a\nb%c%s/c%c", s.path, 0, s.path, 0);
    assert_int_equal(read_list(list, (size_t)n, 0, &r), 0);
    assert_int_equal(r.files, 2);
    assert_string_equal(buf_cstr(&r.content), "12");
}

static void bounds_the_length_of_a_name(void **state _unused_) {
    _cleanup_(recorder_done) Recorder r = {.count_only = true};
    static char list[40000];

    memset(list, 'x', sizeof(list));
    list[20000] = '\n';
    assert_int_equal(read_list(list, sizeof(list), '\n', &r), 0);
    assert_int_equal(r.objects, 2);
    assert_int_equal(r.files, 0);
}

static void follows_no_magic_link(void **state _unused_) {
    static const char list[] = "/proc/self/root/etc/passwd\n/proc/self/fd/0\n/proc/version\na\0b\n";
    _cleanup_(recorder_done) Recorder r = {.open_files = true};

    assert_int_equal(read_list(list, sizeof(list) - 1, '\n', &r), 0);
    assert_int_equal(recorder_count(&r, "/proc/self/root/etc/passwd = error(ELOOP)"), 1);
    assert_int_equal(recorder_count(&r, "/proc/self/fd/0 = link"), 1);
    assert_int_equal(recorder_count(&r, "/proc/version = other-filesystem(pseudo)"), 1);
    assert_int_equal(r.objects, 4);
    assert_int_equal(r.files, 0);
}

static void says_what_is_wrong_with_its_descriptor(void **state _unused_) {
    _cleanup_(recorder_done) Recorder r = {0};
    Sink sink = recorder_sink(&r);
    Error e = {0};

    assert_int_equal(list_read(-1, &(ListOptions){.separator = '\n'}, &sink, &e), -EBADF);
    assert_non_null(strstr(e.text, "cannot read the list of files"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorts_files_from_the_rest),
        cmocka_unit_test(takes_names_with_newlines_by_nul),
        cmocka_unit_test(bounds_the_length_of_a_name),
        cmocka_unit_test(follows_no_magic_link),
        cmocka_unit_test(says_what_is_wrong_with_its_descriptor),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
