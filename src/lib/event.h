/*
 * Event: an entry of the ledger that no scan writes: a look at a value, a judgement, a gap.
 *
 * One call opens the store, beside a scan that may be writing to it, puts the entry, and closes.
 * What shall not happen without a record is done after the call has returned 0.
 */
#pragma once

#include "evidence/ledger.h"
#include "lib/common.h"

/*
 * store: NULL for the default. body: a JSON object (evidence/ledger.h). -EPERM, -ENOKEY and the
 * like with what to do about it; then nothing was written.
 */
int event_record(const char *store, LedgerKind kind, Span body, Error *reterr);

/* The same where the store is open for writing already. */
int event_record_in(Store *store, LedgerKind kind, Span body, Error *reterr);

/* {"operator":{...},"locator":...}: somebody is about to see a value. */
int event_record_reveal(const char *store, const char *locator, Error *reterr);
