/*
 * Needle: the forms of the filter agree, and no match of a pattern is without a place, wherever in
 * the text it stands. That what is confirmed is right is test-differential's business.
 */
#include "rig.h"

#include "detect/choice.h"

/* ---- the filter ---- */

static bool marked(const NeedleFilter *f, const uint8_t *p) {
    for (size_t g = 0; g < NEEDLE_GROUPS_MAX; g++) {
        uint8_t left = 0xff;

        for (size_t k = 0; k < NEEDLE_KEY; k++)
            left &= f->buckets[g][k][p[k] % NEEDLE_FOLDED];
        if (left)
            return true;
    }
    return false;
}

static void check_form(const NeedleMarker *m, const NeedleFilter *f, const Text *t, size_t n) {
    uint16_t *got = calloc(n + NEEDLE_ROOM, sizeof(*got));
    NeedleFilter own = *f;
    size_t n_got, k = 0;

    assert_non_null(got);
    for (size_t g = (size_t)(m->filter + 1) * NEEDLE_GROUPS; g < NEEDLE_GROUPS_MAX; g++)
        memset(own.buckets[g], 0, sizeof(own.buckets[g]));
    n_got = m->mark(&own, t->at, n, got);
    for (size_t at = 0; at < n; at++) {
        bool is = k < n_got && got[k] == at;

        if (is != marked(&own, t->at + at))
            fail_msg("%s: byte %zu of %zu: %d", m->name, at, n, is);
        k += is;
    }
    assert_int_equal(k, n_got);
    free(got);
}

/* Filters that let much through, and little; text of all bytes. */
static void forms_agree(void **state _unused_) {
    Dice d = {.state = 7};

    for (size_t round = 0; round < 200; round++) {
        size_t n = 64 * (1 + dice_below(&d, 20));
        uint8_t *bytes = malloc(n);
        NeedleFilter f;
        NeedleMarker m;
        Text t;

        assert_non_null(bytes);
        for (size_t i = 0; i < n; i++)
            bytes[i] = (uint8_t)dice_roll(&d);
        for (size_t i = 0; i < sizeof(f); i++) {
            ((uint8_t *)&f)[i] = (uint8_t)dice_roll(&d);
            for (size_t k = 0; k < round % 4; k++)
                ((uint8_t *)&f)[i] &= (uint8_t)dice_roll(&d);
        }
        t = text_new(bytes, n, (uint8_t)round);
        for (size_t i = 0; (m = needle_marker_at(i)).mark; i++)
            check_form(&m, &f, &t, n);
        text_done(&t);
        free(bytes);
    }
}

/* Keys at random, and heads that fit one byte in two; what `heads` points to stays the caller's. */
static void keys_random(Dice *d, NeedleKeys *ret, NeedleHead *heads) {
    unsigned n = 0;

    for (size_t i = 0; i < NEEDLE_HASH_WORDS; i++) {
        ret->sieve[i] = dice_roll(d) & dice_roll(d);
        ret->rank[i] = (uint16_t)n;
        n += (unsigned)__builtin_popcountll(ret->sieve[i]);
    }
    for (size_t i = 0; i < n; i++) {
        heads[i].mask = UINT64_C(1) << dice_below(d, 64);
        heads[i].bytes = dice_roll(d) & heads[i].mask;
    }
    ret->heads = heads;
}

/* Is the key of these bytes among them, and do they fit its head? Counted bit by bit. */
static bool is_met(const NeedleKeys *k, const uint8_t *p, uint16_t *ret_key) {
    uint32_t hash = needle_hash(p);
    uint64_t bytes;

    *ret_key = 0;
    for (uint32_t i = 0; i < hash; i++)
        *ret_key = (uint16_t)(*ret_key + (k->sieve[i / 64] >> (i % 64) & 1));
    memcpy(&bytes, p, sizeof(bytes));
    return (k->sieve[hash / 64] >> (hash % 64) & 1) &&
           ((bytes ^ k->heads[*ret_key].bytes) & k->heads[*ret_key].mask) == 0;
}

