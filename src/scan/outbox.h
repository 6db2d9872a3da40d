/*
 * Outbox: reports of objects on their way from one worker to the keeper.
 *
 * Reports are put in a row and sent together: when there are enough, when the first has waited for
 * long enough as the next comes, and when there is nothing else to do. Values of samples are in
 * them: wiped once sent. One thread.
 */
#pragma once

#include "scan/intake.h"
#include "scan/message.h"

typedef struct Outbox {
    Channel *keeper;
    Buf reports;   /* not yet sent */
    int64_t since; /* monotonic, when the first of them was put */
    Buf values;    /* of the finding at hand */
    Buf *kept;     /* where they go instead, for a self-test; else NULL */
} Outbox;

void outbox_init(Outbox *o, Channel *keeper);
void outbox_done(Outbox *o);

/* An object with what was found in it and what is known of it; h, facts may be NULL. */
int outbox_object(Outbox *o, const ObjectReport *object, const Harvest *h, const IntakeFact *facts,
                  size_t n_facts);

/* What was reported of units inside this file does not count: it is read anew. */
int outbox_forget(Outbox *o, uint32_t root, Span path);

/* Everything is on its way. */
int outbox_flush(Outbox *o);
