/*
 * Decision: what triage and gaps have in common: a reason, a name, a last day, and the ledger.
 *
 * Private to lib/. What is written goes into the store and its ledger in one transaction.
 */
#pragma once

#include "base/json.h"
#include "lib/event.h"

/* ns since 1970 of the end of the last day; INT64_MIN for NULL. -EINVAL: no day, or a past one. */
int decision_until(const char *text, Error *reterr, int64_t *ret);

/* "2026-12-31": the last day on which it holds; "" where it never ends. */
void decision_day(int64_t until, char ret[16]);

/* A word that must be there, may be shown, and is not too long; option: as it is called. */
int decision_text(const char *text, const char *option, Error *reterr);

/* A pattern over printed locators; NULL and "" pass. */
int decision_glob(const char *glob, const char *what, Error *reterr);

/* The store there is, for an entry beside a scan that may be going on. -ENOENT: there is none. */
int decision_store(const char *given, Error *reterr, Store **ret);

/* The body of an entry of the ledger: begins with event and ends with operator. */
Json decision_begin(Buf *body, const char *event);
int decision_record(Store *s, LedgerKind kind, Json *j, Error *reterr);