/* Every form meets the keys that stand at the places, in order. */
static void sieves_agree(void **state _unused_) {
    static NeedleKeys keys;
    static NeedleHead heads[1 << NEEDLE_HASH_BITS];
    static NeedleMet want[5000], met[5000 + NEEDLE_ROOM];
    Dice d = {7};
    _cleanup_(text_done) Text t = text_random(&d, 5000, "abcXYZ 019_\xc3", 12);

    keys_random(&d, &keys, heads);
    for (size_t n = 0; n <= 4096; n = n < 70 ? n + 1 : n * 2) {
        const char *name;
        NeedleSieve form;
        size_t n_want = 0;

        for (size_t k = 0; k < n; k++) {
            want[n_want].at = (uint16_t)(k + k % 3);
            n_want += is_met(&keys, t.at + want[n_want].at, &want[n_want].key);
        }
        for (size_t i = 0; (form = needle_sieve_at(i, &name)); i++) {
            uint16_t places[4096 + NEEDLE_ROOM];
            size_t n_met;

            for (size_t k = 0; k < n; k++)
                places[k] = (uint16_t)(k + k % 3);
            n_met = form(&keys, t.at, places, n, met);
            if (n_met != n_want)
                fail_msg("%s: %zu of %zu met, expected %zu", name, n_met, n, n_want);
            assert_memory_equal(met, want, n_want * sizeof(*want));
        }
    }
}

/* ---- places ---- */

typedef struct Places {
    NeedlePlace *at;
    size_t n, cap;
} Places;

static void places_done(Places *p) {
    free(p->at);
}

static bool take(void *of, const NeedlePlace *p) {
    Places *all = of;

    if (all->n == all->cap) {
        all->cap = all->cap ? 2 * all->cap : 64;
        all->at = reallocarray(all->at, all->cap, sizeof(*all->at));
        assert_non_null(all->at);
    }
    all->at[all->n++] = *p;
    return true;
}

static Places places_of(const Needles *n, const Text *t, size_t from, size_t to) {
    Places all = {0};

    needles_find(n, t->at, t->n, from, to, &(NeedleSink){.of = &all, .place = take});
    return all;
}

static bool places_have(const Places *all, size_t pattern, size_t start) {
    for (size_t i = 0; i < all->n; i++) {
        if (all->at[i].pattern == pattern && all->at[i].from <= start && start < all->at[i].to)
            return true;
    }
    return false;
}

/* Are all matches of all patterns in the text at some place? How many there are. */
static size_t check_matches(Rig *r, const Text *t) {
    const Engine *e = r->engine;
    _cleanup_(places_done) Places all = places_of(e->needles, t, 0, t->n);
    size_t n = 0;

    for (size_t p = 0; p < e->n_patterns; p++) {
        const EnginePattern *pattern = &e->patterns[p];
        const pcre2_code *code = rig_code(r, p);
        pcre2_match_data *data = pcre2_match_data_create_from_pattern(code, NULL);
        size_t at = e->keyword_patterns[p].cell ? t->n : 0;

        assert_non_null(data);
        while (at < t->n && pcre2_match(code, t->at, t->n, at, 0, data, NULL) > 0) {
            size_t start = pcre2_get_ovector_pointer(data)[0];

            if (!places_have(&all, p, start))
                fail_msg("pattern %zu, '%s': the match at %zu of %zu has no place", p,
                         pattern->derived, start, t->n);
            at = start + 1;
            n++;
        }
        pcre2_match_data_free(data);
    }
    return n;
}

static Rig builtin(void) {
    Rig r = {.scratch = scratch_new()};
    Error e = {0};

    if (rules_load(&(RulesOptions){0}, &e, &r.rules) < 0 ||
        engine_new(r.rules, NULL, &e, &r.engine) < 0)
        fail_msg("%s", e.text);
    return r;
}

