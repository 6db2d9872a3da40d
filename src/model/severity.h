/*
 * Severity: how grave what a rule meets is, least first, so that severities compare as numbers.
 */
#pragma once

#include "base/span.h"

typedef enum Severity {
    SEVERITY_INFO,
    SEVERITY_LOW,
    SEVERITY_MEDIUM,
    SEVERITY_HIGH,
    SEVERITY_CRITICAL,
    N_SEVERITIES,
} Severity;

extern const char *const severity_names[N_SEVERITIES];

/* A severity some steps up or down, kept within the list. */
static inline Severity severity_by(Severity s, int by) {
    int to = (int)s + by;

    return to < SEVERITY_INFO       ? SEVERITY_INFO
           : to > SEVERITY_CRITICAL ? SEVERITY_CRITICAL
                                    : (Severity)to;
}
