/*
 * Ready: the built-in patterns, made ready when Terrier is built (detect/ready-embed.c).
 *
 * What is read out of a pattern, and the needles of all of them, are data of the program, so that
 * a start computes neither. A pattern is known by what the rule writes, so one that a user's rule
 * replaces, or that the regions leave out, changes nothing for the others. That it compiles was
 * seen then.
 */
#pragma once

#include "detect/needle-table.h"

typedef struct ReadyPattern {
    uint64_t hash; /* pattern_hash(); they are in its order */
    const char *derived;
    uint32_t value, word; /* numbers of the captures; 0: none */
    int32_t needles;      /* its number in ready_needles; -1: it is asked of cells */
} ReadyPattern;

extern const ReadyPattern ready_patterns[];
extern const size_t n_ready_patterns;

/* With filters of both kinds. */
extern const NeedleTable ready_needles;

/* As pattern_compile() has it. NULL: it is none of them. */
const ReadyPattern *ready_find(const char *pattern, uint32_t options);
