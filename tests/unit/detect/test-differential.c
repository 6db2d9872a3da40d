/*
 * Differential: needles, or Hyperscan with the derived patterns, confirmed, against PCRE2 alone.
 *
 * For every keyword pattern and phrase of the built-in rules, and a few hard ones, text is made of
 * the rules' examples, whole and mutated. Each match that PCRE2 finds when it reads the text from
 * its start must be covered by a confirmed one, and blocks of any size must confirm the same.
 */
#include "rig.h"

#include "detect/confirm.h"

static const char *const hard[][2] = {
    {"hard.bounds", "match: [{keyword: '\\bkey-[0-9]{4,8}\\b'}]"},
    {"hard.case", "match: [{keyword: '(?i)ToKeN[ =:]{1,3}(?<value>[a-z0-9]{4,20})(?![a-z0-9])'}]"},
    {"hard.choice", "match: [{keyword: '(?<![a-z])(?:abcd|abc|bcde)[0-9]{1,3}'}]"},
    {"hard.lazy", "match: [{keyword: 'open.{0,20}?shut'}]"},
    {"hard.atomic", "match: [{keyword: 'begin(?>[a-z]{0,9})[0-9]'}]"},
    {"hard.possessive", "match: [{keyword: 'start[a-z]{0,9}+[0-9]{1,3}'}]"},
    {"hard.ahead", "match: [{keyword: '(?=.{0,30}end)run[a-z ]{0,30}'}]"},
    {"hard.behind", "match: [{keyword: '(?<=id=)num[0-9]{2,6}'}]"},
    {"hard.overlap", "match: [{keyword: 'aab(?:aab){0,5}'}]"},
    {"hard.phrase", "match: [{phrase: 'for your eyes only'}]"},
    {"hard.free", "match: [{keyword: '(?<![0-9])[0-9]{2}[x-z]{3}[0-9]{2,4}'}]"}, /* no needle */
};

/* What makes the hard ones match, nearly match and overlap. */
static const char *const scraps[] = {
    "key-1234",
    "key-123456789",
    "xkey-1234",
    "ToKen: abcd12",
    "token=",
    "abcd12",
    "abc1",
    "xabc1",
    "bcde99",
    "open a door and shut",
    "openshut",
    "begin9",
    "beginabc9",
    "startabc12",
    "run to the end",
    "run",
    "end",
    "id=num12",
    "num12",
    "aab",
    "aabaab",
    "For your  EYES only",
    "for your eyes onl",
    "12xyz345",
    "12zzz34",
    "112xyz3",
    " ",
    "\n",
    "=",
    "1",
    "a",
};

enum { TEXT = 6000 };

static void add_mutated(Dice *d, Buf *b, const char *s) {
    size_t n = strlen(s), from = b->n;

    buf_text(b, s);
    for (size_t k = dice_below(d, 4); k > 0 && n > 0 && !b->failed; k--) {
        size_t at = from + dice_below(d, n);

        switch (dice_below(d, 3)) {
        case 0:
            b->at[at] = (uint8_t) "a1 =-\n\xff"[dice_below(d, 7)];
            break;
        case 1:
            b->at[at] = b->at[from + dice_below(d, n)];
            break;
        default:
            b->at[at] ^= 0x20;
            break;
        }
    }
}

/* Scraps and examples, half of them mutated. */
static Text make_text(Dice *d, const Rules *rules) {
    _cleanup_(buf_done) Buf b = {0};

    while (b.n < TEXT) {
        const Detector *detector = &rules->detectors[dice_below(d, rules->n)];
        const char *piece = scraps[dice_below(d, N_ELEMENTS(scraps))];

        if (detector->n_examples && dice_below(d, 2))
            piece = detector->examples[dice_below(d, detector->n_examples)].text;
        if (dice_below(d, 2))
            add_mutated(d, &b, piece);
        else
            buf_text(&b, piece);
        buf_text(&b, dice_below(d, 2) ? " " : "");
    }
    assert_int_equal(buf_error(&b), 0);
    return text_new(b.at, TEXT, 'a');
}

typedef struct Confirms {
    Confirmed *at;
    size_t n;
} Confirms;

static void confirms_done(Confirms *c) {
    free(c->at);
}

