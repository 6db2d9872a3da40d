/* Sketch: exact while it says so, near enough after; neither order nor merging shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/sketch.h"

static void sketch_donep(Sketch *s) {
    sketch_done(s);
}

/* A secret has to look random: with one byte all over, XXH3 of short values is no good hash. */
static uint64_t hash(uint64_t i) {
    uint8_t secret[SKETCH_KEYS_BYTES];
    uint32_t x = 1;

    for (size_t k = 0; k < sizeof(secret); k++) {
        x = x * 1664525 + 1013904223;
        secret[k] = (uint8_t)(x >> 24);
    }
    return sketch_hash(secret, span(&i, sizeof(i)));
}

static void fill(Sketch *s, uint64_t from, uint64_t to) {
    for (uint64_t i = from; i < to; i++)
        sketch_add(s, hash(i));
}

/* At every number on the way: the table grows several times. */
static void is_exact_to_the_limit(void **state _unused_) {
    _cleanup_(sketch_donep) Sketch s = {0};
    bool exact;

    assert_int_equal(sketch_count(&s, &exact), 0);
    assert_true(exact);
    for (uint64_t i = 0; i < SKETCH_EXACT_MAX; i++) {
        fill(&s, 0, i + 1); /* those before once more: they do not count */
        if (sketch_count(&s, &exact) != i + 1 || !exact)
            fail_msg("%llu values: %llu, exact %d", (unsigned long long)i + 1,
                     (unsigned long long)sketch_count(&s, &exact), exact);
    }
    sketch_add(&s, hash(SKETCH_EXACT_MAX));
    sketch_count(&s, &exact);
    assert_false(exact);
}

static void is_near_beyond_it(void **state _unused_) {
    static const uint64_t numbers[] = {600, 5000, 100000};

    for (size_t i = 0; i < N_ELEMENTS(numbers); i++) {
        _cleanup_(sketch_donep) Sketch s = {0};
        uint64_t n = numbers[i], got;
        bool exact;

        fill(&s, 0, n);
        got = sketch_count(&s, &exact);
        assert_false(exact);
        if (got < n - n / 12 || got > n + n / 12) /* five standard errors */
            fail_msg("%llu values: %llu", (unsigned long long)n, (unsigned long long)got);
    }
}

static void order_and_parts_do_not_show(void **state _unused_) {
    static const uint64_t numbers[] = {1, 17, 40, 300, 512, 513, 3000};

    for (size_t i = 0; i < N_ELEMENTS(numbers); i++) {
        _cleanup_(sketch_donep) Sketch whole = {0}, low = {0}, high = {0};
        uint64_t n = numbers[i];
        bool a, b;

        fill(&whole, 0, n);
        fill(&low, 0, n / 2 + n / 10); /* the parts overlap */
        for (uint64_t k = n; k-- > n / 2;)
            sketch_add(&high, hash(k));
        sketch_merge(&high, &low);
        if (sketch_count(&whole, &a) != sketch_count(&high, &b) || a != b)
            fail_msg("%llu values: %llu as a whole, %llu in parts", (unsigned long long)n,
                     (unsigned long long)sketch_count(&whole, &a),
                     (unsigned long long)sketch_count(&high, &b));
    }
}

/* What is written down and merged is what was merged and written down. */
static void comes_back(void **state _unused_) {
    static const uint64_t numbers[] = {0, 1, 2, 40, 512, 513, 900, 5000, 60000};

    for (size_t i = 0; i < N_ELEMENTS(numbers); i++) {
        for (size_t k = 0; k < N_ELEMENTS(numbers); k++) {
            _cleanup_(sketch_donep) Sketch a = {0}, b = {0}, both = {0}, back = {0};
            _cleanup_(buf_done) Buf of_a = {0}, of_b = {0}, of_both = {0}, of_back = {0};

            fill(&a, 0, numbers[i]);
            fill(&b, numbers[i] / 2, numbers[i] / 2 + numbers[k]);
            sketch_put(&a, &of_a);
            sketch_put(&b, &of_b);
            sketch_merge(&both, &a);
            sketch_merge(&both, &b);
            assert_int_equal(sketch_take(&back, buf_as_span(&of_b)), 0);
            assert_int_equal(sketch_take(&back, buf_as_span(&of_a)), 0);
            sketch_put(&both, &of_both);
            sketch_put(&back, &of_back);
            assert_true(of_a.n < SKETCH_BYTES_MAX);
            if (!span_eq(buf_as_span(&of_both), buf_as_span(&of_back)))
                fail_msg("%llu and %llu values: %zu bytes merged, %zu written down before",
                         (unsigned long long)numbers[i], (unsigned long long)numbers[k], of_both.n,
                         of_back.n);
        }
    }
}

