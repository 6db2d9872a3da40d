/*
 * Manifest: what one run leaves for an auditor: from where, with what, how complete, by whom.
 *
 * One canonical JSON object (docs/schema/manifest.schema.json), made of what the store says of the
 * run and of what only the process knows. Counts reconcile in it: the sum over statuses is what
 * the walker found, and a recount by other code stands beside. No found value is in it.
 */
#pragma once

#include "base/buf.h"
#include "store/entry.h"

typedef struct ManifestSelftest {
    uint64_t carriers, detectors, recovered;
    const char *failed; /* names; "" */
} ManifestSelftest;

/* Of one root, once; `made` false: not counted. */
typedef struct ManifestRecount {
    bool made;
    int error; /* negative: it could not be */
    uint64_t files, links, special, directories, aside, denied, deep, bytes, linked, recent;
} ManifestRecount;

typedef struct ManifestRoot {
    uint32_t number;
    ManifestRecount before, after;
} ManifestRoot;

typedef struct ManifestFacts {
    int64_t run;
    int64_t duration_ns; /* by the monotonic clock */
    uint8_t build[32];   /* SHA-256 of the program; zeros: unknown */
    bool stock_rules;    /* the built-in ones and no others */
    const char *scope;   /* SHA-256 in hex: what is read */
    const char *asked;   /* the same of everything else that was asked */
    const char *token_key, *tombstone_key, *seal_key; /* ids */
    bool keys_locked;
    const char *sandbox; /* words; NULL: not asked */
    const char *anchor;  /* how heads are sent elsewhere; NULL: they are not */
    ManifestSelftest selftest[2];
    const ManifestRoot *roots;
    size_t n_roots;
    bool recount_off;
} ManifestFacts;

/* What a recount came to, beside what the walker found. */
typedef enum RecountVerdict {
    RECOUNT_NONE, /* it was not made */
    RECOUNT_EQUAL,
    RECOUNT_EXPLAINED,   /* entries changed while it ran */
    RECOUNT_UNEXPLAINED, /* the numbers differ and nothing changed */
} RecountVerdict;

const char *recount_verdict_name(RecountVerdict v);

/* found: objects, names and directories of the root as the walker says. */
RecountVerdict recount_judge(const ManifestRecount *r, uint64_t found, uint64_t names,
                             uint64_t directories);

/* Appends the manifest. The store may be open in any mode; the run has ended. */
int manifest_make(Store *s, const ManifestFacts *f, Error *reterr, Buf *to);
