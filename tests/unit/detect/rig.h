/*
 * Rig: what tests of the engine share: hostile text with hostile padding, engines made from rules
 * in a directory of the test's own, and the hits of a text however it is cut.
 *
 * Static functions in a header, since each unit test is one programme of one file. Random numbers
 * are seeded: a failure comes again. What fails is told by detector and position, never by value.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../rule/scratch.h"
#include "base/buf.h"
#include "detect/matcher.h"

/* ---- random numbers ---- */

typedef struct Dice {
    uint64_t state;
} Dice;

static inline uint64_t dice_roll(Dice *d) {
    d->state ^= d->state << 13;
    d->state ^= d->state >> 7;
    d->state ^= d->state << 17;
    return d->state * UINT64_C(0x2545F4914F6CDD1D) >> 11;
}

/* Less than n. */
static inline size_t dice_below(Dice *d, size_t n) {
    return dice_roll(d) % n;
}

/* ---- text with BITMAP_PAD bytes behind it ---- */

typedef struct Text {
    uint8_t *at;
    size_t n;
} Text;

static inline void text_done(Text *t) {
    free(t->at);
    *t = (Text){0};
}

/* pad: what stands behind the end, and must not matter. */
static inline Text text_new(const void *bytes, size_t n, uint8_t pad) {
    Text t = {.at = malloc(n + BITMAP_PAD), .n = n};

    assert_non_null(t.at);
    memcpy(t.at, bytes, n);
    memset(t.at + n, pad, BITMAP_PAD);
    return t;
}

static inline Text text_of(const char *s) {
    return text_new(s, strlen(s), '7');
}

/* Bytes out of an alphabet. */
static inline Text text_random(Dice *d, size_t n, const char *alphabet, size_t n_alphabet) {
    Text t = {.at = malloc(n + BITMAP_PAD), .n = n};

    assert_non_null(t.at);
    for (size_t i = 0; i < n + BITMAP_PAD; i++)
        t.at[i] = (uint8_t)alphabet[dice_below(d, n_alphabet)];
    return t;
}

/* ---- an engine of rules written in YAML ---- */

typedef struct Rig {
    Scratch scratch;
    Rules *rules;
    Engine *engine;
    Matcher *matcher;
    pcre2_code **codes; /* by pattern; NULL before rig_code() */
} Rig;

static inline void rig_done(Rig *r) {
    for (size_t i = 0; r->codes && i < r->engine->n_patterns; i++)
        pcre2_code_free(r->codes[i]);
    free(r->codes);
    matcher_free(r->matcher);
    engine_free(r->engine);
    rules_free(r->rules);
    scratch_done(&r->scratch);
}

/* A pattern as PCRE2 alone has it, compiled when first asked for. */
static inline const pcre2_code *rig_code(Rig *r, size_t pattern) {
    const EnginePattern *p = &r->engine->patterns[pattern];
    Error e = {0};

    if (!r->codes)
        r->codes = calloc(r->engine->n_patterns, sizeof(*r->codes));
    assert_non_null(r->codes);
    if (!r->codes[pattern] && pattern_compile(p->text, p->options, &e, &r->codes[pattern]) < 0)
        fail_msg("pattern %zu: %s", pattern, e.text);
    return r->codes[pattern];
}

static inline int rig_try(Rig *r, Error *reterr) {
    const char *directories[] = {r->scratch.path};
    RulesOptions o = {.directories = directories, .n_directories = 1, .no_builtin = true};
    int e = rules_load(&o, reterr, &r->rules);

    if (e == 0)
        e = engine_new(r->rules, NULL, reterr, &r->engine);
    return e < 0 ? e : matcher_new(r->engine, &r->matcher);
}

/* Rule files of which each body is what stands behind id and title, from `match:` on. */
static inline void rig_write(const Scratch *s, const char *const (*bodies)[2], size_t n) {
    for (size_t i = 0; i < n; i++) {
        _cleanup_(buf_done) Buf b = {0};
        char name[64];

        buf_printf(&b,
                   "format: detector/1\nid: %s\ntitle: test\ncategory: gov.national_id\n%s\n"
                   "examples: [a]\nnegative_examples: [b]\n",
                   bodies[i][0], bodies[i][1]);
        snprintf(name, sizeof(name), "%zu.yaml", i);
        scratch_write(s, name, buf_as_span(&b));
    }
}

