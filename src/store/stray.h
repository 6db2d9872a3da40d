/*
 * Stray: findings that stand at other places in two runs, and which of them are the same.
 *
 * Those of the earlier run that the later one does not have where they were, and those that the
 * later one has where there was none. Mated are, each with one at most and in this order:
 *
 *   1. same content hash, detector and part, and the same base name
 *   2. same content hash, detector and part
 *   3. same detector, and more than half of the tokens of their samples
 *
 * and of several that would do, the first in the order of the reports: so of three copies of one
 * content each is a finding of its own, and two runs are always mated the same way. Hashes and
 * tokens are keyed; under another key nothing is mated.
 *
 * The rows lie in a database of their own without a name, which SQLite keeps in memory while it is
 * small and in an unlinked file of $TMPDIR when it is not; there are no values in it. One thread.
 */
#pragma once

#include "store/side.h"

typedef struct Strays Strays;

int strays_new(Strays **ret);
Strays *strays_free(Strays *s);
DEFINE_CLEANUP(Strays, strays_free)

/* In the order of the reports for each of the two. samples: those that were kept. */
int strays_add(Strays *s, bool later, const SideRow *row, const SideObject *object,
               const Sample *samples, size_t n_samples);

int strays_mate(Strays *s);

/* Of the later run, with its mate if it has one; the strings live until the next step. */
typedef struct StrayRow {
    SideRow row, mate;
    bool mated;
    SideObject object;
} StrayRow;

/* All of the later run, then 0; those of the earlier run that have no mate, then 0. 1: a row. */
int strays_next_later(Strays *s, StrayRow *ret);
int strays_next_gone(Strays *s, StrayRow *ret);
