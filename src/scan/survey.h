/*
 * Survey: a seeded sample of files, spread over the directories, for a first answer in a set time.
 *
 * While the tree is walked, every file gets a key from the seed and its path: first its rank among
 * the files it came with, then a hash. The files with the lowest keys are kept, so each directory
 * gives one before any gives two. They are then read in order of key until time is up. Memory is
 * bounded by SURVEY_PICKS_MAX. The same seed on the same tree picks the same files; how many of
 * them are read depends on the clock, which is why a survey is no evidence.
 */
#pragma once

#include "source/batch.h"

enum { SURVEY_PICKS_MAX = 65536 };

typedef struct Pick {
    uint64_t key;
    uint32_t root;
    Span path; /* owned by the pick */
} Pick;

typedef struct Survey {
    uint64_t seed;
    Pick *picks; /* a heap, the highest key on top, until survey_order() */
    size_t n;
    bool no_memory;
} Survey;

int survey_init(Survey *s, uint64_t seed);
void survey_done(Survey *s);

/* Considers the files of a batch; the batch stays the caller's. */
void survey_consider(Survey *s, const Batch *b);

/* Sorts the picks by key: the order in which to read them. */
void survey_order(Survey *s);
