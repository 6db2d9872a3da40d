/*
 * Trickle: a feed that gives few bytes at a time, and what every reader must bear: any cut of what
 * it reads, and any damage of it.
 */
#pragma once

#include "recorder.h"
#include "sample.h"

typedef struct Trickle {
    Span left;
    size_t most; /* bytes of one read */
} Trickle;

static inline ssize_t trickle_read(Feed *f, uint8_t *at, size_t n) {
    Trickle *t = f->of;

    if (n > t->most)
        n = t->most;
    if (n > t->left.n)
        n = t->left.n;
    if (n)
        memcpy(at, t->left.at, n);
    t->left = span(t->left.at + n, t->left.n - n);
    return (ssize_t)n;
}

/* The log of bytes that come at most so many at a time. */
static inline const char *record_trickle(Recorder *r, Span bytes, const char *name, size_t most) {
    static const FeedKind kind = {.read = trickle_read};
    Trickle t = {.left = bytes, .most = most};
    Feed f = feed_of(&kind, &t, FEED_SIZE_UNKNOWN);
    const char *log = record_feed(r, &f, name, NULL);

    feed_done(&f);
    return log;
}

/* The log, and that it is the same however the bytes come. */
static inline void assert_records(Span bytes, const char *expected) {
    static const size_t steps[] = {1, 2, 3, 7, 64, 1000};
    Recorder r = {0};

    assert_string_equal(record_bytes(&r, bytes, "unit"), expected);
    for (size_t i = 0; i < N_ELEMENTS(steps); i++)
        assert_string_equal(record_trickle(&r, bytes, "unit", steps[i]), expected);
    buf_done(&r.log);
}

/* Cut at every place, in memory of just that size, for the sanitizer; and with bytes changed. */
static inline void assert_bears_damage(Span bytes) {
    uint64_t seed = bytes.n + 1;
    Recorder r = {0};

    for (size_t n = 0; n <= bytes.n; n++) {
        _cleanup_(free_p) uint8_t *cut = malloc(n ? n : 1);

        assert_non_null(cut);
        memcpy(cut, bytes.at, n);
        record_bytes(&r, span(cut, n), "cut");
    }
    for (int i = 0; i < 500; i++) {
        _cleanup_(free_p) uint8_t *bad = malloc(bytes.n ? bytes.n : 1);

        assert_non_null(bad);
        memcpy(bad, bytes.at, bytes.n);
        for (int k = 0; k < 1 + i % 8 && bytes.n; k++)
            bad[sample_random(&seed) % bytes.n] = (uint8_t)sample_random(&seed);
        record_trickle(&r, span(bad, bytes.n), "bad", 1 + (size_t)i % 50);
    }
    buf_done(&r.log);
}
