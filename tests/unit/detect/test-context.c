/* Context: case, diacritics, joints, sides, distance, and what is remembered of a block. */
#include <ctype.h>
#include <strings.h>

#include "rig.h"

#include "detect/context.h"

#define WORDS(...)                                                                                 \
    ((Words){(const char *[]){__VA_ARGS__}, N_ELEMENTS(((const char *[]){__VA_ARGS__}))})

/* A text with a last '#' where the value stands, looked at for the only detector. */
typedef struct Look {
    Detector detector;
    Rules rules;
    ContextWords *words;
    ContextCache *cache;
    Bitmap *bitmap;
} Look;

static void look_done(Look *l) {
    context_words_free(l->words);
    free(l->cache);
    free(l->bitmap);
}

static void look_new(Look *l, Words near, Words against) {
    Error e = {0};

    *l = (Look){.detector = {.context = {.near = near, .not_near = against, .within = 64}},
                .cache = calloc(1, sizeof(*l->cache)),
                .bitmap = calloc(1, sizeof(*l->bitmap))};
    l->rules = (Rules){.detectors = &l->detector, .n = 1};
    assert_true(l->cache && l->bitmap);
    if (context_words_new(&l->rules, &e, &l->words) < 0)
        fail_msg("%s", e.text);
    l->cache->words = l->words;
}

static ContextEvidence look_within(Look *l, const Text *t, size_t within) {
    const uint8_t *hash = memrchr(t->at, '#', t->n);
    ContextEvidence e = {.near = -1, .against = -1};
    size_t at;

    assert_non_null(hash);
    at = (size_t)(hash - t->at);
    bitmap_builder(NULL)(l->bitmap, t->at, t->n);
    context_reset(l->cache, l->bitmap, NULL, 0);
    context_around(l->cache, 0, at, at + 1, within, &e);
    return e;
}

static ContextEvidence look(Look *l, const char *text) {
    _cleanup_(text_done) Text t = text_of(text);

    return look_within(l, &t, 64);
}

static bool has(const char *phrase, const char *text) {
    _cleanup_(look_done) Look l;

    look_new(&l, WORDS(phrase), (Words){0});
    return look(&l, text).near >= 0;
}

static void finds_whole_words(void **state _unused_) {
    assert_true(has("ssn", "ssn #"));
    assert_true(has("ssn", "SSN: #"));
    assert_true(has("ssn", "my-Ssn=#"));
    assert_true(has("ssn", "the_ssn_is #")); /* '_' parts words */
    assert_false(has("ssn", "ssns #"));
    assert_false(has("ssn", "assn #"));
    assert_false(has("ssn", "ssn1 #"));
    assert_false(has("ssn", "ss n #"));
    assert_false(has("ssn", "#"));
    assert_true(has("a", "a #"));
    assert_true(has("steueridentifikationsnummer", "Steueridentifikationsnummer #"));
    assert_false(has("steueridentifikationsnummer", "Steueridentifikationsnummern #"));
}

static void folds_diacritics(void **state _unused_) {
    assert_true(has("num\xc3\xa9ro", "NUM\xc3\x89RO #"));
    assert_true(has("\xc3\xb6gk", "\xc3\x96GK #"));
    assert_false(has("numero", "num\xc3\xa9ro #"));
    assert_false(has("num\xc3\xa9ro", "numero #"));
    assert_true(
        has("\xe8\xba\xab\xe4\xbb\xbd\xe8\xaf\x81", "\xe8\xba\xab\xe4\xbb\xbd\xe8\xaf\x81 #"));
    assert_false(has("ssn", "ssn\xc3\xa9 #")); /* a word goes on in other letters */
}

/* A colon or comma of full width is no letter, wherever a block of 64 bytes ends in it. */
static void minds_full_width_punctuation(void **state _unused_) {
    static const char phrase[] = "\xe6\x8a\xa4\xe7\x85\xa7"; /* passport */
    static const char *const marks[] = {"\xef\xbc\x9a", "\xef\xbc\x8c", "\xe3\x80\x82",
                                        "\xe3\x80\x8d", "\xef\xbc\x88", "\xe3\x80\x80"};
    static const char *const letters[] = {"\xe5\x8f\xb7", "\xef\xbc\x91", "\xe3\x80\x85",
                                          "\xc3\xa9",     "\xef\xbc",     "\xe3"};

    for (size_t k = 0; k < N_ELEMENTS(marks); k++) {
        for (size_t before = 0; before < 130; before++) {
            char line[256];

            snprintf(line, sizeof(line), "%*s%s%s%sA1#", (int)before, "", marks[k], phrase,
                     marks[k]);
            if (!has(phrase, line))
                fail_msg("mark %zu behind %zu bytes: not found", k, before);
            snprintf(line, sizeof(line), "%*s%s%s1#", (int)before, "", phrase, letters[k]);
            if (has(phrase, line))
                fail_msg("letter %zu behind %zu bytes: found", k, before);
        }
    }
}

