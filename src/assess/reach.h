/*
 * Reach: who may read the objects of a stored run.
 *
 * Holds the directories on the way down to the object at hand (classify/access.h), what the host
 * gave to others, and which roots lie on mounts that make modes up. Objects come in any order;
 * those of one directory behind one another cost one look-up for all of them. One thread, that of
 * the Store.
 */
#pragma once

#include "base/arena.h"
#include "classify/access.h"
#include "model/unit.h"
#include "store/directory.h"

typedef struct ReachRoot {
    Span path;
    uint32_t number;
    const char *invented; /* NULL: modes are those of the file system; else why they are none */
    bool remote;          /* permissions of its share are not seen */
} ReachRoot;

typedef struct Reach {
    Store *store; /* borrowed */
    int64_t run;
    Arena arena;
    ReachRoot *roots;
    size_t n_roots;
    AccessShare *shares;
    size_t n_shares;
    AccessTrail trail;
    Buf directory, acl; /* absolute path of the one that the trail leads to; of the one at hand */
    bool entered;       /* directory holds */
} Reach;

int reach_init(Reach *r, Store *s, int64_t run, Error *reterr);
void reach_done(Reach *r);

/* An object by its root's path and its own below it; members are as their file. */
int reach_judge(Reach *r, Span root, Span path, const FileMeta *meta, Span acl, Error *reterr,
                Access *ret);

/* The root of that path, or NULL. */
const ReachRoot *reach_root(const Reach *r, Span path);
