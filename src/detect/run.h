/*
 * Run: identifiers of letters and digits in one piece, found by length and by where the digits are.
 *
 * A table from (length, digit mask) to layouts; layouts with too many free positions to spell out
 * are listed by length alone. Built by one thread, then frozen and shared.
 */
#pragma once

#include "detect/layout.h"

enum { RUN_MIN = 4, RUN_MAX = 35, RUN_FREE_MAX = 7 };

typedef struct RunRule {
    uint64_t mask; /* bit i: byte i is a digit */
    uint32_t length;
    uint16_t detector, match;
    const Layout *layout;
    int32_t next; /* the next rule in the same slot, -1: none */
} RunRule;

typedef struct Runs {
    RunRule *rules;
    size_t n, cap;
    int32_t *slots; /* by hash of length and mask; -1: empty */
    size_t mask;
    int32_t any[RUN_MAX + 1]; /* rules by length alone */
    uint64_t lengths;         /* bit n: some rule is n long */
} Runs;

int runs_init(Runs *r);
void runs_done(Runs *r);
int runs_add(Runs *r, const Layout *layout, uint16_t detector, uint16_t match);

static inline size_t runs_slot(const Runs *r, uint64_t mask, size_t length) {
    uint64_t h = (mask ^ (uint64_t)length << 48) * UINT64_C(0x9E3779B97F4A7C15);

    return (h >> 32) & r->mask;
}