static void joins_words(void **state _unused_) {
    static const char *const joints[] = {" ", "  ", "   ", "\t", "_", "-", " - ", "__"};
    static const char *const apart[] = {"", "    ", ".", "/", "\n", ", "};
    char text[64];

    for (size_t i = 0; i < N_ELEMENTS(joints); i++) {
        snprintf(text, sizeof(text), "Social%sSecurity #", joints[i]);
        if (!has("social security", text))
            fail_msg("'%s'", text);
    }
    for (size_t i = 0; i < N_ELEMENTS(apart); i++) {
        snprintf(text, sizeof(text), "Social%sSecurity #", apart[i]);
        if (has("social security", text))
            fail_msg("'%s'", text);
    }
    assert_false(has("social security", "social securityx #"));
    assert_true(has("cpf/mf", "CPF/MF #"));
    assert_true(has("ss#", "ss#x #")); /* ends in a mark: what follows may be anything */
    assert_true(has("d.n.i", "D.N.I #"));
    assert_true(has("n\xc2\xb0 avs", "N\xc2\xb0 AVS #"));
}

static void takes_short_numbers(void **state _unused_) {
    assert_true(has("1099", "1099 form #"));
    assert_true(has("1099", "a1, 1099 #"));
    assert_false(has("1099", "10990 #"));
    assert_false(has("1099", "x1099 #"));
    assert_true(has("t4", "T4 #"));
}

static void looks_on_both_sides(void **state _unused_) {
    _cleanup_(look_done) Look l;
    ContextEvidence e;

    look_new(&l, WORDS("ssn"), (Words){0});
    e = look(&l, "ssn  #");
    assert_int_equal(e.near_distance, 2);
    assert_false(e.near_after);
    e = look(&l, "# ssn");
    assert_true(e.near >= 0 && e.near_after);
    assert_int_equal(e.near_distance, 2); /* behind counts double */
    assert_string_equal(context_phrase(l.words, (uint16_t)e.near), "ssn");
    e = look(&l, "ssn....# ssn");
    assert_true(e.near_after);
    e = look(&l, "ssn.# ssn");
    assert_false(e.near_after);
}

static void stops_at_its_reach(void **state _unused_) {
    _cleanup_(look_done) Look l;

    look_new(&l, WORDS("ssn"), (Words){0});
    for (size_t before = 0; before < 90; before++) {
        char line[256];
        _cleanup_(text_done) Text t = {0};

        memset(line, '.', sizeof(line));
        memcpy(line + 100 - before - 3, "ssn", 3);
        line[100] = '#';
        t = text_new(line, sizeof(line), 'n');
        assert_int_equal(look_within(&l, &t, 64).near >= 0, before + 3 <= 64);
        assert_int_equal(look_within(&l, &t, 20).near >= 0, before + 3 <= 20);
    }
    for (size_t behind = 0; behind < 60; behind++) {
        char line[256];
        _cleanup_(text_done) Text t = {0};

        memset(line, '.', sizeof(line));
        line[100] = '#';
        memcpy(line + 101 + behind, "ssn", 3);
        t = text_new(line, sizeof(line), 'n');
        assert_int_equal(look_within(&l, &t, 64).near >= 0, behind + 3 <= 32);
    }
}

static void weighs_against(void **state _unused_) {
    _cleanup_(look_done) Look l;
    ContextEvidence e;

    look_new(&l, WORDS("ssn", "tax id"), WORDS("phone", "ssn of nobody"));
    e = look(&l, "phone #");
    assert_true(e.near < 0 && e.against >= 0);
    e = look(&l, "ssn, phone: #");
    assert_true(e.near >= 0 && e.against >= 0 && e.against_distance < e.near_distance);
    e = look(&l, "ssn of nobody #"); /* both start at the same byte */
    assert_true(e.near >= 0 && e.against >= 0);
}