static void all_patterns_have_needles(void **state _unused_) {
    _cleanup_(rig_done) Rig r = builtin();

    for (size_t i = 0; i < r.engine->n_patterns; i++) {
        if (!r.engine->keyword_patterns[i].needle && !r.engine->keyword_patterns[i].cell)
            fail_msg("'%s' has none", r.engine->patterns[i].derived);
    }
}

/* Each example alone, as it stands. */
static void examples_have_places(void **state _unused_) {
    _cleanup_(rig_done) Rig r = builtin();
    size_t n = 0;

    for (size_t i = 0; i < r.rules->n; i++) {
        const Detector *d = &r.rules->detectors[i];

        for (size_t k = 0; k < d->n_examples; k++) {
            _cleanup_(text_done) Text t = text_of(d->examples[k].text);

            n += check_matches(&r, &t);
        }
    }
    assert_true(n > 200);
}

/* Over the ends of blocks and of the text, and cut there: the same places, moved. */
static void places_move_with_the_text(void **state _unused_) {
    static const char *const bodies[][2] = {
        {"test.one",
         "match: [{keyword: '(?i:password|pwd)\\s{0,2}[:=]\\s{0,2}(?<value>\\w{4,9})'}]"},
        {"test.two", "match: [{phrase: ['strictly confidential', 'for your eyes']}]"},
        {"test.three", "match: [{keyword: 'AKIA[0-9A-Z]{16}'}]"},
    };
    static const char text[] = "pwd = hunter2, Strictly\n confidential, AKIAABCDEFGH01234567";
    _cleanup_(rig_done) Rig r = rig_new(bodies, N_ELEMENTS(bodies));
    uint8_t bytes[4400];

    for (size_t at = 4096 - 80; at < 4096 + 10; at++) {
        _cleanup_(places_done) Places all = {0};
        _cleanup_(text_done) Text t = {0};

        memset(bytes, '.', sizeof(bytes));
        memcpy(bytes + at, text, sizeof(text) - 1);
        t = text_new(bytes, at + sizeof(text) - 1, 'Z');
        all = places_of(r.engine->needles, &t, 0, t.n);
        assert_int_equal(all.n, 3);
        assert_true(places_have(&all, 0, at));
        for (size_t cut = 1; cut < sizeof(text) - 1; cut++) { /* a needle belongs to one part */
            _cleanup_(places_done) Places left = places_of(r.engine->needles, &t, 0, at + cut);
            _cleanup_(places_done) Places right = places_of(r.engine->needles, &t, at + cut, t.n);

            if (left.n + right.n != all.n)
                fail_msg("cut at %zu: %zu and %zu of %zu", at + cut, left.n, right.n, all.n);
        }
        for (size_t less = 1; less < sizeof(text) - 1; less++) { /* never beyond the end */
            _cleanup_(text_done) Text part = text_new(bytes, t.n - less, 'Z');
            _cleanup_(places_done) Places some = places_of(r.engine->needles, &part, 0, part.n);

            assert_true(some.n < all.n);
        }
    }
}

static bool refuse(void *of, const NeedlePlace *p _unused_) {
    ++*(size_t *)of;
    return false;
}

static void stops_when_told(void **state _unused_) {
    static const char *const bodies[][2] = {{"test.one", "match: [{keyword: 'token-[0-9]{4}'}]"}};
    _cleanup_(rig_done) Rig r = rig_new(bodies, 1);
    _cleanup_(text_done) Text t = text_of("token-1234 token-2345 token-3456");
    size_t n = 0;

    needles_find(r.engine->needles, t.at, t.n, 0, t.n, &(NeedleSink){.of = &n, .place = refuse});
    assert_int_equal(n, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_agree),
        cmocka_unit_test(sieves_agree),
        cmocka_unit_test(all_patterns_have_needles),
        cmocka_unit_test(examples_have_places),
        cmocka_unit_test(places_move_with_the_text),
        cmocka_unit_test(stops_when_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
