/*
 * Query: what reports read from the store about runs and objects, streaming and in one order.
 *
 * The order is that of raw bytes: the root's path, then the object's path below it; it does not
 * depend on the order of the walk, of the roots or of the workers. Cursors hold one row at a time:
 * what it points to is valid until the next step or close. A step returns 1 for a row, 0 at the
 * end, a negative code on failure.
 *
 * Sums are in store/tally.h, findings in store/found.h, rankings in store/rank.h.
 */
#pragma once

#include "base/arena.h"
#include "model/status.h"
#include "model/tier.h"
#include "model/unit.h"
#include "store/store.h"

typedef struct RunRow {
    int64_t id;
    int64_t started;
    int64_t ended;                   /* INT64_MIN: it did not, or not yet */
    int exit;                        /* -1 before the end */
    bool survey, complete, balanced; /* the last two only once ended */
    const char *tool, *key;          /* key: "" where there are no tokens */
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

typedef struct DetectorRow {
    const char *id, *title, *category;
    Tier tier;
} DetectorRow;

/* The detectors of the run; the index is the detector's number. An array in the arena. */
int query_detectors(Store *s, int64_t run, Arena *a, Error *reterr, DetectorRow **ret,
                    size_t *ret_n);

typedef struct NoteRow {
    Span subject;
    uint64_t count;
    const char *detail;
} NoteRow;

/* Notes of one kind, by subject. kind is borrowed. */
typedef struct NoteCursor NoteCursor;
int note_cursor_open(Store *s, int64_t run, const char *kind, Error *reterr, NoteCursor **ret);
int note_cursor_step(NoteCursor *c, Error *reterr, NoteRow *ret);
NoteCursor *note_cursor_close(NoteCursor *c);
DEFINE_CLEANUP(NoteCursor, note_cursor_close)

typedef struct ObjectRow {
    int64_t id;
    Span root; /* path of its root */
    Span path; /* below it; members after a NUL each, see store/name.h */
    uint32_t depth;
    FileMeta meta; /* without blocks and mount */
    Status status;
    uint64_t bytes_read, members;
    const uint8_t *hash; /* 16 bytes or NULL */
    const char *format, *encoding;
    Span acl; /* POSIX ACL as source/acl.h has it; empty: none */
} ObjectRow;

/* All objects of a run, or only those with an incomplete status. */
typedef struct ObjectCursor ObjectCursor;
int object_cursor_open(Store *s, int64_t run, bool unread_only, Error *reterr, ObjectCursor **ret);
int object_cursor_step(ObjectCursor *c, Error *reterr, ObjectRow *ret);
ObjectCursor *object_cursor_close(ObjectCursor *c);
DEFINE_CLEANUP(ObjectCursor, object_cursor_close)

/* What is known of objects beside findings, in the order of the objects. */
typedef struct FactRow {
    int64_t object; /* ObjectRow.id */
    const char *kind;
    Span part, text;
    int64_t from, to; /* INT64_MIN where it is a text */
} FactRow;

typedef struct FactCursor FactCursor;
int fact_cursor_open(Store *s, int64_t run, Error *reterr, FactCursor **ret);
int fact_cursor_step(FactCursor *c, Error *reterr, FactRow *ret);
FactCursor *fact_cursor_close(FactCursor *c);
DEFINE_CLEANUP(FactCursor, fact_cursor_close)

/*
 * Facts of the kinds that concern whoever reads a report: labels, what was not looked at beside a
 * file. One row a kind and text, with the first object that has it; an array in the arena.
 */
typedef struct RemarkRow {
    const char *kind;
    Span text;
    uint64_t objects;
    Span root, path;
} RemarkRow;

int query_remarks(Store *s, int64_t run, Arena *a, Error *reterr, RemarkRow **ret, size_t *ret_n);

typedef struct NameRow {
    Span root, path;
} NameRow;

/* The further names of an object with several links, in order; an array in the arena. */
int query_names(Store *s, int64_t run, uint64_t dev, uint64_t ino, Arena *a, Error *reterr,
                NameRow **ret, size_t *ret_n);
