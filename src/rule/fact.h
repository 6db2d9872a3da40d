/*
 * Fact: what a rule of a ruleset may ask of a case, and what kind of answer there is.
 *
 * The list is closed: a ruleset that names another fact is refused when it is loaded. A word comes
 * from a list of its own, with an order where that means something; the category has groups
 * (model/group.h); the rest are numbers, texts and flags. A fact that is not known is no answer at
 * all: neither "no" nor zero nor empty. Static tables; any thread.
 */
#pragma once

#include <stdint.h>

#include "base/span.h"

typedef enum CaseFact {
    CASE_EVENT, /* a word of case_events: what the case is */
    /* of a finding */
    CASE_DATA_TYPE, /* id of the detector */
    CASE_CATEGORY,  /* number: its place in category_all() */
    CASE_TIER,
    CASE_CONFIDENCE,
    CASE_COUNT,
    CASE_DISTINCT_VALUES,
    CASE_DISTINCT_PERSONS, /* distinct values, where one person has one of them */
    CASE_INVALID_SHARE,    /* percent of candidates that failed their checksum */
    CASE_TEST_VALUE,       /* all of them are published test values */
    /* of its object */
    CASE_PATH,
    CASE_LOCATION_TIER,
    CASE_OUTBOUND,
    CASE_PERSONAL_FOLDER,
    CASE_WEB_FOLDER,
    CASE_MEMBER, /* it lies inside a container */
    CASE_FORMAT,
    CASE_ENCRYPTED,
    CASE_LABELLED, /* a label of confidentiality stands in it */
    CASE_LABEL,
    CASE_OWNER,
    CASE_ORPHAN, /* nobody of that number is known to the host */
    CASE_EXPOSURE,
    CASE_OVER_EXPOSED, /* more may read it than its asset is declared for */
    CASE_ASSET_ID,
    CASE_ASSET_NAME,
    CASE_ASSET_OWNER,
    CASE_ASSET_ENVIRONMENT,
    CASE_ASSET_PURPOSE,
    CASE_DECLARED, /* its kind of data is declared for its asset */
    CASE_AGE_STATE,
    CASE_DAYS_OVERDUE,
    CASE_RETENTION_CLASS,
    CASE_RETENTION_RULE,
    CASE_RETENTION_EVIDENCE,
    CASE_RETENTION_DUE,
    CASE_POLICY_VERSION,
    /* of the run */
    CASE_RUN_ID,
    CASE_RUN_COVERAGE, /* percent of the bytes that were found and read */
    CASE_RUN_COMPLETE,
    CASE_GAP_STATUS, /* what a coverage_gap or ledger_gap is */
    CASE_GAP_REASON,
    CASE_GAP_OBJECTS,
    CASE_GAP_BYTES,
    /* of a request of a person */
    CASE_REGIME,
    CASE_REQUEST_ID,
    CASE_DELETED_AT,
    N_CASE_FACTS,
} CaseFact;

typedef enum FactType {
    FACT_TYPE_WORD,
    FACT_TYPE_CATEGORY,
    FACT_TYPE_NUMBER,
    FACT_TYPE_TEXT,
    FACT_TYPE_FLAG,
} FactType;

/* The numbers of words, in the order in which at_least and at_most compare them. */
typedef enum CaseEvent {
    EVENT_FINDING,
    EVENT_RUN_COMPLETE, /* the run as a whole */
    EVENT_COVERAGE_GAP, /* something that it did not read */
    EVENT_LEDGER_GAP,   /* a run that was due and did not take place */
    EVENT_PREMATURE_DISPOSAL,
    EVENT_RESURRECTION,
    EVENT_RESIDUE,
    N_CASE_EVENTS,
} CaseEvent;

typedef enum CaseExposure {
    EXPOSURE_OWNER,
    EXPOSURE_GROUP,
    EXPOSURE_ANY_USER,
    EXPOSURE_WORLD,
    EXPOSURE_ANONYMOUS,
    N_EXPOSURES,
} CaseExposure;

typedef enum LocationTier {
    LOCATION_LIVE,
    LOCATION_ARCHIVE,
    LOCATION_BACKUP,
    LOCATION_TEMP,
    LOCATION_TEST,
    N_LOCATION_TIERS,
} LocationTier;

/* What a retention policy says of an object. */
typedef enum AgeState {
    AGE_HELD,
    AGE_POLICY_CONFLICT,
    AGE_EXEMPT,
    AGE_UNDETERMINED,
    AGE_VIOLATION,
    AGE_VIOLATION_PARTIAL,
    AGE_DUE_SOON,
    AGE_WITHIN,
    AGE_UNCLASSIFIED,
    AGE_PREMATURE_DISPOSAL,
    N_AGE_STATES,
} AgeState;

typedef struct FactDefinition {
    const char *name; /* as rulesets write it */
    FactType type;
    const char *const *words; /* of FACT_TYPE_WORD */
    size_t n_words;
    bool ordered; /* its words may be compared by at_least and at_most */
} FactDefinition;

/* One answer. A word: its number; a category: its place; a flag: 0 or 1. */
typedef struct FactValue {
    bool known;
    int64_t number;
    Span text; /* of FACT_TYPE_TEXT; borrowed */
} FactValue;

const FactDefinition *fact_definition(CaseFact fact);

/* 0, or -EINVAL for a name that is no fact. */
int fact_parse(Span name, CaseFact *ret);

/* The fact whose name is nearest to a word that is none, or NULL: for messages. */
const char *fact_nearest(Span word);

/* The number of a word of that fact; -EINVAL for another. */
int fact_word(CaseFact fact, Span word, int64_t *ret);
