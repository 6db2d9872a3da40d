/*
 * Outline: what a derived pattern (regex.h) looks like, as rows of byte sets.
 *
 * A pattern becomes one or more outlines, its alternatives; each is a sequence of steps, "so many
 * bytes of this set". Every match of the pattern fits one of its outlines; what fits an outline
 * need not be a match. Made while an Engine is built, from a pattern that is hostile: time and
 * memory are bounded by OUTLINES_MAX and OUTLINE_STEPS_MAX.
 */
#pragma once

#include "base/arena.h"

enum {
    OUTLINES_MAX = 64,       /* of one pattern; further alternatives are put together */
    OUTLINE_STEPS_MAX = 256, /* of one outline */
    OUTLINE_ENDLESS = UINT16_MAX,
};

typedef struct ByteSet {
    uint64_t bits[4];
} ByteSet;

static inline bool byte_set_has(const ByteSet *s, uint8_t c) {
    return s->bits[c >> 6] >> (c & 63) & 1;
}

static inline bool byte_set_meets(const ByteSet *a, const ByteSet *b) {
    return (a->bits[0] & b->bits[0]) | (a->bits[1] & b->bits[1]) | (a->bits[2] & b->bits[2]) |
           (a->bits[3] & b->bits[3]);
}

typedef struct Step {
    ByteSet set;
    uint16_t least, most; /* bytes of it; OUTLINE_ENDLESS: no bound */
} Step;

typedef struct Outline {
    Step *steps; /* in the arena */
    size_t n, cap;
} Outline;

typedef struct Outlines {
    size_t n;
    Outline at[OUTLINES_MAX];
} Outlines;

/* 0; -ENOTSUP: a construct that is not known here, or too much of it; -ENOMEM. */
int outlines_read(const char *derived, Arena *arena, Outlines *ret);

/* The bytes that the steps [from, to) cover at least and at most, up to OUTLINE_ENDLESS. */
size_t outline_least(const Outline *o, size_t from, size_t to);
size_t outline_most(const Outline *o, size_t from, size_t to);

/* The outline with step i, which may be absent, left out (least 0) or made certain. -ENOMEM */
int outline_without(const Outline *o, size_t i, Arena *arena, Outline *ret);
int outline_with(const Outline *o, size_t i, Arena *arena, Outline *ret);
