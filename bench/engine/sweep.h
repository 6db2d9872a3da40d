/*
 * Sweep: an Engine over an Input in windows, as a scan does it, its hits counted and forgotten.
 *
 * A Sweep belongs to one thread; several share the Engine.
 */
#pragma once

#include "detect/matcher.h"
#include "input.h"

enum { SWEEP_WINDOW = 256 << 10 };

typedef struct Sweep {
    Matcher *matcher;
    MatchCount *counts; /* one a detector */
    uint64_t hits;      /* of all runs */
    uint64_t bytes;     /* swept by all runs */
    uint64_t hashes;    /* of all hits, so that none is left out as unused */
    bool limited;       /* a rule met a limit of its engine */
} Sweep;

/* Of medium and high hits, with counts and keyed hashes. */
int sweep_new(const Engine *engine, Sweep **ret);
Sweep *sweep_free(Sweep *s);
DEFINE_CLEANUP(Sweep, sweep_free)

/* The bytes [lo, hi) of the input. */
int sweep_run(Sweep *s, const Input *in, size_t lo, size_t hi);

/* The input in n equal parts, cut at borders of windows, each by a thread with its own Sweep. */
int sweeps_run(Sweep *const *sweeps, size_t n, const Input *in);
