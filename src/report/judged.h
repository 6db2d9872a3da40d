/*
 * Judged: what people decided about the findings of a report, told with it.
 *
 * After the findings were passed over, since that is when each decision is counted. What expired is
 * told loudly: it holds no more.
 */
#pragma once

#include "report/outlet.h"
#include "store/triage.h"

/* Nothing where no entry judged anything and none has expired. */
int judged_print(const Judge *j, bool shown, bool colour, Buf *b);

/* An `event` an entry that judged something or has expired. */
int judged_events(const Judge *j, Outlet *to);

/* An entry that judged something since the judge was loaded or reset, or has expired. */
bool judged_told(const Judge *j, size_t i);

/* "accepted by ciso until 2027-03-01: demo data" */
void judged_decision(const TriageEntry *e, Buf *b);

/* What an entry applies to: its conditions, in words. */
void judged_target(const TriageEntry *e, Buf *b);
