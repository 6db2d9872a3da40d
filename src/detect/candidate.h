/*
 * Candidate: from "the shape is right" to a scored hit, and from all hits to the best ones.
 *
 * Private to detect/: the stages of a Matcher (digits.c, runs, forms, keywords) each call
 * candidate_judge() for what they find and append to a HitList of their own, in order of start;
 * hits_resolve() then decides between hits that share bytes.
 */
#pragma once

#include "detect/matcher.h"

typedef struct HitList {
    Hit *at;
    size_t n, cap;
    bool failed;
} HitList;

/* One bit out of 64 for a value: a cheap way to see that it is not in a short list. */
static inline uint64_t value_filter(Span value) {
    uint64_t h = value.n;

    for (size_t i = 0; i < value.n; i += value.n / 4 + 1)
        h = h * 31 + value.at[i];
    return UINT64_C(1) << ((h * UINT64_C(0x9E3779B97F4A7C15)) >> 58);
}

void hits_done(HitList *l);
void hits_add(HitList *l, const Hit *h);

/* What the stages of one chunk share. Positions are relative to the chunk's text (bitmap.text). */
typedef struct Judge {
    const Engine *engine;
    const MatcherSink *sink;
    const Bitmap *bitmap;
    ContextCache *context;
    size_t base;   /* of the chunk in the window's text */
    size_t own_lo; /* owned part of the chunk: counts are for candidates that start here */
    size_t own_hi;
} Judge;

typedef struct Candidate {
    size_t start, end; /* in the chunk */
    uint16_t match;
    Span canon; /* what the checksum gets */
    float edge, form;
    const char *why_edge, *why_form;
} Candidate;

/* Checksum, test values, context, score: appends a hit to list if it reaches the floor. */
void candidate_judge(Judge *j, const Candidate *c, HitList *list);

/* As candidate_judge, for a layout that has to start at `start` of the chunk. */
void candidate_layout(Judge *j, uint16_t match, size_t start, HitList *list);

/* Says to the trace, if one is wanted, why a candidate was dropped before it could be judged. */
void candidate_drop(Judge *j, size_t start, size_t end, uint16_t match, Verdict verdict);

/* Whose hits are wanted: those that start in [lo, hi) of the window's text. */
typedef struct Owned {
    size_t lo, hi;
    const Matcher *matcher;
    const Window *window;
    const MatcherSink *sink;
} Owned;

/*
 * Merges the lists in order of start and passes on each owned hit that no better one overlaps.
 * `all` is scratch.
 */
void hits_resolve(HitList *lists, size_t n_lists, HitList *all, const Owned *o);
