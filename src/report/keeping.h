/*
 * Keeping: what a retention policy came to, as text, JSON Lines or CSV, from the store.
 *
 * Text is grouped, at most 50 groups; the other two have every row. Names are escaped; in CSV also
 * what a spreadsheet would take for a formula. One thread.
 */
#pragma once

#include "report/outlet.h"
#include "store/retained.h"

/* Which assessment, and by what. Strings are borrowed. */
typedef struct Keeping {
    int64_t assessment, run;
    const char *as_of; /* 2026-11-28 */
    const char *policy, *version, *title, *approved_by;
    bool approved;     /* it may say violation on that day */
    bool stock;        /* the example in the program */
    const char *state; /* only rows of it; NULL: all */
    bool colour;
} Keeping;

int keeping_text(Store *s, const Keeping *k, Outlet *to, Error *reterr);
int keeping_jsonl(Store *s, const Keeping *k, Outlet *to, Error *reterr);
int keeping_csv(Store *s, const Keeping *k, Outlet *to, Error *reterr);

/* The rule of a row, or NULL. */
const RetentionRuleRow *keeping_rule(const RetentionRuleRow *rules, size_t n, const char *id);
