/* Edm: tables made with little memory and in any order are the same; what they have and have not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../rule/scratch.h"
#include "base/buf.h"
#include "detect/edm.h"

enum { ROWS = 20000, SMALL = 16 << 10 };

static const uint8_t id[EDM_ID] = {1, 2, 3}, key[EDM_KEY] = {9}, other_key[EDM_KEY] = {8};

static void row_name(unsigned i, char ret[32]) {
    snprintf(ret, 32, "Name %u-Of", i);
}

/* Rows of numbers, forward or backward, some of them twice. */
static void make(const char *path, size_t memory, bool backward) {
    _cleanup_(edm_build_freep) EdmBuild *b = NULL;
    uint64_t rows;
    Error e = {0};

    if (edm_build_new(path, id, key, 2, memory, &e, &b) < 0)
        fail_msg("%s", e.text);
    for (unsigned k = 0; k < ROWS; k++) {
        unsigned i = backward ? ROWS - 1 - k : k;
        char number[32], name[32];
        Span others[2];

        snprintf(number, sizeof(number), "%09u", 100000000 + i * 7);
        row_name(i, name);
        others[0] = span_of(name);
        others[1] = span_of(i % 2 ? "" : "Springfield");
        assert_true(edm_build_row(b, span_of(number), others));
        if (i % 100 == 0)
            assert_true(edm_build_row(b, span_of(number), others));
    }
    assert_false(edm_build_row(b, span_of("- 12 -"), (Span[2]){{0}})); /* too little */
    assert_int_equal(edm_build_end(b, &e, &rows), 0);
    assert_int_equal(rows, ROWS);
}

static void read_all(const char *path, Buf *ret) {
    _cleanup_(fclosep) FILE *f = fopen(path, "r");
    char bytes[4096];
    size_t n;

    assert_non_null(f);
    while ((n = fread(bytes, 1, sizeof(bytes), f)) > 0)
        buf_add(ret, bytes, n);
}

static void makes_one_table_whatever_the_memory(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    _cleanup_(buf_done) Buf one = {0}, two = {0};
    char a[128], b[128];

    snprintf(a, sizeof(a), "%s/a", s.path);
    snprintf(b, sizeof(b), "%s/b", s.path);
    make(a, 64 << 20, false);
    make(b, SMALL, true); /* hundreds of runs */
    read_all(a, &one);
    read_all(b, &two);
    /* the filter's size goes by rows with those that came twice, which are the same here */
    assert_int_equal(one.n, two.n);
    assert_memory_equal(one.at, two.at, one.n);
    assert_null(memmem(one.at, one.n, "100000007", 9));
    assert_null(memmem(one.at, one.n, "name", 4));
}

static EdmTable *table(const Scratch *s) {
    char path[128];
    EdmTable *t = NULL;
    Error e = {0};

    snprintf(path, sizeof(path), "%s/t", s->path);
    make(path, SMALL, false);
    assert_int_equal(edm_open(path, &e, &t), 0);
    return t;
}

static bool has(const EdmTable *t, const char *text, const char *value, unsigned columns) {
    const char *at = strstr(text, value);

    assert_non_null(at);
    return edm_has(t, span_of(text), (size_t)(at - text), (size_t)(at - text) + strlen(value),
                   columns, 64);
}

static void finds_what_is_in_it(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    _cleanup_(edm_freep) EdmTable *t = table(&s);
    size_t wrong = 0;

    assert_false(has(t, "100000007", "100000007", 0)); /* locked */
    assert_false(edm_unlock(t, other_key));
    assert_true(edm_unlock(t, key));
    assert_int_equal(edm_rows(t), ROWS);
    for (unsigned i = 0; i < ROWS * 7; i++) {
        char number[32];

        snprintf(number, sizeof(number), "%u-%02u-%04u", (100000000 + i) / 1000000,
                 (100000000 + i) / 10000 % 100, (100000000 + i) % 10000);
        wrong += has(t, number, number, 0) != (i % 7 == 0);
    }
    assert_int_equal(wrong, 0);
}

static void asks_for_the_row_around_it(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    _cleanup_(edm_freep) EdmTable *t = table(&s);
    Buf far = {0};

    assert_true(edm_unlock(t, key));
    assert_true(has(t, "NAME  0 of, 100000000", "100000000", 1)); /* 0: both columns */
    assert_true(has(t, "100000000;springfield\tname-0-of", "100000000", 2));
    assert_false(has(t, "100000000;springfield\tname-1-of", "100000000", 2));
    assert_false(has(t, "100000007 springfield", "100000007", 1)); /* 1: it has none */
    assert_true(has(t, "100000007 (name 1 of)", "100000007", 1));
    assert_false(has(t, "rename 1 of 100000007", "100000007", 1)); /* whole words */
    buf_printf(&far, "name 1 of %70s 100000007", "");
    assert_false(has(t, buf_cstr(&far), "100000007", 1));
    buf_done(&far);
}

static void refuses_what_is_damaged(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    _cleanup_(edm_freep) EdmTable *t = table(&s);
    _cleanup_(buf_done) Buf whole = {0};
    char path[128];

    snprintf(path, sizeof(path), "%s/t", s.path);
    read_all(path, &whole);
    for (size_t i = 0; i < 64; i++) { /* of the header */
        EdmTable *damaged = NULL;

        if (i >= 8 && i < 40)
            continue; /* id and check: another table, no damage */
        whole.at[i] ^= 0x55;
        scratch_write(&s, "d", buf_as_span(&whole));
        whole.at[i] ^= 0x55;
        snprintf(path, sizeof(path), "%s/d", s.path);
        assert_int_equal(edm_open(path, NULL, &damaged), -EINVAL);
    }
    for (size_t n = 0; n < whole.n; n += 997) {
        EdmTable *cut = NULL;

        scratch_write(&s, "d", span(whole.at, n));
        assert_int_equal(edm_open(path, NULL, &cut), -EINVAL);
    }
}

/* Entries that are in no order cost no more and crash nothing. */
static void survives_disorder(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    _cleanup_(edm_freep) EdmTable *t = table(&s), *wild = NULL;
    _cleanup_(buf_done) Buf whole = {0};
    char path[128];

    snprintf(path, sizeof(path), "%s/t", s.path);
    read_all(path, &whole);
    for (size_t i = 128; i < whole.n; i++)
        whole.at[i] = (uint8_t)(i * 2654435761u >> 13) | (i < 128 + edm_memory(t) ? 0xff : 0);
    scratch_write(&s, "d", buf_as_span(&whole));
    snprintf(path, sizeof(path), "%s/d", s.path);
    assert_int_equal(edm_open(path, NULL, &wild), 0);
    assert_true(edm_unlock(wild, key));
    for (unsigned i = 0; i < 1000; i++) {
        char number[32];

        snprintf(number, sizeof(number), "%09u", 100000000 + i);
        assert_false(has(wild, number, number, 0));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_one_table_whatever_the_memory),
        cmocka_unit_test(finds_what_is_in_it),
        cmocka_unit_test(asks_for_the_row_around_it),
        cmocka_unit_test(refuses_what_is_damaged),
        cmocka_unit_test(survives_disorder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
