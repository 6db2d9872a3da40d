/*
 * Side: the findings of one run, to be held against those of another.
 *
 * In the order of the reports: root's path, object's path, part, detector id. Runs of one series
 * share the rows of what did not change; those are left out, so a quiet night costs little. One row
 * is held at a time, valid until the next step or close, but for the words of its detector, which
 * live as long as the cursor. On the thread of the Store; memory does not grow with the run.
 */
#pragma once

#include "model/finding.h"
#include "store/store.h"

/* Where a finding stands, and how much it is. */
typedef struct SideRow {
    uint32_t root;   /* number in its run */
    Span root_path;  /* of it */
    Span path, part; /* below the root; in the object */
    PartKind kind;
    const char *detector, *title, *category;
    Tier tier;
    Level level;
    uint64_t count, distinct;
    int64_t object, since; /* object.id, object.since */
    Span samples;          /* as stored */
} SideRow;

/* What of its object's row has to be known beside that. */
typedef struct SideObject {
    uint32_t mode, uid, gid;
    bool pictures; /* in it were left out: partial(no-ocr) */
    bool hashed;
    uint8_t hash[16];
} SideObject;

/* Negative, 0 or positive: the order of the reports. */
int side_cmp(const SideRow *a, const SideRow *b);
/* Whether both are of one object. */
bool side_same_object(const SideRow *a, const SideRow *b);

typedef struct SideCursor SideCursor;

/* All findings of `run` that are not the very rows of `other` (0: none). */
int side_open(Store *s, int64_t run, int64_t other, Error *reterr, SideCursor **ret);
/* 1: a row, 0: the end. */
int side_step(SideCursor *c, Error *reterr, SideRow *ret);
/* Of a row of this cursor. */
int side_object(SideCursor *c, const SideRow *row, Error *reterr, SideObject *ret);
/* Whether the rules of the run had that detector. */
bool side_has_detector(const SideCursor *c, const char *id);
SideCursor *side_close(SideCursor *c);
DEFINE_CLEANUP(SideCursor, side_close)
