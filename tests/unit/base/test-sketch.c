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
    uint8_t secret[SKETCH_SECRET_BYTES];
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_exact_to_the_limit),
        cmocka_unit_test(is_near_beyond_it),
        cmocka_unit_test(order_and_parts_do_not_show),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
