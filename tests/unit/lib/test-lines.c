/* Lines: ends of every kind, lines longer than a block, the limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "api.h"
#include "lib/lines.h"

static void assert_lines(Span text, const char *const *expected, size_t n) {
    _cleanup_(fd_closep) int fd = api_input(text);
    _cleanup_(lines_done) Lines l = {.fd = fd};
    Span line;

    for (size_t i = 0; i < n; i++) {
        assert_int_equal(lines_next(&l, NULL, &line), 1);
        assert_int_equal(l.number, i + 1);
        assert_int_equal(line.n, strlen(expected[i]));
        assert_memory_equal(line.at, expected[i], line.n);
    }
    assert_int_equal(lines_next(&l, NULL, &line), 0);
}

static void splits_at_ends(void **state _unused_) {
    assert_lines(span_of(""), NULL, 0);
    assert_lines(span_of("a"), (const char *[]){"a"}, 1);
    assert_lines(span_of("a\n"), (const char *[]){"a"}, 1);
    assert_lines(span_of("a\r\n\nb\r"), (const char *[]){"a", "", "b"}, 3);
}

static void holds_long_lines(void **state _unused_) {
    _cleanup_(buf_done) Buf text = {0};
    char *at = buf_extend(&text, 200000);

    assert_non_null(at);
    memset(at, 'x', 200000);
    at[70000] = '\n';
    {
        _cleanup_(fd_closep) int fd = api_input(buf_as_span(&text));
        _cleanup_(lines_done) Lines l = {.fd = fd};
        Span line;

        assert_int_equal(lines_next(&l, NULL, &line), 1);
        assert_int_equal(line.n, 70000);
        assert_int_equal(lines_next(&l, NULL, &line), 1);
        assert_int_equal(line.n, 200000 - 70001);
        assert_int_equal(lines_next(&l, NULL, &line), 0);
    }
}

static void refuses_endless_lines(void **state _unused_) {
    _cleanup_(fd_closep) int fd = memfd_create("input", MFD_CLOEXEC);
    _cleanup_(lines_done) Lines l = {.fd = fd};
    Error e = {0};
    Span line;

    assert_int_equal(pwrite(fd, "a\n", 2, 0), 2);
    assert_int_equal(ftruncate(fd, LINES_MAX + (1 << 20)), 0);
    assert_int_equal(lines_next(&l, &e, &line), 1);
    assert_int_equal(lines_next(&l, &e, &line), -EFBIG);
    assert_string_equal(e.text, "cannot read line 2: longer than 64 MiB");
    assert_true(l.buf.cap <= 2 * (size_t)LINES_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits_at_ends),
        cmocka_unit_test(holds_long_lines),
        cmocka_unit_test(refuses_endless_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
