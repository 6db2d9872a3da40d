/*
 * Tier: how much harm a disclosure does, lowest first, so that tiers compare as numbers.
 *
 * The four tiers of a classification policy; a detector names the one its data belongs to.
 */
#pragma once

#include "base/span.h"

typedef enum Tier {
    TIER_PUBLIC,
    TIER_INTERNAL,
    TIER_CONFIDENTIAL,
    TIER_RESTRICTED,
    N_TIERS,
} Tier;

const char *tier_name(Tier t);

/* 0, or -EINVAL for a word that is no tier. */
int tier_parse(Span word, Tier *ret);
