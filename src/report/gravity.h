/*
 * Gravity: how much a finding weighs in formats that have a scale for that, when no ruleset has
 * judged it: by its tier, one less where confidence is low, the least where all of it is published
 * test values. 0 info, 1 low, 2 medium, 3 high; 4, critical, is for rulesets to say.
 */
#pragma once

#include "store/found.h"

enum {
    GRAVITY_INFO,
    GRAVITY_LOW,
    GRAVITY_MEDIUM,
    GRAVITY_HIGH,
    GRAVITY_CRITICAL,
};

static inline bool gravity_is_test(const FoundRow *row) {
    return row->test_values > 0 && row->test_values >= found_count(row->count);
}

static inline int gravity_of(const FoundRow *row) {
    int gravity = (int)row->tier;

    if (gravity_is_test(row))
        return GRAVITY_INFO;
    return row->level < LEVEL_MEDIUM && gravity > GRAVITY_INFO ? gravity - 1 : gravity;
}
