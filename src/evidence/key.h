/*
 * Key: one secret of 32 random bytes, in a file of its own and in locked memory.
 *
 * Four kinds with four purposes, so that one may be destroyed or handed on without the others:
 * `token` names found values, `tombstone` names erased ones, `seal` signs evidence, `edm` makes tables of
 * exact data match. Each is a file
 * 0400 in the configuration directory (0700), made when it is first asked for; who asks must then
 * tell the user, since results are comparable only under the same key. The file is refused when
 * somebody else could read or swap it. In memory the key is in guarded pages: locked against swap,
 * left out of core dumps, read-only; it is wiped when freed. Belongs to one thread.
 */
#pragma once

#include "base/error.h"
#include "base/span.h"

#define KEY_SIZE    32
#define KEY_ID_SIZE 9 /* eight hex digits and a NUL */

typedef enum KeyKind {
    KEY_TOKEN,
    KEY_TOMBSTONE,
    KEY_SEAL,
    KEY_EDM,
    N_KEY_KINDS,
} KeyKind;

typedef struct Key Key;

const char *key_kind_name(KeyKind kind);

/* `$XDG_CONFIG_HOME/terrier`, or ~/.config/terrier; the caller frees it. */
int key_default_directory(char **ret);

/*
 * Loads the key of that kind, makes it first where there is none (*ret_created), and tests itself.
 * -EPERM, -ELOOP, -EINVAL with the remedy for a file that is not private, a link, or not 32 bytes.
 */
int key_load(const char *directory, KeyKind kind, Error *reterr, bool *ret_created, Key **ret);

/* The same without making one: -ENOENT. */
int key_find(const char *directory, KeyKind kind, Error *reterr, Key **ret);

/* One that was replaced, and stays as `KIND.ID.key`; -ENOENT. */
int key_load_old(const char *directory, KeyKind kind, const char *id, Error *reterr, Key **ret);

/*
 * Puts a new key in the place of the one there is, which stays as `KIND.ID.key`, id being that of
 * what it made. At any instant there is one or the other. -ENOENT: there is none to replace.
 */
int key_replace(const char *directory, KeyKind kind, const char *id, Error *reterr, Key **ret);
Key *key_free(Key *k);
DEFINE_CLEANUP(Key, key_free)

/* The first 8 hex digits of SHA-256("terrier-key-id" || key). Borrowed. */
const char *key_id(const Key *k);

/* False where the kernel refused to lock the key's pages: worth a note in the manifest. */
bool key_locked(const Key *k);

/* HMAC-SHA-256 over parts in a row: the only use of the secret but for key_sign_pair(). */
void key_mac(const Key *k, const Span *parts, size_t n_parts, uint8_t ret[32]);

/*
 * n secret bytes for another purpose: HMAC in counter mode over the label. They tell nothing about
 * the key nor about those of another label.
 */
void key_derive(const Key *k, const char *label, uint8_t *ret, size_t n);

/* The Ed25519 pair whose seed the secret is; both halves as libsodium has them. For KEY_SEAL. */
void key_sign_pair(const Key *k, uint8_t ret_public[32], uint8_t ret_secret[64]);