static inline Rig rig_new(const char *const (*bodies)[2], size_t n) {
    Rig r = {.scratch = scratch_new()};
    Error e = {0};

    rig_write(&r.scratch, bodies, n);
    if (rig_try(&r, &e) < 0)
        fail_msg("rules: %s", e.text);
    return r;
}

static inline size_t rig_detector(const Rig *r, const char *id) {
    int number = rules_find(r->rules, span_of(id));

    assert_true(number >= 0);
    return (size_t)number;
}

/* ---- hits of a text, cut into windows ---- */

typedef struct Found {
    uint64_t start, end;
    uint16_t detector, match;
    float score;
    uint8_t level, n_alternatives;
    bool test_value;
    uint16_t alternatives[MATCHER_ALTERNATIVES];
    uint64_t hash, line;
} Found;

typedef struct Finds {
    Found *at;
    size_t n, cap;
    uint64_t base, lines; /* of the window at hand */
    MatchCount counts[64];
} Finds;

static inline void finds_done(Finds *f) {
    free(f->at);
}

static inline void finds_take(void *of, const Matcher *m, const Window *w _unused_, const Hit *h) {
    Finds *f = of;
    Found found;

    if (f->n == f->cap) {
        f->cap = f->cap ? 2 * f->cap : 256;
        f->at = reallocarray(f->at, f->cap, sizeof(*f->at));
        assert_non_null(f->at);
    }
    memset(&found, 0, sizeof(found)); /* compared as bytes */
    found.start = f->base + h->start;
    found.end = f->base + h->end;
    found.detector = h->detector;
    found.match = h->match;
    found.score = h->score;
    found.level = h->level;
    found.test_value = h->test_value;
    found.n_alternatives = h->n_alternatives;
    for (size_t i = 0; i < h->n_alternatives; i++)
        found.alternatives[i] = h->alternatives[i];
    found.hash = h->hash;
    found.line = f->lines + matcher_newlines_before(m, h->start);
    f->at[f->n++] = found;
}

static const uint8_t rig_secret[192] = {1, 2, 3};

/* window: bytes owned by each; the first owns `first` (0: as the others). */
static inline Finds rig_scan(Rig *r, const Text *t, size_t window, size_t first, Level floor) {
    Finds f = {0};
    MatcherSink sink = {
        .of = &f, .hit = finds_take, .counts = f.counts, .floor = floor, .secret = rig_secret};

    assert_true(r->rules->n <= 64);
    for (size_t lo = 0, hi; lo < t->n; lo = hi) {
        size_t from = lo > MATCHER_MARGIN ? lo - MATCHER_MARGIN : 0, to;
        Window w;

        hi = lo + (lo == 0 && first ? first : window);
        hi = hi < t->n ? hi : t->n;
        to = hi + MATCHER_MARGIN < t->n ? hi + MATCHER_MARGIN : t->n;
        w = (Window){.text = t->at + from, .n = to - from, .lo = lo - from, .hi = hi - from};
        f.base = from;
        assert_int_equal(matcher_scan(r->matcher, &w, &sink), 0);
        f.lines += matcher_newlines(r->matcher);
    }
    return f;
}

static inline void finds_equal(const Finds *a, const Finds *b, size_t n_detectors) {
    for (size_t i = 0; i < a->n && i < b->n; i++) {
        if (memcmp(&a->at[i], &b->at[i], sizeof(a->at[i])) != 0)
            fail_msg("hit %zu: detector %u at %lu-%lu %g, elsewhere detector %u at %lu-%lu %g", i,
                     a->at[i].detector, a->at[i].start, a->at[i].end, (double)a->at[i].score,
                     b->at[i].detector, b->at[i].start, b->at[i].end, (double)b->at[i].score);
    }
    assert_int_equal(a->n, b->n);
    for (size_t i = 0; i < n_detectors; i++) {
        assert_int_equal(a->counts[i].tested, b->counts[i].tested);
        assert_int_equal(a->counts[i].valid, b->counts[i].valid);
    }
}
