/*
 * Query: what reports read from the store, streaming and in one order.
 *
 * The order is that of raw bytes: the root's path, then the object's path below it, then part, then
 * detector id; it does not depend on the order of the walk, of the roots or of the workers. Cursors
 * hold one row at a time: a row and what it points to is valid until the next step or close. A step
 * returns 1 for a row, 0 at the end, a negative code on failure.
 *
 * A file with several links is reported under the lowest of its names once its run has ended.
 */
#pragma once

#include "base/arena.h"
#include "model/finding.h"
#include "model/status.h"
#include "model/unit.h"
#include "store/store.h"

typedef struct RunRow {
    int64_t id;
    int64_t started;
    int64_t ended;                   /* INT64_MIN: it did not, or not yet */
    int exit;                        /* -1 before the end */
    bool survey, complete, balanced; /* the last two only once ended */
    const char *tool, *key;          /* key "" where there are no tokens */
    uint8_t ruleset[32];
    Span parameters; /* JSON */
    uint32_t n_detectors;
} RunRow;

/* Run `run`, or the latest for 0; -ENOENT if there is none. Strings live in the arena. */
int query_run(Store *s, int64_t run, Arena *a, Error *reterr, RunRow *ret);

typedef struct RootRow {
    uint32_t number;
    Span path;
    const char *identity, *fs_type, *mount_options, *atime;
    Status status;
    uint64_t found, found_bytes, names, directories;
} RootRow;

/* All roots of the run, by path; an array in the arena. */
int query_roots(Store *s, int64_t run, Arena *a, Error *reterr, RootRow **ret, size_t *ret_n);

typedef struct Tally {
    uint64_t objects;
    uint64_t bytes;      /* sum of sizes */
    uint64_t bytes_read; /* of these, examined */
} Tally;

/* The sums of a run. balanced: what the walker found equals the sum over statuses. */
typedef struct Coverage {
    Tally files[N_STATUSES], members[N_STATUSES];
    Tally all_files, all_members;
    uint64_t found, found_bytes; /* as counted by the walker, see StoreRoot */
    uint64_t found_names, names; /* further names of linked files: met, and recorded */
    bool balanced;
    bool complete; /* every status and every root is a complete one */
} Coverage;

int query_coverage(Store *s, int64_t run, Error *reterr, Coverage *ret);

/* Status and reason with their sums, unread first; files and members apart. */
typedef struct ReasonRow {
    Status status;
    bool members;
    Tally tally;
} ReasonRow;

int query_reasons(Store *s, int64_t run, Arena *a, Error *reterr, ReasonRow **ret, size_t *ret_n);

typedef struct NoteRow {
    Span subject;
    uint64_t count;
    const char *detail;
} NoteRow;

/* Notes of one kind, by subject. */
typedef struct NoteCursor NoteCursor;
int note_cursor_open(Store *s, int64_t run, const char *kind, Error *reterr, NoteCursor **ret);
int note_cursor_step(NoteCursor *c, Error *reterr, NoteRow *ret);
NoteCursor *note_cursor_close(NoteCursor *c);
DEFINE_CLEANUP(NoteCursor, note_cursor_close)

typedef struct ObjectRow {
    int64_t id;
    Span root; /* path of its root */
    Span path; /* below it, see StoreObject */
    uint32_t depth;
    FileMeta meta;
    Status status;
    uint64_t bytes_read, members;
    const uint8_t *hash; /* 16 bytes or NULL */
    const char *format, *encoding;
} ObjectRow;

typedef struct ObjectCursor ObjectCursor;
/* All objects of a run, or only those with an incomplete status. */
int object_cursor_open(Store *s, int64_t run, bool unread_only, Error *reterr, ObjectCursor **ret);
int object_cursor_step(ObjectCursor *c, Error *reterr, ObjectRow *ret);
ObjectCursor *object_cursor_close(ObjectCursor *c);
DEFINE_CLEANUP(ObjectCursor, object_cursor_close)

/* The further names of one object, by bytes; filled into the arena. */
typedef struct NameRow {
    Span root, path;
} NameRow;

int query_names(Store *s, int64_t run, const ObjectRow *object, Arena *a, Error *reterr,
                NameRow **ret, size_t *ret_n);

/* What a report leaves out; {0} leaves out nothing. */
typedef struct FindingFilter {
    Level least;      /* LEVEL_NONE: all */
    Tier tier;        /* this and above */
    const char *type; /* glob over detector id or category id; NULL: all */
    const char *path; /* glob over the printed locator, '*' also crosses '/'; NULL: all */
} FindingFilter;

typedef struct FindingRow {
    int64_t object;
    Span root, path, part;
    const char *detector, *title, *category; /* ids; title is the detector's */
    Tier tier;
    Level level; /* of the best hit */
    double score;
    uint64_t count[N_LEVELS]; /* hits by level */
    uint64_t tested, valid, test_values, distinct;
    bool distinct_exact;
    const Sample *samples; /* value is always empty; token "" where there was no key */
    size_t n_samples;
} FindingRow;

static inline uint64_t finding_row_count(const FindingRow *f) {
    return f->count[LEVEL_LOW] + f->count[LEVEL_MEDIUM] + f->count[LEVEL_HIGH];
}

typedef struct FindingCursor FindingCursor;
int finding_cursor_open(Store *s, int64_t run, const FindingFilter *filter, Error *reterr,
                        FindingCursor **ret);
int finding_cursor_step(FindingCursor *c, Error *reterr, FindingRow *ret);
FindingCursor *finding_cursor_close(FindingCursor *c);
DEFINE_CLEANUP(FindingCursor, finding_cursor_close)

/* One detector's sums over the run, under a filter. */
typedef struct SummaryRow {
    const char *detector, *title, *category;
    Tier tier;
    Level level; /* the best anywhere */
    uint64_t objects;
    uint64_t count[N_LEVELS];
    uint64_t test_values;
    uint64_t distinct;   /* exact if so said, else the sum over parts: an upper bound */
    bool distinct_exact; /* one part only, and exact there */
} SummaryRow;

/* By tier and level, highest first, then by count and detector id; an array in the arena. */
int query_summary(Store *s, int64_t run, const FindingFilter *filter, Arena *a, Error *reterr,
                  SummaryRow **ret, size_t *ret_n);

/* A place worth a look: an object, ranked by tier, then level, then weighted count. */
typedef struct PlaceRow {
    int64_t object;
    Span root, path;
    Tier tier;   /* the highest of its findings */
    Level level; /* the highest within that tier */
    uint64_t count[N_LEVELS];
    FindingRow worst; /* its worst finding, without further samples than the first */
} PlaceRow;

/* At most n places, worst first, in the arena. */
int query_places(Store *s, int64_t run, const FindingFilter *filter, size_t n, Arena *a,
                 Error *reterr, PlaceRow **ret, size_t *ret_n);
