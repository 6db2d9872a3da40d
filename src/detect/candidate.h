/*
 * Candidate: from "the shape is right" to a scored hit, and from all hits to the best ones.
 *
 * Private to detect/: whatever finds something in a chunk (anchor.c, digits.c, keywords) calls
 * candidate_judge(), which appends to the chunk's HitList; hits_resolve() then decides between hits
 * that share bytes.
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

/* What the stages of one chunk share. Positions are relative to the chunk's text (bitmap.text). */
typedef struct Judge {
    const Engine *engine;
    const MatcherSink *sink;
    const Bitmap *bitmap;
    ContextCache *context;
    HitList *hits;
    size_t base;    /* of the chunk in the window's text */
    size_t eval_lo; /* candidates that start in [eval_lo, eval_hi) are judged: see matcher.c */
    size_t eval_hi;
    size_t own_lo; /* owned part of the chunk: counts are for candidates that start here */
    size_t own_hi;
} Judge;

typedef struct Candidate {
    size_t start, end; /* in the chunk */
    uint16_t match;
    Span canon;   /* letters and digits, or the value as it is: what is counted and compared */
    Span checked; /* what the checksum gets, where its type keeps other signs; at NULL: canon */
    float edge, form;
    const char *why_edge, *why_form; /* NULL: edge or form is 0 */
} Candidate;

/* Checksum, test values, context, score: adds a hit if it reaches the floor. */
void candidate_judge(Judge *j, const Candidate *c);

/* A cell of a column that is for its detector, and does not fit: it counts as tested in vain. */
void candidate_missed(Judge *j, uint16_t match, size_t start);

/* The value as its validator wants it, in `to`; at NULL where canon will do. */
Span candidate_compact(const Judge *j, uint16_t match, Span value, char *to, size_t cap);

/* As candidate_judge, for a layout that has to start at `start` of the chunk. */
void candidate_layout(Judge *j, uint16_t match, size_t start);

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
 * Sorts the hits and passes on each owned one that no better one overlaps, in order of start.
 */
void hits_resolve(HitList *l, const Owned *o);
