/*
 * Ledger: what was done with a store, one event an entry, so that none can be changed, taken out
 * or put in afterwards without showing.
 *
 *     digest = SHA-256({"at":..,"body":..,"kind":..,"previous":..,"seq":..}), canonical JSON
 *     seal   = Ed25519 over the 32 bytes of the digest
 *
 * `previous` is the digest of the entry before, so each seal holds for all entries up to its own.
 * The first entry is of kind key and names the public key of the seal and the store; a later one
 * that replaces the pair is sealed by the pair before. Who owns the seal can write another ledger:
 * only a head that was sent elsewhere (docs/auditor.md) shows that. Names in bodies are printed
 * ones, without anything that harms a terminal; no found value is in any.
 *
 * A body is a JSON object of the caller's; docs/design/evidence.md lists the members by kind.
 */
#pragma once

#include "evidence/seal.h"
#include "store/entry.h"

typedef enum LedgerKind {
    LEDGER_RUN,        /* a scan began or ended, or a planned one did not take place */
    LEDGER_TRIAGE,     /* a finding was judged */
    LEDGER_EXCLUSION,  /* something is left out from now on, or no longer */
    LEDGER_GAP,        /* something may stay unread */
    LEDGER_POLICY,     /* another policy, schedule or set of rules holds */
    LEDGER_KEY,        /* a key was made, replaced or lost */
    LEDGER_REVEAL,     /* somebody looked at a value in clear */
    LEDGER_STORE,      /* the store itself was pruned or merged */
    LEDGER_ASSESSMENT, /* a run was judged */
    N_LEDGER_KINDS,
} LedgerKind;

const char *ledger_kind_name(LedgerKind kind);
int ledger_kind_parse(Span word, LedgerKind *ret);

/*
 * The seal with which entries of this ledger may be written: makes the first pair and the first
 * entry, and hands over to a pair that was put in the place of the last one. -ENOKEY: the pair that
 * sealed the last entry is gone; the message says what to do. The store is open for writing.
 */
int ledger_open(Store *s, const char *directory, Error *reterr, bool *ret_created, Seal **ret);

/* As ledger_open(), where the pair before is lost: says so in the ledger and goes on. */
int ledger_open_lost(Store *s, const char *directory, const char *reason, Error *reterr,
                     Seal **ret);

/*
 * Puts an event behind the last, sealed and durable. body is a JSON object; it is made canonical
 * here. -EINVAL: it is none. ret_head may be NULL.
 */
int ledger_append(Store *s, const Seal *seal, LedgerKind kind, Span body, Error *reterr,
                  StoreHead *ret_head);

/* The id that the last entry of kind key about this one names; untouched where none does. */
int ledger_last_key(Store *s, const char *kind, char ret[KEY_ID_SIZE], Error *reterr);

/* The entry as a line of ledger.jsonl, without its newline; and back: -EINVAL unless it is one. */
int ledger_print(const StoreEntry *e, Buf *to);
/* Strings are in the arena. */
int ledger_parse(Span line, Arena *a, StoreEntry *ret);

/* 2026-03-01T12:00:00.000000000Z, at least LEDGER_TIME_SIZE bytes; and back. */
#define LEDGER_TIME_SIZE 96
void ledger_time_print(int64_t at, char ret[LEDGER_TIME_SIZE]);
int ledger_time_parse(Span text, int64_t *ret);

/* Entry after entry: {0}, or with `trusted` set. */
typedef struct LedgerCheck {
    const uint8_t *trusted; /* a public key that must be among those of the ledger; NULL: none */
    StoreHead head;         /* of what was seen */
    uint64_t entries, back; /* back: entries dated before the one in front of them */
    uint64_t lost;          /* seals that were replaced without a hand-over */
    bool keyed, trusted_seen;
    uint8_t public[SEAL_PUBLIC]; /* of the last pair */
    char store[37];              /* uuid that the first entry names; "" */
} LedgerCheck;

/* NULL if the entry holds behind those before; else what is wrong, in a few words. */
const char *ledger_check(LedgerCheck *c, const StoreEntry *e);
