/*
 * Witness: what a scan leaves as evidence of itself.
 *
 * Before the first byte is read: the three keys, the seal of the ledger, an entry that the run
 * began. At its end: the recount, the manifest in the store and beside it, the entry that names it,
 * the ledger as a file, and the head of the ledger handed to a hook. What is beside the store lies
 * in `STORE.evidence/`. Belongs to the thread of terrier_scan().
 */
#pragma once

#include "evidence/manifest.h"
#include "evidence/seal.h"
#include "lib/common.h"
#include "scan/keeper.h"

typedef struct Witness {
    const terrier_scan_options *o;
    Store *store;
    const char *keys;   /* directory */
    const Hours *quiet; /* hours in which nothing is counted either; the caller's */
    size_t n_quiet;
    const Key *token; /* the caller's */
    /* slots of the profile that nobody took, ns since 1970: entries before the run's; the caller's
     */
    const int64_t *missed;
    size_t n_missed;
    Key *tombstone;
    Seal *seal;
    char *directory; /* STORE.evidence */
    int64_t run, started, started_monotonic;
    char scope[65], asked[65]; /* SHA-256 in hex */
    uint8_t build[32], ruleset[32];
    bool stock;
    const char *status; /* how it ended: complete, complete-known-gaps, partial; the caller's */
    bool ended;         /* the entry of its end is written */
    bool sound;         /* neither a self-test nor a recount speaks against the run */
    ManifestRoot *roots;
    size_t n_roots;
} Witness;

/*
 * Everything that may be refused, before the scan. scope and asked: JSON of what is read, and of
 * all else that was asked. -ENOKEY: a key is missing that the store's runs or ledger were made
 * with.
 */
int witness_open(Witness *w, Span scope, Span asked, Error *reterr);
void witness_done(Witness *w);

/* The run has its number. */
int witness_begun(Witness *w, int64_t run, Error *reterr);

/* Counts all roots a second time, before or after. -ECANCELED: the caller's stop. */
int witness_recount(Witness *w, bool after, Error *reterr);

/*
 * After the scan and before store_run_end(): what self-tests and recounts say, as notes of the run;
 * sets w->sound.
 */
int witness_judge(Witness *w, const KeeperResult *kept, Error *reterr);

/* The run has ended in the store. */
int witness_end(Witness *w, const KeeperResult *kept, int exit, Error *reterr);

/* It was stopped, or failed with that sentence. */
void witness_broken(Witness *w, const char *status, const char *reason, int exit);
