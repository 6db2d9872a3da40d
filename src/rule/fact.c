/* Fact: see fact.h. */
#include "rule/fact.h"

#include <errno.h>

#include "base/cleanup.h"
#include "rule/field.h"

static const char *const events[N_CASE_EVENTS] = {
    [EVENT_FINDING] = "finding",
    [EVENT_RUN_COMPLETE] = "run_complete",
    [EVENT_COVERAGE_GAP] = "coverage_gap",
    [EVENT_LEDGER_GAP] = "ledger_gap",
    [EVENT_PREMATURE_DISPOSAL] = "premature_disposal",
    [EVENT_RESURRECTION] = "resurrection",
    [EVENT_RESIDUE] = "residue",
};

/* As model/tier.h and model/finding.h count them; a test holds the words together. */
static const char *const tiers[] = {"public", "internal", "confidential", "restricted"};
static const char *const levels[] = {"none", "low", "medium", "high"};

static const char *const exposures[N_EXPOSURES] = {
    [EXPOSURE_OWNER] = "owner",         [EXPOSURE_GROUP] = "group",
    [EXPOSURE_ANY_USER] = "any_user",   [EXPOSURE_WORLD] = "world",
    [EXPOSURE_ANONYMOUS] = "anonymous",
};

static const char *const locations[N_LOCATION_TIERS] = {
    [LOCATION_LIVE] = "live", [LOCATION_ARCHIVE] = "archive", [LOCATION_BACKUP] = "backup",
    [LOCATION_TEMP] = "temp", [LOCATION_TEST] = "test",
};

static const char *const ages[N_AGE_STATES] = {
    [AGE_HELD] = "held",
    [AGE_POLICY_CONFLICT] = "policy_conflict",
    [AGE_EXEMPT] = "exempt",
    [AGE_UNDETERMINED] = "undetermined",
    [AGE_VIOLATION] = "violation",
    [AGE_VIOLATION_PARTIAL] = "violation_partial",
    [AGE_DUE_SOON] = "due_soon",
    [AGE_WITHIN] = "within",
    [AGE_UNCLASSIFIED] = "unclassified",
    [AGE_PREMATURE_DISPOSAL] = "premature_disposal",
};

#define WORDS(list, in_order)                                                                      \
    .type = FACT_TYPE_WORD, .words = list, .n_words = N_ELEMENTS(list), .ordered = in_order
#define NUMBER .type = FACT_TYPE_NUMBER
#define TEXT   .type = FACT_TYPE_TEXT
#define FLAG   .type = FACT_TYPE_FLAG

static const FactDefinition definitions[N_CASE_FACTS] = {
    [CASE_EVENT] = {"event", WORDS(events, false)},
    [CASE_DATA_TYPE] = {"data_type", TEXT},
    [CASE_CATEGORY] = {"category", .type = FACT_TYPE_CATEGORY},
    [CASE_TIER] = {"tier", WORDS(tiers, true)},
    [CASE_CONFIDENCE] = {"confidence", WORDS(levels, true)},
    [CASE_COUNT] = {"count", NUMBER},
    [CASE_DISTINCT_VALUES] = {"distinct_values", NUMBER},
    [CASE_DISTINCT_PERSONS] = {"distinct_persons", NUMBER},
    [CASE_INVALID_SHARE] = {"invalid_share", NUMBER},
    [CASE_TEST_VALUE] = {"test_value", FLAG},
    [CASE_PATH] = {"path", TEXT},
    [CASE_LOCATION_TIER] = {"location_tier", WORDS(locations, false)},
    [CASE_OUTBOUND] = {"outbound", FLAG},
    [CASE_PERSONAL_FOLDER] = {"personal_folder", FLAG},
    [CASE_WEB_FOLDER] = {"web_folder", FLAG},
    [CASE_MEMBER] = {"member", FLAG},
    [CASE_FORMAT] = {"format", TEXT},
    [CASE_ENCRYPTED] = {"encrypted", FLAG},
    [CASE_LABELLED] = {"labelled", FLAG},
    [CASE_LABEL] = {"label", TEXT},
    [CASE_OWNER] = {"owner", TEXT},
    [CASE_ORPHAN] = {"orphan", FLAG},
    [CASE_EXPOSURE] = {"exposure", WORDS(exposures, true)},
    [CASE_OVER_EXPOSED] = {"over_exposed", FLAG},
    [CASE_ASSET_ID] = {"asset.id", TEXT},
    [CASE_ASSET_NAME] = {"asset.name", TEXT},
    [CASE_ASSET_OWNER] = {"asset.owner", TEXT},
    [CASE_ASSET_ENVIRONMENT] = {"asset.environment", TEXT},
    [CASE_ASSET_PURPOSE] = {"asset.purpose", TEXT},
    [CASE_DECLARED] = {"declared", FLAG},
    [CASE_AGE_STATE] = {"age_state", WORDS(ages, false)},
    [CASE_DAYS_OVERDUE] = {"days_overdue", NUMBER},
    [CASE_RETENTION_CLASS] = {"retention.class", TEXT},
    [CASE_RETENTION_RULE] = {"retention.rule_id", TEXT},
    [CASE_RETENTION_EVIDENCE] = {"retention.evidence", TEXT},
    [CASE_RETENTION_DUE] = {"retention.due", TEXT},
    [CASE_POLICY_VERSION] = {"policy.version", TEXT},
    [CASE_RUN_ID] = {"run.id", NUMBER},
    [CASE_RUN_COVERAGE] = {"run.coverage", NUMBER},
    [CASE_RUN_COMPLETE] = {"run.complete", FLAG},
    [CASE_GAP_STATUS] = {"gap.status", TEXT},
    [CASE_GAP_REASON] = {"gap.reason", TEXT},
    [CASE_GAP_OBJECTS] = {"gap.objects", NUMBER},
    [CASE_GAP_BYTES] = {"gap.bytes", NUMBER},
    [CASE_REGIME] = {"regime", TEXT},
    [CASE_REQUEST_ID] = {"request.id", TEXT},
    [CASE_DELETED_AT] = {"deleted_at", TEXT},
};

const FactDefinition *fact_definition(CaseFact fact) {
    return &definitions[fact];
}

int fact_parse(Span name, CaseFact *ret) {
    for (CaseFact f = 0; f < N_CASE_FACTS; f++) {
        if (span_is(name, definitions[f].name)) {
            *ret = f;
            return 0;
        }
    }
    return -EINVAL;
}

const char *fact_nearest(Span word) {
    const char *names[N_CASE_FACTS];

    for (CaseFact f = 0; f < N_CASE_FACTS; f++)
        names[f] = definitions[f].name;
    return name_nearest(word, names, N_CASE_FACTS);
}

int fact_word(CaseFact fact, Span word, int64_t *ret) {
    for (size_t i = 0; i < definitions[fact].n_words; i++) {
        if (span_is(word, definitions[fact].words[i])) {
            *ret = (int64_t)i;
            return 0;
        }
    }
    return -EINVAL;
}
