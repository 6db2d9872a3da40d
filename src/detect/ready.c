/* Ready: see ready.h. */
#include "detect/ready.h"

#include "detect/pattern.h"

static int ready_compare(const void *key, const void *item) {
    uint64_t a = *(const uint64_t *)key, b = ((const ReadyPattern *)item)->hash;

    return a < b ? -1 : a > b;
}

const ReadyPattern *ready_find(const char *pattern, uint32_t options) {
    uint64_t hash = pattern_hash(pattern, options);

    return bsearch(&hash, ready_patterns, n_ready_patterns, sizeof(*ready_patterns), ready_compare);
}
