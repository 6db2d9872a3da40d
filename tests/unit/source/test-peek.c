/* Peek: what is looked at is still there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "source/peek.h"

static void test_stays(void **state) {
    char seen[64], again[64];
    int ends[2];
    size_t n = 0;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "some bytes", 10), 10);
    close(ends[1]);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(peek_pipe(ends[0], seen, sizeof(seen), &n), 0);
        assert_int_equal(n, 10);
        assert_memory_equal(seen, "some bytes", 10);
    }
    assert_int_equal(peek_pipe(ends[0], seen, 4, &n), 0);
    assert_int_equal(n, 4);
    assert_int_equal(read(ends[0], again, sizeof(again)), 10);
    assert_memory_equal(again, "some bytes", 10);
    assert_int_equal(peek_pipe(ends[0], seen, sizeof(seen), &n), 0);
    assert_int_equal(n, 0);
    close(ends[0]);
}

static void *slowly(void *of) {
    int fd = *(int *)of;

    for (int i = 0; i < 8; i++) {
        usleep(20000);
        if (write(fd, "0123456789", 10) != 10)
            break;
    }
    close(fd);
    return NULL;
}

static void test_waits(void **state) {
    char seen[4096];
    pthread_t thread;
    int ends[2];
    size_t n = 0;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(pthread_create(&thread, NULL, slowly, &ends[1]), 0);
    assert_int_equal(peek_pipe(ends[0], seen, sizeof(seen), &n), 0);
    assert_int_equal(n, 80);
    pthread_join(thread, NULL);
    close(ends[0]);
}

static void test_no_pipe(void **state) {
    char seen[16];
    int fd = open("/dev/null", O_RDONLY);
    size_t n = 0;

    (void)state;
    assert_int_equal(peek_pipe(fd, seen, sizeof(seen), &n), -ESPIPE);
    close(fd);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stays),
        cmocka_unit_test(test_waits),
        cmocka_unit_test(test_no_pipe),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