/* The answer is the same wherever blocks of 64 bytes begin and end. */
static void does_not_depend_on_blocks(void **state _unused_) {
    static const char phrase[] = "Num\xc3\x89ro  de S\xc3\xa9"
                                 "curit\xc3\xa9: ";
    _cleanup_(look_done) Look l;

    look_new(&l,
             WORDS("num\xc3\xa9ro de s\xc3\xa9"
                   "curit\xc3\xa9",
                   "de"),
             (Words){0});
    for (size_t at = 0; at < 300; at++) {
        char line[512];
        _cleanup_(text_done) Text t = {0};
        ContextEvidence e;

        memset(line, ',', sizeof(line));
        memcpy(line + at, phrase, sizeof(phrase) - 1);
        line[at + sizeof(phrase) - 1] = '#';
        t = text_new(line, at + sizeof(phrase), 'e');
        e = look_within(&l, &t, 64);
        assert_true(e.near >= 0);
        assert_int_equal(e.near_distance, 2);
    }
}

/* Against a naive search for one word, in text dense with look-alikes. */
static void agrees_with_a_naive_search(void **state _unused_) {
    _cleanup_(look_done) Look l;
    Dice d = {.state = 31};

    look_new(&l, WORDS("sin", "si"), (Words){0});
    for (int round = 0; round < 2000; round++) {
        _cleanup_(text_done) Text t = text_random(&d, 400, "siSNn n.1", 9);
        bool expected = false;

        t.at[200] = '#';
        for (size_t i = 136; i < 200; i++) {
            for (size_t n = 2; n <= 3 && i + n <= 200; n++)
                expected |= strncasecmp((const char *)t.at + i, "sin", n) == 0 &&
                            !isalnum(t.at[i - 1]) && !isalnum(t.at[i + n]);
        }
        for (size_t i = 201; i < 233; i++) {
            for (size_t n = 2; n <= 3 && i + n <= 233; n++)
                expected |= strncasecmp((const char *)t.at + i, "sin", n) == 0 &&
                            !isalnum(t.at[i - 1]) && !isalnum(t.at[i + n]);
        }
        assert_int_equal(look_within(&l, &t, 64).near >= 0, expected);
    }
}

static void says_whom_it_concerns(void **state _unused_) {
    Detector detectors[70] = {0};
    Rules rules = {.detectors = detectors, .n = N_ELEMENTS(detectors)};
    _cleanup_(context_words_freep) ContextWords *w = NULL;
    _cleanup_(free_p) ContextCache *c = calloc(1, sizeof(*c));
    _cleanup_(free_p) Bitmap *b = calloc(1, sizeof(*b));
    _cleanup_(text_done) Text t = text_of("iban 12345678");

    detectors[3].context = (Context){.near = WORDS("iban"), .within = 64};
    detectors[68].context = (Context){.not_near = WORDS("iban", "bic"), .within = 64};
    assert_int_equal(context_words_new(&rules, NULL, &w), 0);
    c->words = w;
    bitmap_builder(NULL)(b, t.at, t.n);
    context_reset(c, b, NULL, 0);
    assert_int_equal(context_about(c, 5, 13, 64), context_bit(3) | context_bit(68));
}

static void refuses(void **state _unused_) {
    static char longest[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    Words wrong[] = {WORDS(""), WORDS(" a"), WORDS("#a"), WORDS("12345"), WORDS(longest)};

    for (size_t i = 0; i < N_ELEMENTS(wrong); i++) {
        Detector d = {.context = {.near = wrong[i], .within = 64}, .mark = {"f.yaml", 1, 1}};
        Rules rules = {.detectors = &d, .n = 1};
        ContextWords *w = NULL;
        Error e = {0};

        assert_int_equal(context_words_new(&rules, &e, &w), -EINVAL);
        assert_non_null(strstr(e.text, "f.yaml:1:1"));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_whole_words),
        cmocka_unit_test(folds_diacritics),
        cmocka_unit_test(minds_full_width_punctuation),
        cmocka_unit_test(joins_words),
        cmocka_unit_test(takes_short_numbers),
        cmocka_unit_test(looks_on_both_sides),
        cmocka_unit_test(stops_at_its_reach),
        cmocka_unit_test(weighs_against),
        cmocka_unit_test(does_not_depend_on_blocks),
        cmocka_unit_test(agrees_with_a_naive_search),
        cmocka_unit_test(says_whom_it_concerns),
        cmocka_unit_test(refuses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
