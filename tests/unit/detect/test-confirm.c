/* Confirm: values and boundaries by PCRE2, wherever windows are cut, and the limits. */
#include "rig.h"

#include "detect/confirm.h"

/* A secret of a made-up vendor, one with context, a phrase, and one that is free. */
static const char *const rules[][2] = {
    {"test.token", "match: [{keyword: '\\bTRTK_(?<value>[a-z0-9]{8})\\b'}]"},
    {"test.assigned", "match: [{keyword: '(?i)password[ =:]{1,3}(?<value>[!-~]{4,40})'}]"},
    {"test.phrase", "match: [{phrase: 'strictly internal'}]"},
};

typedef struct Stage {
    Rig rig;
    Confirm *confirm;
} Stage;

static Stage stage_new(void) {
    Stage s = {.rig = rig_new(rules, N_ELEMENTS(rules))};

    assert_int_equal(confirm_new(s.rig.engine, &s.confirm), 0);
    return s;
}

static void stage_done(Stage *s) {
    confirm_free(s->confirm);
    rig_done(&s->rig);
}

static size_t scan(Stage *s, const Text *t, size_t lo, size_t hi, const Confirmed **ret) {
    Window w = {.text = t->at, .n = t->n, .lo = lo, .hi = hi};
    size_t n = 0;

    assert_int_equal(confirm_scan(s->confirm, &w, lo, hi, ret, &n), 0);
    return n;
}

static void check_value(Stage *s, const char *text, const char *value) {
    _cleanup_(text_done) Text t = text_of(text);
    const Confirmed *c;
    size_t n = scan(s, &t, 0, t.n, &c);

    if (n != (value != NULL))
        fail_msg("'%s': %zu values", text, n);
    if (value) {
        assert_int_equal(c->value_end - c->value_start, strlen(value));
        assert_memory_equal(t.at + c->value_start, value, strlen(value));
        assert_true(c->start <= c->value_start && c->value_end <= c->end);
    }
}

static void captures_values(void **state _unused_) {
    _cleanup_(stage_done) Stage s = stage_new();

    check_value(&s, "TRTK_abcd1234", "abcd1234");
    check_value(&s, "x=TRTK_abcd1234;", "abcd1234");
    check_value(&s, "TRTK_abcd12345", NULL); /* \b, which Hyperscan was not told */
    check_value(&s, "xTRTK_abcd1234", NULL);
    check_value(&s, "TRTK_abcd123", NULL);
    check_value(&s, "PassWord= hunter22 and more", "hunter22");
    check_value(&s, "password=", NULL);
    check_value(&s, "Strictly \n Internal.", "Strictly \n Internal");
    check_value(&s, "strictly internally", NULL);
    check_value(&s, "unstrictly internal", NULL);
    check_value(&s, "", NULL);
}

static void takes_the_longest(void **state _unused_) {
    _cleanup_(stage_done) Stage s = stage_new();
    char text[128] = "password=";

    memset(text + 9, 'x', 60);
    check_value(&s, text, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
}

static void finds_neighbours(void **state _unused_) {
    _cleanup_(stage_done) Stage s = stage_new();
    _cleanup_(text_done) Text t =
        text_of("TRTK_abcd1234 TRTK_abcd1235,password=aaaa password: bbbb TRTK_abcd1236");
    const Confirmed *c;
    size_t n = scan(&s, &t, 0, t.n, &c);

    assert_int_equal(n, 5);
    for (size_t i = 1; i < n; i++)
        assert_true(c[i - 1].value_start < c[i].value_start);
}

/* A value belongs to the range in which it starts, and is whole whichever that is. */
static void does_not_depend_on_ranges(void **state _unused_) {
    _cleanup_(stage_done) Stage s = stage_new();
    char line[4000];
    _cleanup_(text_done) Text t = {0};

    for (size_t i = 0; i < sizeof(line); i++)
        line[i] = "password = TRTK_abcd1234 "[i % 25];
    t = text_new(line, sizeof(line), 'x');
    for (size_t step = 1; step < 4000; step = step * 5 + 2) {
        const Confirmed *c;
        _cleanup_(free_p) Confirmed *whole = NULL;
        size_t n = scan(&s, &t, 0, t.n, &c), seen = 0;

        whole = calloc(n, sizeof(*whole));
        memcpy(whole, c, n * sizeof(*whole));
        for (size_t lo = 0; lo < t.n; lo += step) {
            size_t hi = lo + step < t.n ? lo + step : t.n, k = scan(&s, &t, lo, hi, &c);

            for (size_t i = 0; i < k; i++) {
                assert_true(c[i].value_start >= lo && c[i].value_start < hi);
                assert_true(seen < n);
                assert_memory_equal(&c[i], &whole[seen++], offsetof(Confirmed, pattern) + 2);
            }
        }
        assert_int_equal(seen, n);
        assert_true(n >= 300);
    }
}

static void says_when_a_limit_is_hit(void **state _unused_) {
    static const char *const slow[][2] = {
        {"test.slow", "match: [{keyword: 'slow((a{1,9}){1,9}){1,9}(?!a)b'}]"},
    };
    _cleanup_(rig_done) Rig r = rig_new(slow, 1);
    Confirm *confirm = NULL;
    char line[800];
    _cleanup_(text_done) Text t = {0};
    const Confirmed *c;
    Window w;
    size_t n;
    int e;

    memset(line, 'a', sizeof(line));
    memcpy(line, "slow", 4);
    line[100] = 'b';
    t = text_new(line, sizeof(line), 'a');
    w = (Window){.text = t.at, .n = t.n, .hi = t.n};
    assert_int_equal(confirm_new(r.engine, &confirm), 0);
    e = confirm_scan(confirm, &w, 0, t.n, &c, &n);
    assert_true(e == 0 || e == -EOVERFLOW); /* never hangs, never a crash */
    confirm_free(confirm);
}

static void measures_entropy(void **state _unused_) {
    assert_float_equal(value_entropy(span_of("aaaa")), 0, 1e-6);
    assert_float_equal(value_entropy(span_of("abab")), 1, 1e-6);
    assert_float_equal(value_entropy(span_of("abcdefgh")), 3, 1e-5);
    assert_float_equal(value_entropy(span_of("")), 0, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(captures_values),          cmocka_unit_test(takes_the_longest),
        cmocka_unit_test(finds_neighbours),         cmocka_unit_test(does_not_depend_on_ranges),
        cmocka_unit_test(says_when_a_limit_is_hit), cmocka_unit_test(measures_entropy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
