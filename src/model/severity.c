/* Severity: see severity.h. */
#include "model/severity.h"

const char *const severity_names[N_SEVERITIES] = {
    [SEVERITY_INFO] = "info", [SEVERITY_LOW] = "low",           [SEVERITY_MEDIUM] = "medium",
    [SEVERITY_HIGH] = "high", [SEVERITY_CRITICAL] = "critical",
};
