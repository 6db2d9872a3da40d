/*
 * Allowing: allow lists where no scan runs: the key is at hand, and what is left out is counted.
 *
 * One call's, on its thread. Where there is no key no token is met, which is said.
 */
#pragma once

#include "evidence/key.h"
#include "lib/common.h"

typedef struct Allowing {
    const Rules *rules;
    AllowView view;
    uint64_t *counts; /* by entry; NULL: there are no entries */
    Key *key;
    bool no_key; /* tokens are named, and there is none */
} Allowing;

/* path: of the input, made absolute; NULL: entries by path are not met. */
int allowing_init(Allowing *a, const Engine *e, const char *path, Error *reterr);
void allowing_done(Allowing *a);

/* What it makes of a sink: NULL where there is nothing to ask. */
const AllowView *allowing_view(const Allowing *a);

/* A sentence for each entry that left something out, is over, or cannot be met. */
void allowing_tell(const Allowing *a, void *of, void (*notice)(void *of, const char *text));

/* The sentences that hold before anything is read. */
void allowing_warn(const Rules *rules, const char *key, void *of,
                   void (*notice)(void *of, const char *text));
