/* Samples: what goes in comes back, to the limits of each field; and bytes that are no samples. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "store/samples.h"

static const Sample some[] = {
    {.line = 12,
     .offset = UINT64_C(1) << 40,
     .length = 11,
     .score = 3.5f,
     .has_token = true,
     .token = {0x00, 0x80, 0xff},
     .mask = "*****4399"},
    {.line = UINT64_MAX, .offset = UINT64_MAX, .length = UINT32_MAX, .score = -31.456f},
    {.score = 0.0005f, .test_value = true, .mask = "\xff\x01 caf\xc3\xa9"},
};

static void assert_same(const Sample *a, const Sample *b) {
    assert_true(a->line == b->line && a->offset == b->offset);
    assert_int_equal(a->length, b->length);
    assert_int_equal(a->test_value, b->test_value);
    assert_int_equal(a->has_token, b->has_token);
    assert_memory_equal(a->token, b->token, FINDING_TOKEN);
    assert_string_equal(a->mask, b->mask);
    assert_int_equal(b->value.n, 0);
}

static void what_goes_in_comes_back(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};
    Sample back[FINDING_SAMPLES_MAX];
    size_t n;

    samples_put(&b, some, N_ELEMENTS(some));
    assert_int_equal(buf_error(&b), 0);
    assert_int_equal(samples_get(buf_as_span(&b), 100, back, &n), 0);
    assert_int_equal(n, N_ELEMENTS(some));
    for (size_t i = 0; i < n; i++)
        assert_same(&some[i], &back[i]);
    assert_true(back[0].score == 3.5f && back[1].score == -31.456f && back[2].score == 0.001f);
    assert_int_equal(samples_get(buf_as_span(&b), 2, back, &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(samples_get(span("", 0), 2, back, &n), 0);
    assert_int_equal(n, 0);
}

static void a_mask_of_full_length_fits(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};
    Sample sample = {.line = 1}, back;
    size_t n;

    memset(sample.mask, '*', sizeof(sample.mask) - 1);
    samples_put(&b, &sample, 1);
    assert_int_equal(samples_get(buf_as_span(&b), 1, &back, &n), 0);
    assert_string_equal(back.mask, sample.mask);
}

static void the_value_is_not_among_the_bytes(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};
    Sample sample = {.mask = "v***", .value = span_of("v-canary-51b2")};

    samples_put(&b, &sample, 1);
    assert_null(memmem(b.at, b.n, "canary", 6));
    assert_non_null(memmem(b.at, b.n, "v***", 4));
}

/* Every length short of the whole, each behind the last whole sample, is seen. */
static void cut_bytes_are_refused(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};
    Sample back[FINDING_SAMPLES_MAX];
    size_t n;

    samples_put(&b, some, 1);
    for (size_t i = 1; i < b.n; i++) {
        int r = samples_get(span(b.at, i), 9, back, &n);

        if (r != -EUCLEAN)
            fail_msg("%zu of %zu bytes: %d", i, b.n, r);
    }
}

static void a_mask_that_is_too_long_is_refused(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};
    uint8_t bytes[5 + 1 + FINDING_MASK_MAX] = {0};
    Sample back;
    size_t n;

    bytes[5] = FINDING_MASK_MAX;
    buf_add(&b, bytes, sizeof(bytes));
    assert_int_equal(samples_get(buf_as_span(&b), 1, &back, &n), -EUCLEAN);
    b.at[5] = FINDING_MASK_MAX - 1;
    b.n--;
    assert_int_equal(samples_get(buf_as_span(&b), 1, &back, &n), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_in_comes_back),
        cmocka_unit_test(a_mask_of_full_length_fits),
        cmocka_unit_test(the_value_is_not_among_the_bytes),
        cmocka_unit_test(cut_bytes_are_refused),
        cmocka_unit_test(a_mask_that_is_too_long_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
