/*
 * Score: how sure a hit is, in natural log-odds that add up.
 *
 * base (what shape and checksum are worth) + evidence (words near, the form itself, the edges).
 * The weights below are the whole calibration: docs/design/score.md says how they were set and
 * `terrier explain` prints the sum. model/finding.h turns a score into a level.
 */
#pragma once

#include "detect/context.h"
#include "detect/validate/validate.h"
#include "rule/detector.h"

#define SCORE_BASE_LOW    -1.5f
#define SCORE_BASE_MEDIUM 0.7f
#define SCORE_BASE_HIGH   3.2f

#define SCORE_NEAR       3.6f  /* a word for it, before the value */
#define SCORE_NEAR_AFTER 2.4f  /* the same behind it */
#define SCORE_COLUMN     3.6f  /* the name of its column speaks for it */
#define SCORE_COLUMN_NOT -3.4f /* ... against it */
#define SCORE_AGAINST    -3.4f /* a word against it */
#define SCORE_NO_CONTEXT -8.0f /* context is required, and there is none */
#define SCORE_NUMBER_ROW -1.6f /* another number beside it, one space away: a table of numbers */
#define SCORE_MONEY      -3.0f /* a currency or percent sign beside it */
#define SCORE_COMPOUND   -1.2f /* a dash or slash joins it to something longer */

/* What stands beside a number, as far as it costs something. */
typedef enum EdgeKind { EDGE_FREE, EDGE_COMPOUND, EDGE_ROW, EDGE_MONEY, N_EDGES } EdgeKind;

/* Of both sides together. */
static inline float score_edges(EdgeKind left, EdgeKind right) {
    static const float penalty[N_EDGES] = {[EDGE_COMPOUND] = SCORE_COMPOUND,
                                           [EDGE_ROW] = SCORE_NUMBER_ROW,
                                           [EDGE_MONEY] = SCORE_MONEY};

    return penalty[left] + penalty[right];
}

typedef struct Score {
    float base, edge, form, context, total;
    const char *why_edge, *why_form; /* NULL: nothing to say */
    ContextEvidence evidence;
    bool required_missing;
} Score;

/* The base of a match: as the rule says, or from its rarity and the pass rate of its checksum. */
float score_base(const Match *m, const Validator *v);

/* Adds up; context only where it can matter is the caller's business. */
void score_sum(Score *s, const Detector *d);
