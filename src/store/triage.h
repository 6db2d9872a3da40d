/*
 * Triage: what people decided about findings, and which decision holds for one.
 *
 * An entry has up to five conditions; a finding is judged by the first entry, in order of their
 * numbers, all of whose conditions hold. What has expired judges nothing and is kept, to be told.
 * Entries outlive runs and series. That an entry was made or removed stands in the ledger, which is
 * the caller's to write. On the thread of the Store.
 */
#pragma once

#include "base/arena.h"
#include "store/lineage.h"

#define TRIAGE_MAX 100000 /* entries of a store */

typedef struct TriageEntry {
    int64_t id;      /* from 1; never used again */
    int64_t created; /* ns since 1970 */
    /* "" where it does not matter */
    const char *finding; /* id as printed */
    const char *glob;    /* over the printed locator of the object, where '*' also crosses '/' */
    const char *type;    /* glob over detector id or category */
    const char *asset;   /* id of an asset */
    const char *owner;   /* number of a user */
    const char *verdict; /* accepted, false-positive, test-data, ticket */
    const char *reason, *approver;
    int64_t expires; /* ns since 1970; INT64_MIN: never */
} TriageEntry;

bool triage_verdict_is(const char *word);

/* All entries by number; an array in the arena. */
int query_triage(Store *s, Arena *a, Error *reterr, TriageEntry **ret, size_t *ret_n);

/* Put behind the last; the caller commits. -ENOSPC with a sentence: there are TRIAGE_MAX. */
int store_triage_put(Store *s, const TriageEntry *e, Error *reterr, int64_t *ret_id);
/* *ret: there was one. */
int store_triage_remove(Store *s, int64_t id, Error *reterr, bool *ret);

/* Entries as they hold at one time, and how many findings each has judged since it was loaded. */
typedef struct Judge {
    Arena arena;
    TriageEntry *entries;
    size_t n;
    uint64_t *counts;           /* by index */
    const TriageEntry **by_id;  /* those with a finding, by it */
    const TriageEntry **others; /* those without, by number */
    size_t n_by_id, n_others;
    bool owners;   /* some ask for the owner */
    int64_t *uids; /* by index: of the owner; -1 none */
    int64_t now;
} Judge;

int judge_load(Store *s, int64_t now, Error *reterr, Judge *ret);
void judge_done(Judge *j);
/* Forgets the counts, before the findings pass once more. */
void judge_reset(Judge *j);
bool judge_expired(const Judge *j, const TriageEntry *e);

/* What a finding is asked for. */
typedef struct JudgeCase {
    const char *finding;  /* its id, "" where it has none */
    const char *locator;  /* of its object, printed */
    const char *detector; /* id */
    const char *category;
    const char *asset; /* "" where it is of none */
    uint32_t uid;
} JudgeCase;

/* The entry that judges it, which is counted; NULL: none does. */
const TriageEntry *judge_find(Judge *j, const JudgeCase *c);
