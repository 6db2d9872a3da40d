/* Snappy: the tags of the format, put together by hand, and what is no block. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "extract/format/snappy.h"

#define MOST (1 << 20)

static int decode(Span block, Buf *to) {
    buf_clear(to);
    return snappy_decode(block, MOST, to);
}

static void test_tags(void **state) {
    static const struct {
        const char *block;
        size_t n;
        const char *text;
    } cases[] = {
        {"\0", 1, ""},
        {"\5\x10hello", 7, "hello"},
        /* a copy of 4 bytes, 4 back, kind 1 */
        {"\x08\x0C"
         "abcd\x01\x04",
         8, "abcdabcd"},
        /* one that repeats what it makes: 7 bytes, 1 back, kind 2 */
        {"\x08\0x\x1A\1\0", 6, "xxxxxxxx"},
        /* ... kind 4 */
        {"\x08\0x\x1B\1\0\0\0", 8, "xxxxxxxx"},
        /* a literal whose length is in a byte of its own */
        {"\3\xF0\2xyz", 6, "xyz"},
        {"\3\xF4\2\0xyz", 7, "xyz"},
    };
    Buf to = {0};

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        int r = decode(span(cases[i].block, cases[i].n), &to);

        if (r != 0 || !span_is(buf_as_span(&to), cases[i].text))
            fail_msg("case %zu: %d, '%s', expected '%s'", i, r, buf_cstr(&to), cases[i].text);
        for (size_t n = 0; n < cases[i].n; n++) {
            r = decode(span(cases[i].block, n), &to);
            if (r != -EBADMSG)
                fail_msg("case %zu cut at %zu: %d, expected %d", i, n, r, -EBADMSG);
        }
    }
    buf_done(&to);
}

static void test_damage(void **state) {
    static const struct {
        const char *block;
        size_t n;
    } cases[] = {
        {"\2\0x\x01\x01", 5},                              /* more than the length says */
        {"\5\0x\x01\x02", 5},                              /* from before the beginning */
        {"\5\0x\x01\0", 5},                                /* from nowhere */
        {"\1\0xy", 4},                                     /* something behind the end */
        {"\xFF\xFF\xFF\xFF\xFF\1", 6},                     /* a length of more than 32 bits */
        {"\xFF\xFF\xFF\xFF\x0F\xFC\xFF\xFF\xFF\xFFx", 11}, /* 4 GiB, which are not there */
    };
    Buf to = {0};
    int r;

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        r = decode(span(cases[i].block, cases[i].n), &to);
        if (r != -EBADMSG && r != -EFBIG)
            fail_msg("case %zu: %d", i, r);
    }
    buf_clear(&to);
    r = snappy_decode(span("\x08\0x\x1A\1\0", 6), 4, &to);
    assert_int_equal(r, -EFBIG);
    buf_done(&to);
}

/* Any bytes: an end, in bounds. */
static void test_any_bytes(void **state) {
    uint32_t seed = 7;
    uint8_t bytes[64];
    Buf to = {0};

    (void)state;
    for (size_t k = 0; k < 20000; k++) {
        for (size_t i = 0; i < sizeof(bytes); i++) {
            seed = seed * 1664525 + 1013904223;
            bytes[i] = (uint8_t)(seed >> 24);
        }
        bytes[0] &= 0x7F;
        decode(span(bytes, sizeof(bytes)), &to);
        assert_true(to.n <= 127);
    }
    buf_done(&to);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tags),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_any_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
