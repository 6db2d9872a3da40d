/*
 * Write: what a scan puts into the store.
 *
 * The order of a run: store_run_start or store_run_begin, store_root_put for each root, then
 * objects, links (store/link.h) and notes in any order, roots again with their final counts,
 * store_run_end. An object goes in whole, with its status, findings and samples, or not at all;
 * many share one transaction, which is committed after STORE_BATCH_ROWS rows or STORE_BATCH_NS and
 * by store_commit(). A writer that waits calls store_commit() first. Killed at any instant, the
 * store opens with whole objects only, and what was put since the last commit is simply not done.
 *
 * The first write that fails (no space, quota, I/O error, read-only) undoes the open transaction
 * and closes the store to further writes: all of them return that code, the last commit stands.
 * Every function is for the thread that owns the Store; spans are borrowed for the call.
 */
#pragma once

#include "model/evidence.h"
#include "model/finding.h"
#include "model/status.h"
#include "model/unit.h"
#include "store/link.h"
#include "store/store.h"

#define STORE_BATCH_ROWS 2000
#define STORE_BATCH_NS   INT64_C(250000000)

/* A detector as the run knew it; its number is its index in the run's array. */
typedef struct StoreDetector {
    const char *id, *title, *category;
    Tier tier;
} StoreDetector;

typedef struct StoreRun {
    int64_t started;     /* ns since 1970, as all times */
    bool survey;         /* a seeded sample, not evidence */
    bool fresh;          /* begins a series whatever there is */
    const char *tool;    /* version */
    const char *engine;  /* what reads: version, helpers; NULL: '' */
    const char *key;     /* key id of the tokens; NULL: no tokens */
    uint8_t ruleset[32]; /* digest of the rules */
    uint8_t reading[32]; /* ... of that in them which decides what is found; 0: unknown */
    Span parameters;     /* a JSON object, written by us; secrets removed */
    const StoreDetector *detectors; /* in order of id */
    size_t n_detectors;
} StoreRun;

/* Opens run *ret, a number from 1 up, the first of its series; committed at once. store/series.h
 * goes on with what there is. */
int store_run_begin(Store *s, const StoreRun *run, Error *reterr, int64_t *ret);

typedef struct StoreRunEnd {
    int64_t ended;
    int exit;
    bool complete; /* nothing unread beyond accepted gaps: the caller's verdict, see
                      query_coverage() */
    /* asked, if it is there, when all is known of the run (store/lineage.h) but its end is not
     * written: it may read the store, and sets *exit */
    int (*judge)(void *of, int64_t run, Error *reterr, int *exit);
    void *of;
} StoreRunEnd;

/*
 * Closes what no walk has met (store/carry.h), settles which name of a linked file is its object's
 * (the lowest), records the balance, folds the run into the lineages of its scope, commits and
 * moves everything into the main file.
 */
int store_run_end(Store *s, int64_t run, const StoreRunEnd *end, Error *reterr);

/* One root of the run; putting it again replaces it. What was found is counted by the walker. */
typedef struct StoreRoot {
    uint32_t number;
    Span path;            /* raw, absolute; "" for a pipe or list */
    const char *identity; /* file-system UUID, server:export ...; stable over reboots */
    const char *fs_type, *mount_options;
    const char *atime;    /* "kept", or a word why not: "not-owner", "unsupported" */
    Status status;        /* read, or why the root as a whole is not: error(EACCES) ... */
    uint64_t found;       /* outermost objects met: files and what stands in the list for a file */
    uint64_t found_bytes; /* sum of their sizes */
    uint64_t names;       /* further names of files already met (hard links) */
    uint64_t directories;
} StoreRoot;

int store_root_put(Store *s, int64_t run, const StoreRoot *root, Error *reterr);

/* What is known of an object beside its findings. */
typedef struct StoreFact {
    FactKind kind;
    Span part;        /* as in Finding */
    Span text;        /* a label; empty: a time */
    int64_t from, to; /* ns since 1970 */
} StoreFact;

typedef struct StoreObject {
    uint32_t root;
    Span path;      /* relative to the root; names of members follow, each after one NUL byte */
    uint32_t depth; /* 0: a file; n: a member in n containers */
    FileMeta meta;  /* times INT64_MIN where unknown; size 0 for links and special files */
    Status status;
    uint64_t bytes_read;
    uint64_t members;     /* listed in it, at any depth */
    const uint8_t *hash;  /* 16 bytes of keyed XXH3-128 over the content; NULL: not known */
    const char *format;   /* "text", "csv", "zip" ...; "" unknown */
    const char *encoding; /* "utf-8", "utf-16le" ...; "" unknown */
    Span acl;             /* as source/acl.h has it; empty: none */
    const struct StoreFact *facts;
    size_t n_facts;
} StoreObject;

/* The object with all its findings; putting (run, root, path) again replaces all of it. */
int store_object_put(Store *s, int64_t run, const StoreObject *object, const Finding *findings,
                     size_t n_findings, Error *reterr);

/* Units inside a file do not count that were put for it: it is read anew. */
int store_members_forget(Store *s, int64_t run, uint32_t root, Span file, Error *reterr);

/* Whether that object is in the run as it stands. */
int store_object_done(Store *s, int64_t run, uint32_t root, Span path, Error *reterr, bool *ret);

/*
 * A fact about the run as a whole. (kind, subject) names it and putting it again replaces it, so
 * that a resumed run does not count twice. Kinds: see schema.sql.
 */
typedef struct StoreNote {
    const char *kind; /* "skipped-mount", "excluded", "in-flight", "restart" ... */
    Span subject;     /* raw: a path or a rule */
    uint64_t count;
    const char *detail; /* a sentence or word; "" if none */
} StoreNote;

int store_note_put(Store *s, int64_t run, const StoreNote *note, Error *reterr);

/* Makes what was put durable against a kill; cheap when nothing is pending. */
int store_commit(Store *s, Error *reterr);

/* Of the room: the next object.id. */
int object_number(Store *s, int64_t *ret);

/* Of the room: the row alone, in place of what this run has put there before. id 0: none. */
int object_add(Store *s, int64_t run, const StoreObject *o, int64_t id);
