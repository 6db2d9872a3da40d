/* Token: starts of digit groups and runs of letters and digits against a naive reading. */
#include "rig.h"

#include "detect/bytes.h"
#include "detect/layout.h"
#include "detect/token.h"

static bool is_digit_at(const Text *t, size_t i) {
    return i < t->n && byte_is_digit(t->at[i]);
}

/* Digits, and single separators between two digits. */
static bool in_run(const Text *t, size_t i) {
    return is_digit_at(t, i) || (i < t->n && t->at[i] && strchr(" -./", t->at[i]) &&
                                 is_digit_at(t, i - 1) && is_digit_at(t, i + 1));
}

static size_t run_length(const Text *t, size_t i) {
    size_t start = i, end = i;

    while (start > 0 && in_run(t, start - 1))
        start--;
    while (in_run(t, end))
        end++;
    return end - start;
}

static bool is_start(const Text *t, size_t i) {
    uint8_t before = i ? t->at[i - 1] : 0;

    if (!is_digit_at(t, i) || byte_is_alnum(before) || before == '@')
        return false;
    if ((before == '-' || before == '.' || before == '/') && is_digit_at(t, i - 2))
        return false;
    return run_length(t, i) >= LAYOUT_RUN_MIN;
}

static void check_starts(const Text *t) {
    _cleanup_(free_p) Bitmap *b = calloc(1, sizeof(*b));
    uint64_t starts[BITMAP_WORDS];

    assert_non_null(b);
    memset(starts, 0xff, sizeof(starts));
    bitmap_builder(NULL)(b, t->at, t->n);
    starts_find(b, starts);
    for (size_t i = 0; i < b->words * 64; i++) {
        if (bitmap_get(starts, i) != (i < t->n && is_start(t, i)))
            fail_msg("byte %zu of %zu", i, t->n);
    }
}

static void finds_starts(void **state _unused_) {
    static const char *const alphabets[] = {"0123456789", "0123456789 ", "0123456789 -./",
                                            "0123456789 -./@:A_b\xc3", "11 -a"};
    Dice d = {.state = 11};

    for (size_t k = 0; k < N_ELEMENTS(alphabets); k++) {
        for (int round = 0; round < 300; round++) {
            size_t n = dice_below(&d, 500);
            _cleanup_(text_done) Text t = text_random(&d, n, alphabets[k], strlen(alphabets[k]));

            check_starts(&t);
        }
    }
}

static void finds_starts_across_words(void **state _unused_) {
    static const char *const pieces[] = {"123456", "a123456789", "12-34", "1 2 3 4", "123456-7"};

    for (size_t k = 0; k < N_ELEMENTS(pieces); k++) {
        for (size_t at = 0; at < 130; at++) {
            char line[256];
            _cleanup_(text_done) Text t = {0};

            memset(line, ',', sizeof(line));
            memcpy(line + at, pieces[k], strlen(pieces[k]));
            t = text_new(line, at + strlen(pieces[k]), '9');
            check_starts(&t);
        }
    }
}

static void finds_runs(void **state _unused_) {
    Dice d = {.state = 12};
    _cleanup_(free_p) Bitmap *b = calloc(1, sizeof(*b));

    assert_non_null(b);
    for (int round = 0; round < 200; round++) {
        _cleanup_(text_done) Text t =
            text_random(&d, 1 + dice_below(&d, 400), "ab1Z9abcdefgh ", 14);

        bitmap_builder(NULL)(b, t.at, t.n);
        for (size_t at = 0; at < t.n; at++) {
            size_t start = at, end = at, got_start, got_end;
            bool fits;

            if (!byte_is_alnum(t.at[at]))
                continue;
            while (start > 0 && byte_is_alnum(t.at[start - 1]))
                start--;
            while (end < t.n && byte_is_alnum(t.at[end]))
                end++;
            fits = run_around(b, at, 35, &got_start, &got_end);
            assert_int_equal(fits, end - start <= 35);
            if (fits) {
                assert_int_equal(got_start, start);
                assert_int_equal(got_end, end);
            }
        }
    }
}

static void bounds_an_endless_run(void **state _unused_) {
    _cleanup_(free_p) Bitmap *b = calloc(1, sizeof(*b));
    Dice d = {.state = 13};
    _cleanup_(text_done) Text t = text_random(&d, 2000, "A1", 2);
    size_t start, end;

    assert_non_null(b);
    bitmap_builder(NULL)(b, t.at, t.n);
    for (size_t at = 0; at < t.n; at++) {
        assert_false(run_around(b, at, 35, &start, &end));
        assert_true(end > at && end - at <= 64 && end <= t.n && start <= at);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_starts),
        cmocka_unit_test(finds_starts_across_words),
        cmocka_unit_test(finds_runs),
        cmocka_unit_test(bounds_an_endless_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
