/*
 * Found: the findings of a run, filtered, in the order of the reports.
 *
 * Ordered by raw locator (root's path, object's path), then part, then detector id. One row is
 * held at a time: what it points to is valid until the next step or close, but for the words of
 * its detector and the key, which live as long as the cursor.
 */
#pragma once

#include "model/finding.h"
#include "model/locator.h"
#include "model/status.h"
#include "model/unit.h"
#include "store/store.h"
#include "store/triage.h"

/* What is left out; {0} leaves out nothing. */
typedef struct FoundFilter {
    Level least;      /* LEVEL_NONE: all */
    Tier tier;        /* this and above */
    const char *type; /* glob over detector id or category; NULL: all */
    const char *path; /* glob over the printed locator of the object, where '*' also crosses '/' */
    bool fresh;       /* only what the run before of its scope did not have */
    /* what people decided: judged findings are counted there and left out, unless `judged`; NULL:
     * nobody is asked */
    Judge *judge;
    bool judged;
    bool lineage; /* ids and dates are wanted */
} FoundFilter;

typedef struct FoundRow {
    int64_t object;
    Span root, path, part;
    PartKind kind;
    Span heading;      /* of a sheet's column */
    uint64_t dev, ino; /* of the object, if asked for: query_names() gives its further names */
    uint32_t nlink;    /* else 1 */
    uint32_t uid;      /* with them, else 0: the owner; of a member, of the file that it is in */
    FileMeta meta;     /* of the object, if asked for, without blocks and mount; mode, owner and */
    Span acl;          /* ACL (as source/acl.h has it) of a member are those of its file */
    Status status;     /* the same */
    const char *format;
    uint32_t number;                         /* of the detector */
    const char *detector, *title, *category; /* detector: its id */
    Tier tier;
    Level level; /* of the best hit */
    double score;
    uint64_t count[N_LEVELS]; /* hits by level */
    uint64_t tested, valid, test_values, distinct;
    bool distinct_exact;
    Span values;     /* of its category in the object, as base/sketch.h writes it down; empty where
                        another row of the object has it, or nobody */
    Span samples;    /* as stored: found_samples() reads them */
    const char *key; /* of their tokens; "": none. Lives as long as the cursor */
    bool known;      /* lineage is, where it was asked for */
    LineageRow lineage;
    const TriageEntry *verdict; /* NULL: none; lives as long as the judge */
} FoundRow;

static inline uint64_t found_count(const uint64_t count[N_LEVELS]) {
    return count[LEVEL_LOW] + count[LEVEL_MEDIUM] + count[LEVEL_HIGH];
}

typedef struct FoundCursor FoundCursor;

/*
 * The filter's strings and judge are borrowed until the cursor is closed. names: dev, ino, nlink
 * and uid as well.
 */
int found_cursor_open(Store *s, int64_t run, const FoundFilter *filter, bool names, Error *reterr,
                      FoundCursor **ret);
/* All findings, with the meta data, status and format of their objects. */
int found_cursor_open_whole(Store *s, int64_t run, Error *reterr, FoundCursor **ret);
/* 1: a row, 0: the end. */
int found_cursor_step(FoundCursor *c, Error *reterr, FoundRow *ret);
/*
 * The samples of a row of this cursor, or of a copy of it: at most `most`, and at most
 * FINDING_SAMPLES_MAX. Their value is empty.
 */
int found_samples(FoundCursor *c, Span samples, size_t most, Error *reterr, Sample *ret,
                  size_t *ret_n);
/*
 * Where a sample stands in its object: part, line and offset of *l; its names are the caller's. The
 * part may be made in `part`, which must outlive *l.
 */
void found_place(const FoundRow *row, const Sample *sample, Buf *part, Locator *l);

FoundCursor *found_cursor_close(FoundCursor *c);
DEFINE_CLEANUP(FoundCursor, found_cursor_close)
