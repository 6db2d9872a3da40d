/*
 * Seal: the Ed25519 signature (RFC 8032) that says who wrote a piece of evidence.
 *
 * The key `seal` is the seed of the pair, as openssl has it: 32 bytes that a PKCS #8 header makes a
 * private key of, and 32 public ones that a SubjectPublicKeyInfo header makes a PEM of (RFC 8410).
 * The public key stands beside the secret one as `seal.pem`, for whoever verifies. A seal's id is
 * made of the public key, so that a verifier can compute it. A pair that was replaced stays as
 * `seal.ID.key`, to hand its ledgers over. Belongs to one thread; verifying needs no object.
 */
#pragma once

#include "base/buf.h"
#include "evidence/key.h"

#define SEAL_PUBLIC    32
#define SEAL_SIGNATURE 64
#define SEAL_ID_SIZE   KEY_ID_SIZE

typedef struct Seal Seal;

/* As key_load(), and puts seal.pem beside the key where it is missing. */
int seal_load(const char *directory, Error *reterr, bool *ret_created, Seal **ret);
/* One that was replaced; -ENOENT without it. */
int seal_load_old(const char *directory, const char *id, Error *reterr, Seal **ret);
Seal *seal_free(Seal *s);
DEFINE_CLEANUP(Seal, seal_free)

const char *seal_id(const Seal *s); /* borrowed */
const uint8_t *seal_public(const Seal *s);
void seal_sign(const Seal *s, Span message, uint8_t ret[SEAL_SIGNATURE]);

/* First 8 hex digits of SHA-256("terrier-seal-id" || public key). */
void seal_id_of(const uint8_t public[SEAL_PUBLIC], char ret[SEAL_ID_SIZE]);
bool seal_holds(const uint8_t public[SEAL_PUBLIC], Span message,
                const uint8_t signature[SEAL_SIGNATURE]);

/* Appends "-----BEGIN PUBLIC KEY----- ..."; the reverse: -EINVAL for anything else. */
void seal_pem_print(const uint8_t public[SEAL_PUBLIC], Buf *to);
int seal_pem_parse(Span text, uint8_t ret[SEAL_PUBLIC]);
