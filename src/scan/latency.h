/*
 * Latency: from how long reads take, how long to leave the server alone between them.
 *
 * The median of the last few reads is held against a running median of many. Where it has doubled,
 * somebody else wants the server, or we are too much for it: a pause is made before each read, as
 * long as a read takes, and twice as long as long as it does not help, up to a second. When reads
 * are quick again the pause halves until it is gone. While we pause, only one read in eight enters
 * the running median, so that a bad hour does not become what is usual at once, and a server that
 * has really become slower does in the end.
 *
 * Pure; the lock is the caller's.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { LATENCY_MANY = 255, LATENCY_FEW = 15, LATENCY_ENOUGH = 64 };

typedef struct Latency {
    int64_t many[LATENCY_MANY], few[LATENCY_FEW]; /* rings */
    size_t n_many, at_many, n_few;
    uint64_t seen;
    int64_t usual; /* median of many; 0: not known yet */
    int64_t pause;
} Latency;

/* A read took ns: how long to pause before the next one; 0 as a rule. */
int64_t latency_add(Latency *l, int64_t ns);
