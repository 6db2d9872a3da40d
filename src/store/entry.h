/*
 * Entry: a row of the ledger, and the manifest of a run, as the store keeps them.
 *
 * What they mean, how they are chained and sealed is evidence/'s; here they are bytes. An entry is
 * put behind the last one in the same transaction that looked for it, so that two processes never
 * write the same number; what is put is durable when store_entry_commit() returns.
 */
#pragma once

#include "base/arena.h"
#include "store/store.h"

#define ENTRY_DIGEST 32
#define ENTRY_SEAL   64

typedef struct StoreEntry {
    int64_t seq; /* from 1, without gaps */
    int64_t at;  /* ns since 1970 */
    const char *kind;
    Span body; /* JSON, canonical */
    uint8_t previous[ENTRY_DIGEST], digest[ENTRY_DIGEST];
    bool sealed;
    uint8_t seal[ENTRY_SEAL];
    const char *key; /* id of the seal; "" without one */
} StoreEntry;

/*
 * The head of the ledger: 1 and its seq, digest and key, 0 if the ledger is empty. For a store open
 * for writing the transaction stays open until the commit. key has ENTRY_KEY_MAX bytes.
 */
#define ENTRY_KEY_MAX 16
typedef struct StoreHead {
    int64_t seq, at;
    uint8_t digest[ENTRY_DIGEST];
    char key[ENTRY_KEY_MAX];
} StoreHead;

int store_entry_head(Store *s, Error *reterr, StoreHead *ret);
int store_entry_put(Store *s, const StoreEntry *e, Error *reterr);
/* Durable against a power cut, unlike store_commit(). */
int store_entry_commit(Store *s, Error *reterr);

/* Entries from `from` on, in order. What a row points to is valid until the next step or close. */
typedef struct EntryCursor EntryCursor;
int entry_cursor_open(Store *s, int64_t from, Error *reterr, EntryCursor **ret);
int entry_cursor_step(EntryCursor *c, Error *reterr, StoreEntry *ret);
EntryCursor *entry_cursor_close(EntryCursor *c);
DEFINE_CLEANUP(EntryCursor, entry_cursor_close)

typedef struct StoreManifest {
    int64_t run;
    Span body; /* JSON, canonical */
    uint8_t digest[ENTRY_DIGEST];
    uint8_t seal[ENTRY_SEAL];
    const char *key;
} StoreManifest;

/* Replaces that of the run; the caller commits. */
int store_manifest_put(Store *s, const StoreManifest *m, Error *reterr);
/* 1: in *ret, strings in the arena; 0: the run has none. */
int query_manifest(Store *s, int64_t run, Arena *a, Error *reterr, StoreManifest *ret);

/* uuid and date of the store; uuid has 37 bytes. */
int query_meta(Store *s, Error *reterr, char ret_uuid[37], int64_t *ret_created);

/* All manifests, by run. What a row points to is valid until the next step or close. */
typedef struct ManifestCursor ManifestCursor;
int manifest_cursor_open(Store *s, Error *reterr, ManifestCursor **ret);
int manifest_cursor_step(ManifestCursor *c, Error *reterr, StoreManifest *ret);
ManifestCursor *manifest_cursor_close(ManifestCursor *c);
DEFINE_CLEANUP(ManifestCursor, manifest_cursor_close)
