/*
 * Worker: a thread of the scanner that opens files, examines them and reports what it found.
 *
 * Workers take Tasks from one queue: a batch of names, an invitation to a large file that another
 * worker has opened and that is read in pieces by whoever is free, to an archive that is opened so,
 * or to a window of a unit that another one reads in order. A worker owns its Reader and its report
 * buffer; what it shares is in Crew. The queue closes itself when the walk is over and
 * the last task is done.
 */
#pragma once

#include "base/queue.h"
#include "base/ref.h"
#include "detect/engine.h"
#include "extract/host.h"
#include "scan/flow.h"
#include "scan/journal.h"
#include "scan/message.h"
#include "scan/plan.h"
#include "scan/shared.h"
#include "source/batch.h"

typedef struct Large Large;

typedef struct Task {
    Batch *batch;   /* or */
    Large *large;   /* or */
    Shared *shared; /* or */
    Flow *flow;
} Task;

/* What all threads of a scanner share. Frozen but for the queue, the channel, counters, flags. */
typedef struct Crew {
    const Plan *plan;
    const char **roots; /* absolute paths of the plan's, as reports have them */
    const Engine *engine;
    Channel *keeper;
    Zygote *zygote;
    Lock asking; /* a question and its answer belong together */
    Journal *journal;
    Queue tasks;
    Ref open; /* tasks that are not done, and the walk itself */
    Flag stop;
    Throttle *throttle;  /* NULL: none */
    bool *far;           /* each root: on a server */
    Counter *atime_lost; /* files of each root read without O_NOATIME */
    Counter failed;      /* the first negative error of a worker, negated; 0: none */
} Crew;

typedef struct Worker Worker;

int worker_new(Crew *crew, unsigned slot, Worker **ret);
Worker *worker_free(Worker *w);
DEFINE_CLEANUP(Worker, worker_free)

/* The thread's whole life: takes tasks until the queue is closed. `of` is the Worker. */
void *worker_main(void *of);

/* Examines one batch on the calling thread, all its reports sent when it returns. */
int worker_batch(Worker *w, Batch *batch);

/*
 * Examines these bytes as a file of that name, and keeps the reports, as MESSAGE_OBJECTS has them,
 * to itself.
 */
int worker_fixture(Worker *w, Span name, Span bytes, Buf *ret_reports);

/* Reads standard input to its end as one object named plan->stream. */
int worker_stream(Worker *w);

/* Hands a batch over, waiting while the queue is full; takes the batch. */
int crew_put(Crew *crew, Batch *batch);

/* The walk is over: the queue closes when the last task is done. */
void crew_finish(Crew *crew);

/* Keeps the first error and asks everybody to stop. */
void crew_fail(Crew *crew, int error);
