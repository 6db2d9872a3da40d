/* ACL: what the kernel keeps comes back, byte for byte; without one there is nothing. */
#include "scratch.h"

#include <sys/xattr.h>

#include "source/acl.h"

#define NAME "system.posix_acl_access"

enum { ENTRIES_MANY = 100 };

/* Owner, so many named users from 1000 on, group, mask, others. */
static size_t acl_make(unsigned named, uint8_t *at) {
    const struct {
        uint16_t tag, permissions;
        uint32_t id;
    } ends[] = {{1, 6, UINT32_MAX}, {4, 4, UINT32_MAX}, {16, 4, UINT32_MAX}, {32, 0, UINT32_MAX}};
    size_t n = 4;

    memcpy(at, (uint8_t[]){2, 0, 0, 0}, 4);
    memcpy(at + n, &ends[0], 8);
    n += 8;
    for (uint32_t i = 0; i < named; i++, n += 8) {
        const uint16_t head[] = {2, 4};
        uint32_t id = 1000 + i;

        memcpy(at + n, head, 4);
        memcpy(at + n + 4, &id, 4);
    }
    for (size_t i = 1; i < N_ELEMENTS(ends); i++, n += 8)
        memcpy(at + n, &ends[i], 8);
    return n;
}

static void comes_back(void **state _unused_) {
    static const unsigned counts[] = {1, 59, 60, ENTRIES_MANY}; /* 512 bytes hold 63 entries */
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    _cleanup_(buf_done) Buf got = {0};
    char path[128];
    int fd;

    scratch_init(&s);
    make_file(s.fd, "f", "x");
    snprintf(path, sizeof(path), "%s/f", s.path);
    fd = openat(s.fd, "f", O_RDONLY | O_CLOEXEC);
    assert_int_equal(acl_of(fd, &got), 0);
    assert_int_equal(got.n, 0);
    for (size_t i = 0; i < N_ELEMENTS(counts); i++) {
        uint8_t acl[4 + 8 * (ENTRIES_MANY + 4)];
        size_t n = acl_make(counts[i], acl);

        if (setxattr(path, NAME, acl, n, 0) < 0) {
            assert_true(errno == EOPNOTSUPP || errno == ENOSPC || errno == E2BIG);
            print_message("the file system keeps no ACL of %u entries\n", counts[i]);
            continue;
        }
        assert_int_equal(acl_of(fd, &got), 0);
        assert_int_equal(got.n, n);
        assert_memory_equal(got.at, acl, n);
        assert_int_equal(acl_at(path, &got), 0);
        assert_int_equal(got.n, n);
    }
    close(fd);
}

static void nothing_is_no_error(void **state _unused_) {
    _cleanup_(buf_done) Buf got = {0};

    buf_text(&got, "old");
    assert_int_equal(acl_at("/nowhere", &got), 0);
    assert_int_equal(got.n, 0);
    assert_int_equal(acl_of(-1, &got), 0);
    assert_int_equal(acl_at("/proc/self/status", &got), 0);
    assert_int_equal(got.n, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back),
        cmocka_unit_test(nothing_is_no_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
