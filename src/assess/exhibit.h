/*
 * Exhibit: the object at hand in a pass over a run, and the case of each of its findings.
 *
 * What holds for the object (place, label, access, asset, age) is filled in once, when its first
 * finding comes; what is the finding's own, each time. Texts of the case live until the next
 * object. One thread.
 */
#pragma once

#include "assess/owner.h"
#include "assess/reach.h"
#include "base/day.h"
#include "classify/case.h"
#include "model/group.h"
#include "store/factof.h"
#include "store/found.h"
#include "store/retained.h"

typedef struct Exhibit {
    FactOf *facts;
    CategorySet identifiers; /* categories of which a person has one */
    Day as_of;
    Arena arena;
    Owners owners; /* in the arena */
    Reach reach;
    int64_t object; /* 0: none yet */
    int64_t asset;  /* its number in the assessment; 0: none */
    Case facts_of_object, facts_of_finding;
    Buf raw, shown, label, texts, owner;
    RetainedOf *ages; /* by the last judgement of the run for that day by a policy; NULL: none */
    const char *policy_version;
    Buf age;
} Exhibit;

/* Caller's storage; exhibit_done() also after a failure. */
int exhibit_init(Exhibit *s, Store *store, int64_t run, Day as_of, Error *reterr);
void exhibit_done(Exhibit *s);

/* The finding at hand: *ret is its case, until the next call. *ret_new: it is of another object. */
int exhibit_take(Exhibit *s, const FoundRow *row, Error *reterr, const Case **ret, bool *ret_new);

/*
 * What of a finding holds for all that its detector finds, for judge_truth_early(): event, type,
 * category, tier.
 */
void exhibit_detector(Case *c, const char *id, const char *category, Tier tier);

/* Hits of the levels that count: medium and high, or low where there is nothing better. */
uint64_t exhibit_count(const FoundRow *row);
/* Identifiers that one person has one of: distinct values, or 0 for other kinds of data. */
uint64_t exhibit_persons(const Exhibit *s, const FoundRow *row);
