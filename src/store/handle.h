/*
 * Handle: what is inside a Store, for the files of this room only.
 *
 * It owns the connection, the lock and the prepared statements of the writer, and keeps the one
 * open transaction: handle_write() opens it, handle_wrote() counts and commits in time,
 * handle_fail() undoes it for good. One thread.
 */
#pragma once

#include <sqlite3.h>

#include "base/bits.h"
#include "base/buf.h"
#include "model/status.h"
#include "store/sql.h"
#include "store/store.h"
#include "store/tally.h"

#define STORE_FOREVER INT64_MAX /* object.until of a row that holds */

typedef enum Statement {
    ST_BEGIN,
    ST_COMMIT,
    ST_ROLLBACK,
    ST_RUN_INSERT,
    ST_RUN_LAST,
    ST_RUN_END,
    ST_DETECTOR_INSERT,
    ST_ROOT_PUT,
    ST_OBJECT_INSERT,
    ST_OBJECT_FIND,
    ST_OBJECT_DELETE,
    ST_OBJECT_CLOSE,
    ST_OBJECT_LAST,
    ST_UNSEEN_READ,
    ST_MEMBERS_READ,
    ST_MEMBERS_CLOSE,
    ST_MEMBERS_DELETE,
    ST_ORPHANS_FIND,
    ST_FACT_INSERT,
    ST_FACT_DELETE,
    ST_FINDING_INSERT,
    ST_FINDING_DELETE,
    ST_NAME_CLAIMED,
    ST_NAME_INSERT,
    ST_NAME_UNCLAIM,
    ST_NAME_CLAIM,
    ST_NAMES_FORGET,
    ST_NAMES_COUNT,
    ST_OBJECT_RENAME,
    ST_MEMBERS_RENAME,
    ST_NOTE_PUT,
    ST_COVERAGE_DELETE,
    ST_COVERAGE_INSERT,
    ST_ENTRY_LAST,
    ST_ENTRY_PUT,
    ST_MANIFEST_PUT,
    ST_OBJECT_SLOT,
    ST_DIRECTORY_FIND,
    ST_DIRECTORY_INSERT,
    ST_DIRECTORY_CLOSE,
    ST_DIRECTORY_DELETE,
    ST_DIRECTORY_SLOT,
    ST_DIRECTORY_UNSEEN,
    ST_DIRECTORY_READ,
    ST_PRINCIPAL_PUT,
    ST_PRINCIPAL_JOIN,
    ST_PRINCIPALS_FOLLOW,
    ST_SHARE_PUT,
    ST_CONTENTS_READ,
    ST_TWIN_FIND,
    ST_TWIN_IDS,
    ST_TWIN_SUMS,
    ST_TWIN_MEMBERS,
    ST_TWIN_FINDINGS,
    ST_TWIN_FACTS,
    ST_DELTA_PUT,
    ST_TRIAGE_PUT,
    ST_TRIAGE_DELETE,
    ST_GAP_PUT,
    ST_GAP_DELETE,
    N_STATEMENTS,
} Statement;

/* When a run of the series began: what it read was not changed within its margin. */
typedef struct CourseRun {
    int64_t id, started;
    uint64_t trusted; /* bit n: its root n was the file system that it is now */
} CourseRun;

/* The run that is being written. */
typedef struct Course {
    int64_t run, series;
    CourseRun *runs; /* of the series, in order */
    size_t n_runs;
    Sums sums;       /* its objects by status */
    uint64_t slots;  /* given so far in the series */
    Bits seen;       /* slots that the walk has met */
    Bits put;        /* slots that this process has put */
    uint64_t *bytes; /* by root: sizes of what was met */
    size_t n_bytes;
    Bits directories; /* slots of directories that the walk has met */
    uint64_t directory_slots;
    bool directories_known; /* directory_slots was looked up */
    struct Twins *twins; /* contents of its series; NULL: not gathered (store/twin.h) */
    bool walked;         /* store_walk_begin(): what is not seen in the end has gone */
    bool members_put;    /* units inside files were put: some may lack their file */
} Course;

void course_done(Course *c);

struct Store {
    char *path;
    StoreMode mode;
    int lock;
    sqlite3 *db;
    sqlite3_stmt *statements[N_STATEMENTS];
    bool open;      /* a transaction */
    int64_t object; /* the highest id given; 0: not looked up yet */
    unsigned rows;  /* written in it */
    int64_t since;  /* monotonic, when it was opened */
    Buf samples;    /* of the finding that is being written */
    Course course;  /* the run that is being written */
    Error failure;  /* code 0: none; otherwise nothing is written any more */
};

/* The prepared statement, reset. */
int handle_statement(Store *s, Statement which, sqlite3_stmt **ret);

/* Opens the transaction where none is; the failure of an earlier write comes back. */
int handle_begin(Store *s);

/* As handle_statement, with a transaction open; the failure of an earlier write comes back. */
int handle_write(Store *s, Statement which, sqlite3_stmt **ret);

/* Rows were written; commits when there are enough, or for long enough. */
int handle_wrote(Store *s, unsigned rows);

int handle_commit(Store *s);

/* Takes the open transaction back, where there is one; the store may be written to again. */
void handle_undo(Store *s);

/* A write failed: undoes the transaction, closes the store to writes, makes the sentence. */
int handle_fail(Store *s, int r, Error *reterr);

/* A read failed: the sentence. */
int handle_unread(const Store *s, int r, Error *reterr);

/* Columns i and i + 1 of a row. A word that this programme does not know counts as unread. */
Status handle_status(sqlite3_stmt *row, int i);
