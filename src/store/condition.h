/*
 * Condition: what --fail-on asks of a run, and whether it holds.
 *
 *     new               a finding that the run before of its scope did not have, or that came back
 *     tier:restricted   a finding of this tier or above
 *     type:GLOB         of a detector that matches
 *     category:GLOB     of a kind of data that matches
 *     level:high        of this confidence or above
 *     new-gap           an object that was not read, and was read before or not there
 *     violation         the last assessment of the run has something that contradicts a criterion
 *
 * Terms of findings may be joined by '+': all of them then hold of one finding. Findings that were
 * judged and gaps that were accepted meet no condition. Where there is no run before, all is new.
 * Reads the store only; on its thread.
 */
#pragma once

#include "store/found.h"
#include "store/gap.h"

#define CONDITIONS_MAX 32
#define TERMS_MAX      8

typedef enum TermKind {
    TERM_NEW,
    TERM_TIER,
    TERM_TYPE,
    TERM_CATEGORY,
    TERM_LEVEL,
    TERM_NEW_GAP,
    TERM_VIOLATION,
} TermKind;

typedef struct Term {
    TermKind kind;
    Tier tier;
    Level level;
    char glob[128];
} Term;

typedef struct Condition {
    const char *text; /* as given; borrowed */
    Term terms[TERMS_MAX];
    size_t n;
} Condition;

/* -EINVAL with a sentence. */
int condition_parse(const char *text, Error *reterr, Condition *ret);

bool condition_has(const Condition *c, TermKind kind);

/* *ret: the first that holds of the run; NULL: none does. -EINVAL: one cannot be asked of it. */
int conditions_hold(Store *s, int64_t run, const Condition *all, size_t n, int64_t now,
                    Error *reterr, const Condition **ret);

/* How many objects the run did not read, was not allowed to leave unread, and `before` (0: none)
 * did read or did not have; and whether a root as a whole was not read, which is always news. */
int news_of_gaps(Store *s, int64_t before, int64_t run, int64_t now, Error *reterr, uint64_t *ret,
                 bool *ret_root);
