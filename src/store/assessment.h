/*
 * Assessment: the judgement of one run, written whole or not at all.
 *
 * Everything between begin and commit is one transaction: a judgement that was stopped leaves no
 * row. Rows are those of the tables of the same name in store/schema.sql, which says what each
 * column means. The store is open for writing, and nothing else writes to it meanwhile; cursors of
 * other tables may be open. Errors are those of store/write.h: the first failed write closes the
 * store to writes. Texts are borrowed for the call, UTF-8 and safe to show. One thread.
 */
#pragma once

#include "base/arena.h"
#include "model/finding.h"
#include "store/store.h"

typedef struct AssessmentStart {
    int64_t run;
    const char *as_of; /* 2026-03-01 */
    int64_t made;      /* ns since 1970 */
    const char *tool;
    Span files; /* JSON array */
} AssessmentStart;

typedef struct AssessmentSums {
    uint64_t objects, findings, matched;
} AssessmentSums;

/* Counted once each: findings and events that support, contradict, inform. */
typedef struct Bearing {
    uint64_t supports, contradicts, informs;
    int severity; /* the worst of what contradicts; -1: none */
} Bearing;

typedef struct CriterionRow {
    const char *ruleset, *id, *title, *applicability, *wants, *cannot, *source_url, *verified_on;
    int64_t number;
    Bearing bearing;
} CriterionRow;

typedef struct AppliedRuleRow {
    const char *ruleset, *rule, *title, *remediation, *note;
} AppliedRuleRow;

typedef struct MappingRow {
    const char *ruleset, *rule, *criterion, *polarity, *strength;
} MappingRow;

typedef struct VerdictRow {
    const char *ruleset, *rule;
    int64_t asset;        /* 0: none */
    const char *category; /* "": an event */
    const char *event;
    uint64_t cases, objects, hits, persons_low, persons_high;
    int severity; /* 0 info ... 4 critical */
    const char *arithmetic, *narrative;
    Span places; /* JSON array */
} VerdictRow;

typedef struct ControlRow {
    int64_t number;
    const char *id, *title, *wording, *frequency, *owner;
    Bearing bearing;
} ControlRow;

typedef struct AttachedRow {
    const char *control, *ruleset, *criterion, *rule;
} AttachedRow;

typedef struct JudgedObjectRow {
    int64_t object, asset;
    int location, exposure; /* exposure -1: unknown */
    int severity;           /* -1: no rule meets a finding of it */
} JudgedObjectRow;

typedef struct JudgedRow {
    int64_t object;
    Span part;
    uint32_t detector;
    int severity;
    int64_t ruling;
} JudgedRow;

typedef struct Assessment Assessment;

/* -EBUSY and the like as of store_open(STORE_WRITE) have been met before; *ret_id is its number. */
int assessment_begin(Store *s, const AssessmentStart *start, Error *reterr, int64_t *ret_id,
                     Assessment **ret);

int assessment_put_criterion(Assessment *a, const CriterionRow *row, Error *reterr);
int assessment_put_rule(Assessment *a, const AppliedRuleRow *row, Error *reterr);
int assessment_put_mapping(Assessment *a, const MappingRow *row, Error *reterr);
int assessment_put_verdict(Assessment *a, const VerdictRow *row, Error *reterr);
int assessment_put_control(Assessment *a, const ControlRow *row, Error *reterr);
int assessment_put_attached(Assessment *a, const AttachedRow *row, Error *reterr);
int assessment_put_object(Assessment *a, const JudgedObjectRow *row, Error *reterr);
int assessment_put_judged(Assessment *a, const JudgedRow *row, Error *reterr);
/* rules: JSON array. Numbers come from 0, without gaps. */
int assessment_put_ruling(Assessment *a, int64_t number, Span rules, Error *reterr);

/* With its sums; all of it is there from now on. */
int assessment_commit(Assessment *a, const AssessmentSums *sums, Error *reterr);

/* Undoes what was not committed. Returns NULL. */
Assessment *assessment_free(Assessment *a);
DEFINE_CLEANUP(Assessment, assessment_free)
