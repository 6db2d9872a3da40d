/* Bitmap: every instruction set that this machine has against a naive classification. */
#include "rig.h"

#include "detect/bytes.h"

static bool is_joint(uint8_t c) {
    return c == '-' || c == '.' || c == '/';
}

static bool digit_at(const uint8_t *p, size_t n, size_t i) {
    return i < n && byte_is_digit(p[i]);
}

static bool upper_at(const uint8_t *p, size_t n, size_t i) {
    return i < n && byte_is_upper(p[i]);
}

/* i - 1 of 0 is SIZE_MAX, which is behind every end. */
static bool between_digits(const uint8_t *p, size_t n, size_t i) {
    return digit_at(p, n, i - 1) && digit_at(p, n, i + 1);
}

static bool expect_run(const uint8_t *p, size_t n, size_t i) {
    return byte_is_digit(p[i]) || ((p[i] == ' ' || is_joint(p[i])) && between_digits(p, n, i));
}

static bool expect_mixed(const uint8_t *p, size_t n, size_t i) {
    return (byte_is_digit(p[i]) && upper_at(p, n, i - 1)) ||
           (byte_is_upper(p[i]) && digit_at(p, n, i - 1));
}

static bool lower_at(const uint8_t *p, size_t n, size_t i) {
    return i < n && byte_is_lower(p[i]);
}

static bool expect_iban(const uint8_t *p, size_t n, size_t i) {
    return i >= 2 && byte_is_digit(p[i]) && digit_at(p, n, i + 1) &&
           ((upper_at(p, n, i - 1) && upper_at(p, n, i - 2)) ||
            (lower_at(p, n, i - 1) && lower_at(p, n, i - 2)));
}

static void check(const Bitmap *b, const char *name, const uint8_t *p, size_t n) {
    assert_int_equal(b->n, n);
    assert_int_equal(b->words, (n + 63) / 64);
    for (size_t i = 0; i < (b->words + 1) * 64; i++) {
        bool in = i < n;
        const struct {
            const uint64_t *bits;
            bool expected;
        } classes[] = {
            {b->digit, in && byte_is_digit(p[i])},
            {b->upper, in && byte_is_upper(p[i])},
            {b->alnum, in && byte_is_alnum(p[i])},
            {b->high, in && p[i] >= 0x80},
            {b->run, in && expect_run(p, n, i)},
            {b->joint, in && is_joint(p[i]) && between_digits(p, n, i)},
            {b->mixed, in && expect_mixed(p, n, i)},
            {b->iban, in && expect_iban(p, n, i)},
            {b->at, in && p[i] == '@'},
            {b->colon, in && p[i] == ':'},
            {b->dash, in && p[i] == '-'},
            {b->plus, in && p[i] == '+'},
            {b->newline, in && p[i] == '\n'},
        };

        for (size_t k = 0; k < N_ELEMENTS(classes); k++) {
            if (bitmap_get(classes[k].bits, i) != classes[k].expected)
                fail_msg("%s: class %zu, byte %zu of %zu", name, k, i, n);
        }
    }
}

static void check_all(const Text *t) {
    _cleanup_(free_p) Bitmap *b = calloc(1, sizeof(*b));
    const char *name;
    BitmapBuild build;

    assert_non_null(b);
    for (size_t i = 0; (build = bitmap_builder_at(i, &name)); i++) {
        memset(b, 0xa5, sizeof(*b)); /* what was there before must not matter */
        build(b, t->at, t->n);
        check(b, name, t->at, t->n);
    }
}

static const char rich[] = "0123456789 -./@:+\nAZaz_\x80\xff";

static void agrees_on_short_texts(void **state _unused_) {
    static const char pads[] = {'7', 'A', '-', '\0'};
    Dice d = {.state = 1};

    for (size_t n = 0; n <= 200; n++) {
        for (size_t k = 0; k < N_ELEMENTS(pads); k++) {
            _cleanup_(text_done) Text t = text_random(&d, n, rich, sizeof(rich) - 1);

            memset(t.at + n, pads[k], BITMAP_PAD);
            check_all(&t);
        }
    }
}

static void agrees_on_every_byte(void **state _unused_) {
    uint8_t bytes[256 * 3];
    _cleanup_(text_done) Text t = {0};

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = i % 3 == 1 ? (uint8_t)(i / 3) : '1';
    t = text_new(bytes, sizeof(bytes), 0);
    check_all(&t);
}

static void agrees_on_a_chunk(void **state _unused_) {
    size_t n = BITMAP_CHUNK + 2 * BITMAP_MARGIN;
    Dice d = {.state = 2};
    _cleanup_(text_done) Text t = text_random(&d, n, rich, sizeof(rich) - 1);
    _cleanup_(text_done) Text shorter = text_new(t.at, n - 37, '1');

    check_all(&t);
    check_all(&shorter);
}

static void names_the_fastest(void **state _unused_) {
    const char *name, *first;

    assert_ptr_equal(bitmap_builder(&name), bitmap_builder_at(0, &first));
    assert_string_equal(name, first);
    assert_non_null(bitmap_builder(NULL));
}

static void counts(void **state _unused_) {
    uint64_t bits[5];
    Dice d = {.state = 3};

    for (size_t i = 0; i < N_ELEMENTS(bits); i++)
        bits[i] = dice_roll(&d) << 20 ^ dice_roll(&d);
    for (size_t from = 0; from <= 256; from += 7) {
        for (size_t to = 0; to <= 256; to++) {
            size_t n = 0;

            for (size_t i = from; i < to; i++)
                n += bitmap_get(bits, i);
            assert_int_equal(bitmap_count(bits, from, to), n);
        }
    }
    for (size_t at = 0; at < 192; at++) {
        for (size_t i = 0; i < 64; i++)
            assert_int_equal(bitmap_from(bits, at) >> i & 1, bitmap_get(bits, at + i));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_on_short_texts),
        cmocka_unit_test(agrees_on_every_byte),
        cmocka_unit_test(agrees_on_a_chunk),
        cmocka_unit_test(names_the_fastest),
        cmocka_unit_test(counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
