/*
 * Prove: the examples of a ruleset, held against its rules.
 *
 * Each example must be met by its rule and come out with the severity that it names; each negative
 * one must not be met. An example is the case of a finding unless it says `event`; what it does not
 * name is unknown. Pure; any thread.
 */
#pragma once

#include "classify/judge.h"

typedef struct ProveSink {
    void *of;
    /* one sentence a failure, with file, line and column; a negative code ends it */
    int (*fail)(void *of, const char *sentence);
} ProveSink;

/* 0, or what the sink gave; *ret_proofs, *ret_failures are added to. */
int prove_ruleset(const Ruleset *r, const ProveSink *to, size_t *ret_proofs, size_t *ret_failures);