/* All that is confirmed in the text, in blocks. */
static Confirms confirm_all(Confirm *confirm, const Text *t, size_t block) {
    Confirms all = {0};

    for (size_t lo = 0; lo < t->n; lo += block) {
        size_t hi = t->n - lo < block ? t->n : lo + block, n = 0;
        Window w = {.text = t->at, .n = t->n, .lo = lo, .hi = hi};
        const Confirmed *found;

        assert_int_equal(confirm_scan(confirm, &w, lo, hi, &found, &n), 0);
        if (n == 0)
            continue;
        all.at = reallocarray(all.at, all.n + n, sizeof(*all.at));
        assert_non_null(all.at);
        memcpy(all.at + all.n, found, n * sizeof(*found));
        all.n += n;
    }
    return all;
}

static bool is_covered(const Confirms *all, size_t pattern, size_t start, size_t end) {
    for (size_t i = 0; i < all->n; i++) {
        if (all->at[i].pattern == pattern && all->at[i].start <= start && all->at[i].end >= end)
            return true;
    }
    return false;
}

/* Every match of the pattern, as PCRE2 alone finds them; how many there were. */
static size_t check_pattern(Rig *r, size_t pattern, const Text *t, const Confirms *all) {
    const EnginePattern *p = &r->engine->patterns[pattern];
    const pcre2_code *code = rig_code(r, pattern);
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(code, NULL);
    size_t at = 0, n = 0;

    assert_non_null(data);
    while (at < t->n && pcre2_match(code, t->at, t->n, at, 0, data, NULL) > 0) {
        const PCRE2_SIZE *v = pcre2_get_ovector_pointer(data);

        if (v[1] > v[0] && !is_covered(all, pattern, v[0], v[1]))
            fail_msg("'%s' at %zu-%zu of %zu is missed", r->engine->matches[p->match].rule->text,
                     v[0], v[1], t->n);
        n += v[1] > v[0];
        at = v[1] > at ? v[1] : at + 1;
    }
    pcre2_match_data_free(data);
    return n;
}

/* A capture that is empty, or a value longer than a window may be, is dropped: none here is. */
static void compare(Rig *r, uint64_t seed, size_t *n_matches) {
    static const size_t blocks[] = {1, 7, 4096};
    Dice d = {.state = seed};
    Confirm *confirm = NULL;
    _cleanup_(text_done) Text t = make_text(&d, r->rules);
    _cleanup_(confirms_done) Confirms all = {0};

    assert_int_equal(confirm_new(r->engine, &confirm), 0);
    all = confirm_all(confirm, &t, 1 << 20);
    for (size_t p = 0; p < r->engine->n_patterns; p++)
        n_matches[p] += check_pattern(r, p, &t, &all);
    for (size_t i = 0; i < N_ELEMENTS(blocks); i++) {
        _cleanup_(confirms_done) Confirms cut = confirm_all(confirm, &t, blocks[i]);

        assert_int_equal(cut.n, all.n);
        for (size_t k = 0; k < all.n; k++)
            assert_memory_equal(&cut.at[k], &all.at[k], offsetof(Confirmed, pattern) + 2);
    }
    confirm_free(confirm);
}

static void agrees_on_hard_patterns(void **state _unused_) {
    _cleanup_(rig_done) Rig r = rig_new(hard, N_ELEMENTS(hard));
    size_t n_matches[N_ELEMENTS(hard)] = {0}, n_free = 0;

    for (size_t i = 0; i < r.engine->n_patterns; i++)
        n_free += !r.engine->keyword_patterns[i].needle;
    assert_int_equal(n_free, 1); /* Hyperscan has work, too */
    for (uint64_t seed = 71; seed < 91; seed++)
        compare(&r, seed, n_matches);
    for (size_t i = 0; i < N_ELEMENTS(hard); i++)
        assert_true(n_matches[i] > 10);
}

static void agrees_on_builtin_patterns(void **state _unused_) {
    _cleanup_(rig_done) Rig r = {.scratch = scratch_new()};
    _cleanup_(free_p) size_t *n_matches = NULL;
    Error e = {0};

    if (rules_load(&(RulesOptions){0}, &e, &r.rules) < 0 ||
        engine_new(r.rules, NULL, &e, &r.engine) < 0)
        fail_msg("%s", e.text);
    n_matches = calloc(r.engine->n_patterns + 1, sizeof(*n_matches));
    for (uint64_t seed = 171; seed < 176; seed++)
        compare(&r, seed, n_matches);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_on_hard_patterns),
        cmocka_unit_test(agrees_on_builtin_patterns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
