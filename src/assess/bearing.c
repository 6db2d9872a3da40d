/*
 * Bearing: see bearing.h.
 *
 * A target is a criterion or a control. Each rule leads to some, by a polarity; per target the sets
 * of rules are gone through, which are few.
 */
#include "assess/bearing.h"

/* How a rule bears on a target: a bit a polarity. */
typedef struct Target {
    uint8_t *by_rule; /* by number of the rule */
} Target;

static void one_count(const Rulings *rulings, const Target *t, Bearing *ret) {
    uint64_t *counts[] = {&ret->supports, &ret->contradicts, &ret->informs};

    *ret = (Bearing){.severity = -1};
    for (size_t i = 0; i < rulings->n; i++) {
        const RulingSet *set = &rulings->at[i];
        unsigned bits = 0;

        for (size_t k = 0; k < set->n; k++) {
            Met m = rulings->pool[set->from + k];
            unsigned of = t->by_rule[met_rule(m)];

            bits |= of;
            if (of >> POLARITY_CONTRADICTS & 1 && (int)met_severity(m) > ret->severity)
                ret->severity = (int)met_severity(m);
        }
        for (Polarity p = 0; p < N_POLARITIES; p++)
            *counts[p] += bits >> p & 1 ? set->cases : 0;
    }
}

static void target_criterion(const Applied *a, size_t ruleset, size_t criterion, Target *t) {
    memset(t->by_rule, 0, a->n_rules);
    for (size_t i = 0; i < a->n_rules; i++) {
        const Rule *rule = applied_rule(a, i);

        for (size_t k = 0; k < rule->n_map && a->rules[i].ruleset == ruleset; k++) {
            if (rule->map[k].criterion == criterion)
                t->by_rule[i] |= (uint8_t)(1u << rule->map[k].polarity);
        }
    }
}

static void target_control(const Applied *a, const Control *c, Target *t) {
    memset(t->by_rule, 0, a->n_rules);
    for (size_t i = 0; i < a->n_rules; i++) {
        const Ruleset *set = &a->rulesets[a->rules[i].ruleset];
        const Rule *rule = applied_rule(a, i);

        for (size_t k = 0; k < rule->n_map; k++) {
            if (control_has(c, set->id, set->criteria[rule->map[k].criterion].id, rule->id))
                t->by_rule[i] |= (uint8_t)(1u << rule->map[k].polarity);
        }
    }
}

static int criteria_write(const Applied *a, const Rulings *rulings, Target *t, Assessment *to,
                          Error *reterr) {
    int r = 0;

    for (size_t i = 0; i < a->n_rulesets && r == 0; i++) {
        const Ruleset *set = &a->rulesets[i];

        for (size_t k = 0; k < set->n_criteria && r == 0; k++) {
            const Criterion *c = &set->criteria[k];
            CriterionRow row = {.ruleset = set->id,
                                .number = (int64_t)k,
                                .id = c->id,
                                .title = c->title,
                                .applicability = applicability_names[c->applicability],
                                .wants = c->wants,
                                .cannot = c->cannot,
                                .source_url = c->source_url,
                                .verified_on = c->verified_on};

            target_criterion(a, i, k, t);
            one_count(rulings, t, &row.bearing);
            r = assessment_put_criterion(to, &row, reterr);
        }
    }
    return r;
}

/* By which rules a control is reached through one of its criteria; none: one row without a rule. */
static int attached_write(const Applied *a, const Control *c, const ControlCriterion *by,
                          Assessment *to, Error *reterr) {
    AttachedRow row = {.control = c->id, .ruleset = by->ruleset, .criterion = by->criterion};
    size_t n = 0;
    int r = 0;

    for (size_t i = 0; i < a->n_rules && r == 0; i++) {
        const Ruleset *set = &a->rulesets[a->rules[i].ruleset];
        const Rule *rule = applied_rule(a, i);

        for (size_t k = 0; k < rule->n_map && r == 0; k++) {
            const char *criterion = set->criteria[rule->map[k].criterion].id;

            if (strcmp(set->id, by->ruleset) != 0 || strcmp(criterion, by->criterion) != 0 ||
                !control_has(c, set->id, criterion, rule->id))
                continue;
            row.rule = rule->id;
            r = assessment_put_attached(to, &row, reterr);
            n++;
        }
    }
    return r < 0 || n ? r : assessment_put_attached(to, &row, reterr);
}

static int controls_write(const Applied *a, const Rulings *rulings, Target *t, Assessment *to,
                          Error *reterr) {
    int r = 0;

    for (size_t i = 0; a->controls && i < a->controls->n && r == 0; i++) {
        const Control *c = &a->controls->at[i];
        ControlRow row = {.number = (int64_t)i,
                          .id = c->id,
                          .title = c->title,
                          .wording = c->wording,
                          .frequency = c->frequency,
                          .owner = c->owner};

        target_control(a, c, t);
        one_count(rulings, t, &row.bearing);
        r = assessment_put_control(to, &row, reterr);
        for (size_t k = 0; k < c->n_criteria && r == 0; k++)
            r = attached_write(a, c, &c->criteria[k], to, reterr);
    }
    return r;
}

int bearing_write(const Applied *a, const Rulings *rulings, Assessment *to, Error *reterr) {
    _cleanup_(free_p) uint8_t *by_rule = calloc(a->n_rules + 1, 1);
    Target t = {by_rule};
    int r;

    if (!by_rule)
        return -ENOMEM;
    r = criteria_write(a, rulings, &t, to, reterr);
    return r < 0 ? r : controls_write(a, rulings, &t, to, reterr);
}
