/*
 * Register: the findings of a run, and its objects, as rows of cells: what CSV and spreadsheets are
 * made of, so that both have the same columns.
 *
 * In the order of the reports. A finding in a file with several links comes again under each
 * further name, whose `same_as` is the first. Cells are valid during the call that takes them.
 */
#pragma once

#include "report/cell.h"
#include "store/found.h"
#include "store/query.h"

typedef enum FindingColumn {
    FINDING_ID,
    FINDING_OBJECT,
    FINDING_SAME_AS,
    FINDING_PART,
    FINDING_HEADING,
    FINDING_TYPE,
    FINDING_TITLE,
    FINDING_CATEGORY,
    FINDING_TIER,
    FINDING_CONFIDENCE,
    FINDING_SCORE,
    FINDING_COUNT,
    FINDING_HIGH,
    FINDING_MEDIUM,
    FINDING_LOW,
    FINDING_TESTED,
    FINDING_VALID,
    FINDING_DISTINCT,
    FINDING_DISTINCT_EXACT,
    FINDING_TEST_VALUES,
    FINDING_FIRST_AT,
    FINDING_FIRST_MASK,
    N_FINDING_COLUMNS,
} FindingColumn;

typedef enum ObjectColumn {
    OBJECT_OBJECT,
    OBJECT_STATUS,
    OBJECT_REASON,
    OBJECT_FORMAT,
    OBJECT_BYTES,
    OBJECT_EXAMINED,
    OBJECT_MEMBERS,
    OBJECT_DEPTH,
    OBJECT_MODIFIED,
    N_OBJECT_COLUMNS,
} ObjectColumn;

/* "same_as": the word of a column, the same in every format. */
const char *register_finding_head(FindingColumn c);
const char *register_object_head(ObjectColumn c);

/* A negative code ends the pass and comes back. */
typedef int (*RegisterTake)(void *of, const Cell *cells);

int register_findings(Store *s, int64_t run, const FoundFilter *filter, RegisterTake take, void *of,
                      Error *reterr);
int register_objects(Store *s, int64_t run, bool unread_only, RegisterTake take, void *of,
                     Error *reterr);
