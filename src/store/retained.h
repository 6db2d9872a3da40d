/*
 * Retained: what a policy came to for the objects of a run: rows that are written with an
 * assessment, and read by reports.
 *
 * Rows go into the transaction of an Assessment that is open (store/assessment.h); its failures are
 * theirs. Texts are borrowed for the call. When reading, one row is held at a time: what it points
 * to is valid until the next step or close. Days are those of base/day.h. One thread.
 */
#pragma once

#include "base/arena.h"
#include "base/day.h"
#include "store/store.h"

enum {
    RETAINED_CONFLICT = 1, /* evidence contradicts itself */
    RETAINED_NEVER_STORE = 2,
    RETAINED_EXPIRED_EXCEPTION = 4,
    RETAINED_JOINED = 8, /* its state is that of what is in it */
};

typedef struct RetainedRow {
    Span root, path, part;
    uint32_t depth;
    uint64_t bytes;
    const char *state, *reason, *rule, *rules, *entry, *source, *pattern;
    unsigned trust;
    Day age_from, age_to, due, keep_until; /* DAY_NONE: unknown or none */
    int32_t overdue;
    unsigned flags;
} RetainedRow;

typedef struct RetentionRuleRow {
    const char *id, *class, *title, *clock, *least, *most, *action, *severity, *basis, *owner;
} RetentionRuleRow;

typedef struct RetentionSumRow {
    const char *state, *reason;
    uint64_t objects, bytes;
} RetentionSumRow;

/* ---- writing ---- */

typedef struct Retaining Retaining;

int retaining_new(Store *s, int64_t assessment, Error *reterr, Retaining **ret);
int retaining_put(Retaining *t, const RetainedRow *row, Error *reterr);
int retaining_put_rule(Retaining *t, const RetentionRuleRow *row, Error *reterr);
int retaining_put_sum(Retaining *t, const RetentionSumRow *row, Error *reterr);
Retaining *retaining_free(Retaining *t);
DEFINE_CLEANUP(Retaining, retaining_free)

/* ---- reading ---- */

/* The last assessment of a run for a day with exactly these files; *ret_id 0: there is none. */
int retained_find(Store *s, int64_t run, const char *as_of, Span files, Error *reterr,
                  int64_t *ret_id);

/* In the order of reports; state NULL: all. */
typedef struct RetainedCursor RetainedCursor;
int retained_cursor_open(Store *s, int64_t assessment, const char *state, Error *reterr,
                         RetainedCursor **ret);
int retained_cursor_step(RetainedCursor *c, Error *reterr, RetainedRow *ret);
RetainedCursor *retained_cursor_close(RetainedCursor *c);
DEFINE_CLEANUP(RetainedCursor, retained_cursor_close)

/* All of them, in order; arrays in the arena. */
int retained_rules(Store *s, int64_t assessment, Arena *a, Error *reterr, RetentionRuleRow **ret,
                   size_t *ret_n);
int retained_sums(Store *s, int64_t assessment, Arena *a, Error *reterr, RetentionSumRow **ret,
                  size_t *ret_n);

/* ---- single objects, for who judges findings ---- */

/* The last judgement of a run for that day by any policy; *ret_id 0: there is none. */
int retained_last(Store *s, int64_t run, const char *as_of, Arena *a, Error *reterr,
                  int64_t *ret_id, const char **ret_version);

typedef struct RetainedFacts {
    const char *state, *rule, *class, *source; /* until the next call */
    Day due;
    int32_t overdue;
} RetainedFacts;

typedef struct RetainedOf RetainedOf;
int retained_of_open(Store *s, int64_t assessment, Error *reterr, RetainedOf **ret);
/* 1: a row; 0: no rule and no hold is for the object. */
int retained_of_get(RetainedOf *c, Span root, Span path, Error *reterr, RetainedFacts *ret);
RetainedOf *retained_of_close(RetainedOf *c);
