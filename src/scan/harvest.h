/*
 * Harvest: what the detectors found in one object, counted as it is found.
 *
 * One thread fills one Harvest; those of several threads over parts of one object are merged, in
 * any order, with the same result: counts add, sketches unite, and of the samples the lowest
 * positions stay. Dense data costs nothing but counting. Samples hold values in clear until they
 * have been sent to the keeper: harvest_clear() wipes them.
 */
#pragma once

#include "base/sketch.h"
#include "detect/matcher.h"
#include "extract/text/charset.h"
#include "model/finding.h"

typedef struct HarvestSample {
    uint64_t offset; /* raw */
    uint64_t piece;  /* of the object; lines count from its start until they are settled */
    uint64_t line;   /* newlines before it in its piece */
    uint32_t length; /* raw */
    float score;
    bool test_value;
    uint16_t n; /* of value */
    char mask[FINDING_MASK_MAX];
    char value[FINDING_VALUE_MAX];
} HarvestSample;

typedef struct HarvestRow {
    uint64_t count[N_LEVELS];
    uint64_t test_values;
    float best;
    bool touched;
    Sketch sketch;
    uint32_t n_samples;
    HarvestSample *samples; /* FINDING_SAMPLES_MAX, made when first needed */
} HarvestRow;

typedef struct Harvest {
    const Engine *engine;
    size_t n; /* rows: one a detector */
    HarvestRow *rows;
    MatchCount *counts;
    uint32_t keep;     /* samples a row, at most FINDING_SAMPLES_MAX */
    uint16_t *touched; /* numbers of rows with hits */
    size_t n_touched;
    bool no_memory;
    /* where the window at hand stands: set before each matcher_scan */
    const TextWindow *window;
    uint64_t piece, line; /* newlines of the piece before the window */
} Harvest;

int harvest_init(Harvest *h, const Engine *engine, uint32_t keep);
void harvest_done(Harvest *h);

/* Empties it for the next object, wiping values. */
void harvest_clear(Harvest *h);

/* MatcherSink.hit; `of` is the Harvest. */
void harvest_hit(void *of, const Matcher *m, const Window *w, const Hit *hit);

void harvest_merge(Harvest *into, const Harvest *from);

/*
 * Settles lines: newlines[i] is how many piece i has. Samples are then in order of position with
 * their 1-based line.
 */
void harvest_settle(Harvest *h, const uint64_t *newlines, size_t n_pieces);
