/*
 * Control: a file of format controls/1: what the management of an organisation says that it does.
 *
 * Auditors test controls, so findings and runs are shown under the control first, and reach
 * criteria through it. A control names criteria of rulesets; which rules bear on it follows from
 * that, and may be narrowed to some of them. terrier-controls(5) has every key. Criteria are looked
 * up when the file meets rulesets (control_check), since a file may name rulesets that are not
 * applied today.
 *
 * Frozen once read; any thread. Strings live in the arena of Controls.
 */
#pragma once

#include "rule/ruleset.h"

#define CONTROLS_FORMAT "controls/1"

enum { CONTROLS_MAX = 1024, CONTROL_CRITERIA_MAX = 256 };

typedef struct ControlCriterion {
    const char *ruleset, *criterion;
    RuleMark mark;
} ControlCriterion;

typedef struct Control {
    const char *id, *title, *wording, *owner;
    const char *frequency; /* one of control_frequencies */
    ControlCriterion *criteria;
    size_t n_criteria;
    const char **rules; /* ids of rules, which alone bear on it; n_rules 0: all */
    size_t n_rules;
    RuleMark mark;
} Control;

typedef struct Controls {
    Arena arena;
    const char *id, *version, *title;
    Control *at;
    size_t n;
    uint8_t digest[32]; /* SHA-256 of the file's bytes */
} Controls;

extern const char *const control_frequencies[];
extern const size_t n_control_frequencies;

/* -EINVAL with `file:line:col: ...`; other codes of the system with a sentence. */
int controls_read(const char *path, Error *reterr, Controls *ret);
void controls_done(Controls *c);

/* The bytes of an example file, to be adapted. */
extern const char controls_example[];

/*
 * Whether criteria of the rulesets at hand exist there; a control may also name other rulesets.
 * -EINVAL with the mark of the first that does not.
 */
int controls_check(const Controls *c, const Ruleset *sets, size_t n, Error *reterr);

/* Does a rule of that ruleset, mapped to that criterion, bear on the control? */
bool control_has(const Control *c, const char *ruleset, const char *criterion, const char *rule);
