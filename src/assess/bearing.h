/*
 * Bearing: on which criteria and controls the cases of a run bear, and how.
 *
 * Worked out from the sets of rules that were met (assess/ruling.h), not finding by finding: a case
 * counts once for a criterion and a polarity, however many of its rules lead there. A control gets
 * what bears on its criteria by the rules that it lets. One thread.
 */
#pragma once

#include "assess/ruling.h"
#include "rule/control.h"
#include "store/assessment.h"

/* Rulesets and their rules, numbered through. */
typedef struct RuleRef {
    size_t ruleset, rule;
} RuleRef;

typedef struct Applied {
    const Ruleset *rulesets;
    size_t n_rulesets;
    const Controls *controls; /* NULL: none */
    RuleRef *rules;           /* of all rulesets, in order */
    size_t n_rules;
} Applied;

static inline const Rule *applied_rule(const Applied *a, size_t number) {
    return &a->rulesets[a->rules[number].ruleset].rules[a->rules[number].rule];
}

int bearing_write(const Applied *a, const Rulings *rulings, Assessment *to, Error *reterr);
