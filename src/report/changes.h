/*
 * Changes: what is different between two runs, grouped for people or an event a line.
 *
 * As text: how many of each kind, then the CHANGES_SHOWN that matter most. As JSON Lines: an
 * `event` for each change as it is met, and one line `diff` with the counts. Memory is bounded.
 */
#pragma once

#include "report/outlet.h"
#include "store/store.h"

#define CHANGES_SHOWN 50

typedef struct ChangesOptions {
    int64_t before, run; /* 0 both: the last two of one scope that ended */
    bool colour;
} ChangesOptions;

/* -ENOENT with a sentence: there is no such run; -EAGAIN: one of them was not ended, or pruned. */
int changes_text(Store *s, const ChangesOptions *o, Outlet *to, Error *reterr);
int changes_jsonl(Store *s, const ChangesOptions *o, Outlet *to, Error *reterr);
