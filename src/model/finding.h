/*
 * Finding: all values of one kind in one part of one object, as one row.
 *
 * Dense data makes millions of hits; they are counted, never kept one by one. A row keeps the
 * FINDING_SAMPLES_MAX lowest positions as samples. The value itself travels from the scanner to
 * the keeper inside `value`, is made into a token there, and is wiped; no other code may store it.
 */
#pragma once

#include "model/part.h"
#include "model/tier.h"

#define FINDING_SAMPLES_MAX 20
#define FINDING_VALUE_MAX   256 /* canonical bytes kept for a token; a longer value is cut */
#define FINDING_MASK_MAX    96
#define FINDING_TOKEN       16 /* bytes: the first half of a MAC, evidence/token.h */

typedef enum Level {
    LEVEL_NONE, /* below every report: dropped */
    LEVEL_LOW,
    LEVEL_MEDIUM,
    LEVEL_HIGH,
    N_LEVELS,
} Level;

const char *level_name(Level l);
int level_parse(Span word, Level *ret);

/* The level of a score in natural log-odds: high from 19:1, medium from 1:1, low from 1:5. */
static inline Level level_of(double score) {
    if (score >= 2.944) /* ln 19 */
        return LEVEL_HIGH;
    if (score >= 0.0)
        return LEVEL_MEDIUM;
    return score >= -1.609 ? LEVEL_LOW : LEVEL_NONE; /* ln 1/5 */
}

typedef struct Sample {
    uint64_t line;   /* from 1; of a part that has rows, the row; 0 where neither means anything */
    uint64_t offset; /* raw bytes from the start of the unit; MARK_NOWHERE: not there as such */
    uint32_t length; /* raw bytes */
    float score;
    bool test_value;
    bool has_token; /* false where there is no key, and until the keeper made it */
    uint8_t token[FINDING_TOKEN];
    char mask[FINDING_MASK_MAX]; /* UTF-8 */
    Span value;                  /* canonical; in memory only, see above */
} Sample;

typedef struct Finding {
    uint32_t detector; /* number in the Rules of the run */
    PartKind kind;
    Span part;                /* page, sheet:column, table.column; empty: the object as a whole */
    Span heading;             /* what the column of a sheet is headed by; empty: unknown */
    uint64_t count[N_LEVELS]; /* hits by level */
    uint64_t tested;          /* candidates of the right shape */
    uint64_t valid;           /* of these, passed the checksum; equals tested where there is none */
    uint64_t test_values;     /* hits that are published test values */
    uint64_t distinct;        /* different values, estimated when not exact */
    bool distinct_exact;
    float score; /* the best of all hits */
    Span values; /* of its category in the object, as base/sketch.h writes it down; empty: in
                    another finding of the object, or not known */
    Sample *samples;
    size_t n_samples;
} Finding;
