/*
 * Closing: how a scan ends: what of it is complete, what is news, and which exit code that is.
 *
 * One notion of news for --only-news and --fail-on: what was not read and may not stay unread
 * (store/condition.h). Private to lib/; on the scan's thread.
 */
#pragma once

#include "lib/common.h"
#include "store/condition.h"

typedef struct Closing {
    Store *store;
    int64_t run;
    const terrier_scan_options *o;
    bool survey, sound; /* sound: neither a self-test nor a recount speaks against it */
    Condition conditions[CONDITIONS_MAX];
    size_t n_conditions;
    int64_t now;
    const char *status; /* for the ledger: complete, complete-known-gaps, partial */
    int exit;
} Closing;

/* What the options ask for; -EINVAL with a sentence. */
int closing_prepare(Closing *c, const terrier_scan_options *o, Error *reterr);

/* All objects are put: writes down which gaps were accepted, and ends the run in the store. */
int closing_end(Closing *c, Error *reterr);
