/*
 * Assess: holds rulesets against a stored run, and writes the judgement beside it.
 *
 * One pass over the findings in the order of reports, then over the events of the run; the files
 * are the caller's and frozen, the day is an argument, so the same run, files and day give the same
 * rows. Memory: the definitions, one object, the sums (assess/sum.h) and the sets of rules
 * (assess/ruling.h). All of it is one transaction. The store is open for writing. One thread.
 */
#pragma once

#include "assess/bearing.h"
#include "base/day.h"

typedef struct AssessOptions {
    int64_t run; /* 0: the last one */
    Day as_of;
    int64_t made;     /* ns since 1970 */
    const char *tool; /* version */
    const Ruleset *rulesets;
    size_t n_rulesets;
    const Controls *controls; /* NULL: none */
} AssessOptions;

typedef struct AssessResult {
    int64_t id, run; /* assessment.id; the run that was judged */
    AssessmentSums sums;
} AssessResult;

/*
 * -ENOENT: no such run; -EINVAL: two rulesets of one id, or a control names a criterion that its
 * ruleset does not have; else errors of the store.
 */
int assess_run(Store *s, const AssessOptions *o, Error *reterr, AssessResult *ret);

/* What was applied, as the JSON array of assessment.files. */
void assess_files_print(const AssessOptions *o, Buf *to);
