/*
 * Assessed: what reports read of an assessment. store/assessment.h wrote it and has the rows.
 *
 * Small tables come as arrays in an arena; verdicts as a cursor, of which one row is held at a time
 * and is valid until the next step or close. A step returns 1 for a row, 0 at the end.
 */
#pragma once

#include "store/assessment.h"

typedef struct AssessedRow {
    int64_t id, run, made;
    const char *as_of, *tool;
    Span files; /* JSON array */
    AssessmentSums sums;
} AssessedRow;

/* Assessment `id`, or the last for 0; -ENOENT if there is none. Strings live in the arena. */
int query_assessment(Store *s, int64_t id, Arena *a, Error *reterr, AssessedRow *ret);

/* The last assessment of a run that applied a ruleset; 0: there is none. */
int query_judged_run(Store *s, int64_t run, Error *reterr, int64_t *ret);

/* In the order of the files. */
int query_criteria(Store *s, int64_t id, Arena *a, Error *reterr, CriterionRow **ret,
                   size_t *ret_n);
int query_controls(Store *s, int64_t id, Arena *a, Error *reterr, ControlRow **ret, size_t *ret_n);
int query_applied_rules(Store *s, int64_t id, Arena *a, Error *reterr, AppliedRuleRow **ret,
                        size_t *ret_n);
/* By ruleset and rule, then by criterion. */
int query_mappings(Store *s, int64_t id, Arena *a, Error *reterr, MappingRow **ret, size_t *ret_n);
/* By control, then ruleset, criterion and rule. */
int query_attached(Store *s, int64_t id, Arena *a, Error *reterr, AttachedRow **ret, size_t *ret_n);

/* What was applied: the members of AssessedRow.files. */
typedef struct AppliedFileRow {
    const char *kind, *id, *version, *title, *framework, *sha256;
    bool stock; /* comes with Terrier */
} AppliedFileRow;

int query_applied_files(Store *s, int64_t id, Arena *a, Error *reterr, AppliedFileRow **ret,
                        size_t *ret_n);

/*
 * VERDICTS_RULES: a row a rule, summed over assets and categories, the gravest first. Asset,
 * category, arithmetic, narrative and places are those of its worst; places are lines then, each
 * `count TAB locator`, not JSON.
 */
typedef enum VerdictOrder {
    VERDICTS_ALL, /* by ruleset, rule, asset, category */
    VERDICTS_RULES,
} VerdictOrder;

typedef struct VerdictCursor VerdictCursor;
int verdict_cursor_open(Store *s, int64_t id, VerdictOrder order, Error *reterr,
                        VerdictCursor **ret);
int verdict_cursor_step(VerdictCursor *c, Error *reterr, VerdictRow *ret);
VerdictCursor *verdict_cursor_close(VerdictCursor *c);
DEFINE_CLEANUP(VerdictCursor, verdict_cursor_close)
