/*
 * Carry: what of the rows in the store still holds for the run that is written.
 *
 * docs/design/incremental.md has the conditions. Each walk begins with store_walk_begin(), asks for
 * each file whether it is to be read, and the end of the run closes what no walk has met. On the
 * writer's thread.
 */
#pragma once

#include "store/write.h"

/* Two changes within one tick of a file system's clock show in no time stamp (FAT: 2 s). */
#define CARRY_MARGIN_NS INT64_C(2000000000)

/* A scanner begins to walk everything, for the first time or again: nothing was met yet. */
int store_walk_begin(Store *s, int64_t run, Error *reterr);

/* A file as the walk finds it. */
typedef struct StoreKnown {
    uint32_t root;
    Span path;
    FileMeta meta; /* size, ino, nlink, times; mode 0: nothing is known, so it is to be read */
    bool inodes;   /* whose inode numbers stay */
    bool drawn;    /* for a recheck: read it, whatever is known */
} StoreKnown;

typedef enum StoreAnswer {
    STORE_TO_READ, /* it is to be read; what was known of it was closed */
    STORE_CARRIED, /* it holds */
    STORE_MET,     /* this walk has met it before */
} StoreAnswer;

typedef struct StoreHeld {
    StoreAnswer answer;
    bool rechecked; /* TO_READ only because it was drawn */
    bool hashed;
    uint8_t hash[16]; /* of what was known */
} StoreHeld;

int store_carry(Store *s, int64_t run, const StoreKnown *known, Error *reterr, StoreHeld *ret);

/* Whether this walk has met an object of that path, be it put or held. */
int store_object_met(Store *s, int64_t run, uint32_t root, Span path, Error *reterr, bool *ret);

/* Sizes of what this walk has met beneath a root. */
uint64_t store_met_bytes(const Store *s, uint32_t root);

/* Of the room. An outermost row was put or held in place of one of old_size (0: none). */
int carry_meet(Store *s, uint32_t root, uint64_t slot, uint64_t size);

/* Of the room: at the end of a run, closes what has gone. */
int carry_settle(Store *s, int64_t run);

/* Of the room. What such a status says depends on the content alone: the same content has it again.
 */
bool carry_status_holds(const Status *s);

/* Of the room. False: last changed so shortly before that run read it, or later, that a second
 * change may not show. */
bool carry_is_settled(const Store *s, int64_t since, int64_t mtime, int64_t ctime);
