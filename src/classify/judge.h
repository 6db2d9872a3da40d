/*
 * Judge: a rule held against a case: whether it meets it, how grave that is, what is to be told.
 *
 * Pure, and three-valued: a comparison with a fact that is not known is unknown, so is what depends
 * on it, and a rule meets a case only where its tree is true. Any thread.
 */
#pragma once

#include "classify/case.h"
#include "rule/ruleset.h"

typedef enum Truth {
    TRUTH_FALSE,
    TRUTH_UNKNOWN,
    TRUTH_TRUE,
} Truth;

Truth judge_truth(const Predicate *p, const Case *c);

/*
 * The same of a case of which only some facts are filled in yet: FALSE is then final, whatever the
 * others turn out to be. So rules can be left out early, and with the same result.
 */
Truth judge_truth_early(const Predicate *p, const Case *c);

static inline bool judge_meets(const Rule *rule, const Case *c) {
    return judge_truth(rule->match, c) == TRUTH_TRUE;
}

/*
 * Its severity for a case that it meets: the base, then each adjustment that is true, kept between
 * info and critical. arithmetic, if not NULL, gets "high +1 (exposure at least world) = critical".
 */
Severity judge_severity(const Rule *rule, const Case *c, Buf *arithmetic);

/* Its narrative with the facts of the case in it. */
void judge_narrate(const Rule *rule, const Case *c, Buf *to);