/* Of 10,000 values that are kept as they are written down less than one is lost. */
static void many_stay_exact(void **state _unused_) {
    _cleanup_(sketch_donep) Sketch all = {.most = 10000};
    bool exact;
    uint64_t n;

    for (uint64_t i = 0; i < 10000; i += 100) {
        _cleanup_(sketch_donep) Sketch s = {0};
        _cleanup_(buf_done) Buf b = {0};

        fill(&s, i, i + 150 > 10000 ? 10000 : i + 150);
        sketch_put(&s, &b);
        assert_int_equal(sketch_take(&all, buf_as_span(&b)), 0);
    }
    n = sketch_count(&all, &exact);
    assert_true(exact);
    if (n < 9998 || n > 10000)
        fail_msg("%llu of 10000 values", (unsigned long long)n);
}

/* Few values, few bytes. */
static void is_small(void **state _unused_) {
    static const struct {
        uint64_t n;
        size_t bytes;
    } cases[] = {{0, 0}, {1, 6}, {5, 26}, {100, 430}, {512, 2000}, {600, 1400}, {100000, 12289}};

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        _cleanup_(sketch_donep) Sketch s = {0};
        _cleanup_(buf_done) Buf b = {0};

        fill(&s, 0, cases[i].n);
        sketch_put(&s, &b);
        if (b.n > cases[i].bytes)
            fail_msg("%llu values in %zu bytes, expected at most %zu",
                     (unsigned long long)cases[i].n, b.n, cases[i].bytes);
    }
}

/* Cut, changed, of no form: refused, or taken, and nothing else. */
static void refuses_what_is_none(void **state _unused_) {
    static const uint64_t numbers[] = {3, 700, 30000};

    for (size_t i = 0; i < N_ELEMENTS(numbers); i++) {
        _cleanup_(sketch_donep) Sketch s = {0};
        _cleanup_(buf_done) Buf b = {0};

        fill(&s, 0, numbers[i]);
        sketch_put(&s, &b);
        for (size_t n = 0; n < b.n; n += 1 + n / 64) {
            _cleanup_(sketch_donep) Sketch cut = {0}, changed = {0};

            sketch_take(&cut, span(b.at, n));
            b.at[n] ^= 0x91;
            sketch_take(&changed, buf_as_span(&b));
            b.at[n] ^= 0x91;
            assert_false(cut.failed || changed.failed);
        }
    }
    assert_int_equal(sketch_take(&(Sketch){0}, span("\x09", 1)), -EBADMSG);
    assert_int_equal(sketch_take(&(Sketch){0}, span("\x01\x00", 2)), -EBADMSG);
    assert_int_equal(sketch_take(&(Sketch){0}, span("\x02\x00\xff", 3)), -EBADMSG);
    assert_int_equal(sketch_take(&(Sketch){0}, span("\x02\xff\xff\xff\xff\xff\x01", 7)), -EBADMSG);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_exact_to_the_limit),
        cmocka_unit_test(is_near_beyond_it),
        cmocka_unit_test(order_and_parts_do_not_show),
        cmocka_unit_test(comes_back),
        cmocka_unit_test(many_stay_exact),
        cmocka_unit_test(is_small),
        cmocka_unit_test(refuses_what_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
