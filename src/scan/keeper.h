/*
 * Keeper: runs a scan: holds store and keys, starts the scanner, writes down what it reports.
 *
 * On the caller's thread and in the caller's process. The scanner is a process of its own, started
 * by posix_spawn (the caller may have threads), and is believed in nothing but the form of its
 * frames. When it dies, what was in flight is written down, the scanner is started again, and goes
 * on with what the store does not have yet; an object that was in flight at two deaths ends as
 * error(scanner-killed). In quiet hours the scanner is asked to end, and started again after them.
 * Found values pass through here on their way to tokens and are wiped.
 */
#pragma once

#include "base/calendar.h"
#include "evidence/key.h"
#include "rule/detector.h"
#include "scan/plan.h"
#include "store/share.h"
#include "store/write.h"

/* What is in flight stands in the file of the store's name and this. */
#define KEEPER_JOURNAL ".flight"

/* keeper_run: conditions that are not errors of ours. */
#define KEEPER_E_STOPPED 2 /* stop() said so; what was done is in the store */

typedef struct KeeperProgress {
    uint64_t files, bytes; /* reported so far */
    uint64_t ahead;        /* objects that the walk ahead has counted */
    bool ahead_done;
    uint64_t hits;
    uint64_t carried; /* of the files, not read since they are what they were */
    unsigned restarts;
    int64_t paused_until; /* seconds since 1970, of the quiet hours that hold; 0: it runs */
} KeeperProgress;

/* What the scanner said of a self-test; tried 0: it did not run. */
typedef struct KeeperSelftest {
    uint64_t carriers, detectors, recovered;
    char failed[512]; /* names, separated by blanks */
} KeeperSelftest;

typedef struct KeeperOptions {
    const char *program; /* the terrier program: what a role is started from */
    const Plan *plan;
    const Rules *rules; /* the keeper's own: names and tiers for the store */
    Store *store;       /* open for writing */
    const Key *key;     /* of tokens; NULL: none are made */
    Span parameters;    /* JSON, for the run's row */
    const char *engine; /* what reads, for the run's row: version, helpers */
    bool fresh;         /* nothing is gone on with, nothing carried over */
    bool rescan;        /* everything is read, in the series as it is */
    int64_t time_limit; /* ns: then it pauses, to be gone on with; 0: none */
    uint64_t recheck;   /* of files that seem unchanged one in so many is read; 0: none */
    int (*begun)(void *of, int64_t run, Error *reterr); /* the run has its number; may be NULL */
    const Hours *quiet; /* hours in which nothing is read and nothing is open */
    size_t n_quiet;
    const StoreNote *notes; /* of what is known before the run: put first */
    size_t n_notes;
    const StoreShare *shares; /* what this host gives to others */
    size_t n_shares;
    bool (*stop)(void *of);                              /* polled; may be NULL */
    void (*progress)(void *of, const KeeperProgress *p); /* several times a second; may be NULL */
    void (*warning)(void *of, const char *text);         /* a sentence for people; may be NULL */
    void *of;
} KeeperOptions;

typedef struct KeeperResult {
    int64_t run; /* 0: none was begun */
    unsigned restarts;
    bool resumed;               /* it had been begun by another scan */
    bool paused;                /* the time limit was reached: the run is not at its end */
    KeeperSelftest selftest[2]; /* at the start, at the end */
} KeeperResult;

/*
 * Scans to the end. 0, a KEEPER_E_ condition, or a negative error with a sentence: -EINVAL rules
 * are wrong (nothing scanned); an error of the store (the last commit stands); -EPROTO the scanner
 * could not be kept alive. The run in the store is ended by the caller: store_run_end().
 */
int keeper_run(const KeeperOptions *o, Error *reterr, KeeperResult *ret);
