/* Tier: see tier.h. */
#include "model/tier.h"

#include "base/cleanup.h"

static const char *const names[N_TIERS] = {
    [TIER_PUBLIC] = "public",
    [TIER_INTERNAL] = "internal",
    [TIER_CONFIDENTIAL] = "confidential",
    [TIER_RESTRICTED] = "restricted",
};

const char *tier_name(Tier t) {
    return names[t];
}

int tier_parse(Span word, Tier *ret) {
    for (Tier t = 0; t < N_TIERS; t++) {
        if (span_is(word, names[t])) {
            *ret = t;
            return 0;
        }
    }
    return -EINVAL;
}
