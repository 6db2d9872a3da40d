/*
 * Harvest: what the detectors found in one object, counted as it is found.
 *
 * A row counts one detector in one place: a page, a sheet's or table's column, or the object as a
 * whole (place 0). One thread fills one Harvest; those of several threads over parts of one object
 * are merged, in any order, with the same result: counts add, sketches unite, and of the samples
 * the lowest positions stay. Dense data costs nothing but counting. Places beyond HARVEST_PLACES
 * fold into their part, and that into the whole. Samples hold values in clear until they have been
 * sent to the keeper: harvest_clear() wipes them. Names of parts and columns are hostile.
 *
 * Where a window's floor is lower than the scan's (scan/columnset.h), what is below the scan's has
 * rows of its own, which harvest_settle() adds or drops.
 */
#pragma once

#include "base/arena.h"
#include "base/sketch.h"
#include "detect/matcher.h"
#include "extract/text/charset.h"
#include "model/finding.h"

enum {
    HARVEST_PLACES = 4096, /* of one object */
    HARVEST_ROWS = 8192,
};

typedef struct HarvestSample {
    uint64_t position; /* in the order in which the object is read */
    uint64_t offset;   /* raw; MARK_NOWHERE: none */
    uint64_t piece;    /* of the object; lines count from its start until they are settled */
    uint64_t line;     /* newlines before it in its piece, or a row */
    bool counted;      /* line is newlines before it */
    uint32_t length;   /* raw */
    float score;
    bool test_value;
    uint16_t n; /* of value */
    char mask[FINDING_MASK_MAX];
    char value[FINDING_VALUE_MAX];
} HarvestSample;

typedef struct HarvestRow {
    uint32_t place;
    uint16_t detector;
    bool below;   /* hits below the floor, kept until the column they are in is known better */
    bool certain; /* the column holds such values: those below the floor count */
    uint64_t count[N_LEVELS];
    uint64_t tested, valid; /* of a place other than 0; there they are in Harvest.counts */
    uint64_t test_values;
    float best;
    Sketch sketch;
    uint32_t n_samples;
    uint64_t last;          /* the highest position among the samples */
    HarvestSample *samples; /* Harvest.keep of them, made when first needed */
} HarvestRow;

typedef struct HarvestPlace {
    PartKind kind;
    bool column;        /* one column of the part */
    uint32_t whole;     /* place of the part that a column is of */
    Span part, heading; /* as in Finding; in the arena */
} HarvestPlace;

/* Where the window at hand stands: set before each matcher_scan. */
typedef struct HarvestWhere {
    const TextWindow *window; /* its text and raw bytes */
    size_t lo;                /* of the owned part of its text */
    const uint32_t *from;     /* what is examined was decoded from it: where each byte's code is;
                                 NULL: it is the window itself */
    uint64_t piece, line;     /* newlines of the piece before the window */
    bool no_lines;            /* what comes before is not known: lines mean nothing */
    bool nowhere;           /* the raw bytes are not in the object as such: offsets mean nothing */
    uint64_t position;      /* of the window's first byte in the order of reading; raw offset if
                               there are no columns */
    const Columns *columns; /* as the matcher's window has; NULL: none */
    const uint32_t *places; /* by column from 0 */
    size_t n_places;
} HarvestWhere;

typedef struct Harvest {
    const Engine *engine;
    size_t n; /* detectors */
    HarvestRow *rows;
    size_t n_rows, cap_rows;
    uint32_t *direct; /* of place 0, by detector: row + 1; 0: none */
    uint32_t *slots;  /* of other places, by hash: row + 1 */
    size_t n_slots;   /* a power of two */
    HarvestPlace *places;
    size_t n_places, cap_places;
    Arena arena;
    MatchCount *counts; /* of place 0, by detector */
    Level floor;        /* of the scan */
    uint32_t keep;      /* samples a row, at most FINDING_SAMPLES_MAX */
    bool no_memory;
    bool plain;        /* all that is found: no allow lists, no tables of exact data match */
    AllowView allow;   /* of the object at hand */
    uint64_t *allowed; /* hits that were not reported, by entry; NULL: there are no lists */
    HarvestWhere where;
    size_t cursor; /* columns_mark */
} Harvest;

int harvest_init(Harvest *h, const Engine *engine, Level floor, uint32_t keep);
void harvest_done(Harvest *h);

/* Empties it for the next object, wiping values. */
void harvest_clear(Harvest *h);

/* The number of a place; the same names give the same one. */
uint32_t harvest_place(Harvest *h, PartKind kind, Span part, uint32_t column, Span column_name);

/* The row, made if need be. NULL: no memory, which is noted, or too many below the floor. */
HarvestRow *harvest_row(Harvest *h, uint32_t place, uint16_t detector, bool below);

/* What is below the floor in that row, or NULL. */
HarvestRow *harvest_below(const Harvest *h, uint32_t place, uint16_t detector);

/*
 * What the allow lists say of the object with that path (root and path as in a report). Before its
 * first window; another harvest that counts for the same object takes over the view. `ask`: whom
 * to ask for tokens.
 */
int harvest_allow(Harvest *h, const AllowView *ask, Span root, Span path);

/* A sink of this harvest: its hits, counts, and what is allowed. */
void harvest_sink(Harvest *h, MatcherSink *sink);

/* MatcherSink.allowed */
void harvest_allowed(void *of, const Window *w, const Hit *hit, uint16_t entry);

/* MatcherSink.hit and .tested; `of` is the Harvest. */
void harvest_hit(void *of, const Matcher *m, const Window *w, const Hit *hit);
void harvest_tested(void *of, const Mark *at, uint16_t detector, bool valid);

/* The place of `from` that has that number, here. */
uint32_t harvest_place_of(Harvest *h, const Harvest *from, uint32_t place);

void harvest_merge(Harvest *into, const Harvest *from);

/*
 * Settles lines: newlines[i] is how many piece i has. Samples are then in order of position with
 * their 1-based line. Hits below the floor are added where their column is certain, and dropped
 * elsewhere; hits of a column where few of many pass the checksum are chance, and dropped. What
 * then is there together makes the combinations (scan/combine.h).
 */
void harvest_settle(Harvest *h, const uint64_t *newlines, size_t n_pieces);
