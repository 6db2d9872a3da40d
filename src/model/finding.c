/* Finding: see finding.h. */
#include "model/finding.h"

#include <math.h>

#include "base/cleanup.h"

static const char *const names[N_LEVELS] = {"none", "low", "medium", "high"};

const char *level_name(Level l) {
    return names[l];
}

int level_parse(Span word, Level *ret) {
    for (Level l = LEVEL_LOW; l < N_LEVELS; l++) {
        if (span_is(word, names[l])) {
            *ret = l;
            return 0;
        }
    }
    return -EINVAL;
}
