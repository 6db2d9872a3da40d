/* Stream: whole reads from a pipe that trickles, and the limit at -1, 0, +1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>

#include "base/cleanup.h"
#include "source/stream.h"

enum { TRICKLES = 50 };

static void *trickle(void *of) {
    int fd = *(int *)of;

    for (int i = 0; i < TRICKLES; i++) {
        if (write(fd, "abcdefg", 7) != 7)
            break;
        usleep(200);
    }
    close(fd);
    return NULL;
}

static void waits_for_whole_reads(void **state _unused_) {
    uint8_t bytes[100];
    pthread_t thread;
    int ends[2];
    Stream s;
    size_t n, total = 0;

    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(pthread_create(&thread, NULL, trickle, &ends[1]), 0);
    stream_init(&s, ends[0], 0);
    do {
        assert_int_equal(stream_read(&s, bytes, sizeof(bytes), &n), 0);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(bytes[i], 'a' + (total + i) % 7);
        total += n;
        assert_true(n == sizeof(bytes) || s.ended);
    } while (n == sizeof(bytes));
    pthread_join(thread, NULL);
    assert_int_equal(total, TRICKLES * 7);
    assert_int_equal(s.offset, total);
    assert_false(s.limited);
    close(ends[0]);
}

static void tells_the_limit_from_the_end(void **state _unused_) {
    for (uint64_t limit = 9; limit <= 11; limit++) {
        uint8_t bytes[32];
        int ends[2];
        Stream s;
        size_t n;

        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        assert_int_equal(write(ends[1], "0123456789", 10), 10);
        close(ends[1]);
        stream_init(&s, ends[0], limit);
        assert_int_equal(stream_read(&s, bytes, sizeof(bytes), &n), 0);
        assert_int_equal(n, limit < 10 ? limit : 10);
        assert_int_equal(s.limited, limit < 10);
        assert_int_equal(s.ended, limit >= 10);
        assert_int_equal(stream_read(&s, bytes, sizeof(bytes), &n), 0);
        assert_int_equal(n, 0);
        close(ends[0]);
    }
}

static void passes_an_error_up(void **state _unused_) {
    uint8_t byte;
    size_t n = 5;
    Stream s;

    stream_init(&s, -1, 0);
    assert_int_equal(stream_read(&s, &byte, 1, &n), -EBADF);
    assert_int_equal(n, 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_for_whole_reads),
        cmocka_unit_test(tells_the_limit_from_the_end),
        cmocka_unit_test(passes_an_error_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
