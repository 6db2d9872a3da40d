/*
 * Diff: two runs held against each other, finding by finding.
 *
 * One pass over both in the order of the reports tells what is at the same place in both; what is
 * not is mated by content and tokens (store/stray.h). Rows that two runs of one series share are
 * not looked at. Memory does not grow with the runs. On the thread of the Store.
 */
#pragma once

#include "store/fate.h"
#include "store/side.h"

typedef enum ChangeKind {
    CHANGE_NEW,     /* found by the later run alone */
    CHANGE_GONE,    /* by the earlier alone: Change.fate says what became of it */
    CHANGE_MOVED,   /* the same at another place */
    CHANGE_CHANGED, /* at the same place: other values, more or fewer, or another confidence */
    CHANGE_TIER,    /* at the same place, of another tier */
    CHANGE_ACCESS,  /* its object has other rights, or another owner; once an object */
    N_CHANGES,
} ChangeKind;

const char *change_name(ChangeKind kind);

typedef struct Change {
    ChangeKind kind;
    Fate fate;
    const SideRow *before, *after; /* NULL: there is none */
    const SideObject *had, *has;   /* of CHANGE_ACCESS: the object's, before and after */
} Change;

/* What a Change points to lives until the call returns. Not 0: ends the comparison with that. */
typedef struct ChangeSink {
    void *of;
    int (*change)(void *of, const Change *change, Error *reterr);
} ChangeSink;

/*
 * before 0: everything in `run` is new. What stands in both runs is told in the order of the
 * reports; then, in that order, what is new or moved; then what is gone.
 */
int diff_findings(Store *s, int64_t before, int64_t run, const ChangeSink *to, Error *reterr);
