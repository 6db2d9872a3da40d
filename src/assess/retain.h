/*
 * Retain: a policy held against a stored run, written as an assessment.
 *
 * One pass over its objects in the order of reports, with facts and findings beside them. What is
 * in a container is judged by itself, and the container by what is in it; a database or a dump also
 * by its tables. Behind it come files of the run before that are gone and should not be. Memory is
 * that of one object, the containers it is in, and suspected directories (copying.h).
 *
 * A judgement of the same run, for the same day, by the same file is there already: then nothing is
 * written. The store is open for writing. One thread.
 */
#pragma once

#include "rule/policy.h"
#include "store/store.h"

typedef struct RetainOptions {
    const Policy *policy;
    int64_t run; /* with objects; its number as query_run() gave it */
    Day as_of;
    bool stock;       /* the policy is the example in the program */
    const char *tool; /* version */
} RetainOptions;

/* *ret_made: it was made now. */
int retain_run(Store *s, const RetainOptions *o, Error *reterr, int64_t *ret_assessment,
               bool *ret_made);
