/*
 * Assessed: an assessment, as a person or a programme reads it, from the store alone.
 *
 * It says what supports, contradicts and informs a control or criterion, where the worst places
 * are, and what no scan can attest; it knows no word for a conclusion. Controls come first, since
 * auditors test these. Text keeps to 80 columns but for paths. docs/schema/ has the lines.
 */
#pragma once

#include "report/outlet.h"
#include "store/assessed.h"

/* Small tables of an assessment, in memory. {0}, then assessed_load(). */
typedef struct Assessed {
    Arena arena;
    AssessedRow row;
    AppliedFileRow *files;
    size_t n_files;
    CriterionRow *criteria;
    size_t n_criteria;
    ControlRow *controls;
    size_t n_controls;
    AppliedRuleRow *rules;
    size_t n_rules;
    MappingRow *mappings;
    size_t n_mappings;
    AttachedRow *attached;
    size_t n_attached;
} Assessed;

/* id 0: the last. */
int assessed_load(Store *s, int64_t id, Error *reterr, Assessed *ret);
void assessed_done(Assessed *a);

/* The rule with its title; NULL if there is none. */
const AppliedRuleRow *assessed_rule(const Assessed *a, const char *ruleset, const char *rule);
/* The mappings of a rule: the first, and how many. */
const MappingRow *assessed_mappings(const Assessed *a, const char *ruleset, const char *rule,
                                    size_t *ret_n);

int assessed_text(Store *s, int64_t id, bool colour, Outlet *to, Error *reterr);
int assessed_jsonl(Store *s, int64_t id, Outlet *to, Error *reterr);
