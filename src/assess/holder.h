/*
 * Holder: one object of which a policy's state is being found out, and the row that it becomes.
 *
 * A container waits until all that is in it was judged: its state is joined from theirs, unless it
 * is held or excepted itself. One thread.
 */
#pragma once

#include "base/buf.h"
#include "classify/retention.h"
#include "store/retained.h"
#include "store/sighting.h"

typedef struct Holder {
    Buf root, path;
    uint32_t depth;
    uint64_t bytes;
    int64_t mtime; /* of the outermost file */
    AgeFacts age;
    Retention own; /* points into the policy */
    AgeState inside;
    Retention worst; /* of what is in it */
} Holder;

/* Another object, nothing in it yet; caller's storage, its own state is filled in by the caller. */
int holder_set(Holder *h, const Sighting *s);
void holder_done(Holder *h);

/* Something in it came to that. */
void holder_join(Holder *h, const Retention *r);

/* What it comes to in the end; true: by what is in it. */
bool holder_state(const Holder *h, Retention *ret);

/*
 * Its row, or that of a table in it (part); flags besides those of the verdict. Borrows from the
 * holder, the policy and `rules`, which the ids are printed into. -ENOMEM.
 */
int holder_row(const Holder *h, Span part, const Retention *r, unsigned flags, Buf *rules,
               RetainedRow *ret);

/* "violation": the word of a state. */
const char *age_state_name(AgeState s);
