/*
 * Reason: one candidate and what became of it, kept beyond the scan, and told in words.
 *
 * Reasons of a window are gathered, sorted by place, and told together: what stands at one place
 * under one heading with its mask, a detector with its sum first, those that were dropped for the
 * same cause in one line. Only masks are kept.
 */
#pragma once

#include "base/buf.h"
#include "scan/harvest.h"

typedef struct Reason {
    uint64_t offset, line; /* raw, MARK_NOWHERE: none; 1-based, 0: none, or a row */
    uint32_t place;        /* of Reasons.harvest; 0: none */
    uint32_t start, end;   /* in the window's text: what stands at one place */
    uint16_t detector, match;
    Verdict verdict;
    int rival;
    bool scored;
    Score score;
    char mask[FINDING_MASK_MAX];
} Reason;

typedef struct Reasons {
    const Engine *engine;
    const Harvest *harvest; /* whose places they name; NULL: none do */
    Reason *at;
    size_t n, cap;
    bool failed; /* no memory */
} Reasons;

void reasons_add(Reasons *r, const Reason *reason);
void reasons_done(Reasons *r);

/* Tells all of them in order and forgets them. */
void reasons_tell(Reasons *r, Buf *to);
