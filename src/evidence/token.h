/*
 * Token: the name of a value that cannot be turned back without the key.
 *
 *     tok:1a2b3c4d:<first 128 bits of HMAC-SHA-256(key, type || 0 || canonical), in hex>
 *
 * The type is the id of the detector's category, not of the detector: the same number found by two
 * detectors of a category has one token, and the same digits meant differently have two. Equal
 * tokens under one key id mean equal values; under different key ids they mean nothing.
 */
#pragma once

#include "evidence/key.h"
#include "model/finding.h"

#define TOKEN_SIZE          46  /* "tok:" 8 ":" 32 and a NUL */
#define TOKEN_SKETCH_SECRET 208 /* SKETCH_KEYS_BYTES: for contents, then for values */

/* The 128 bits alone, as the store keeps them: the key is the same in all tokens of a run. */
void token_make(const Key *k, Span type, Span canonical, uint8_t ret[FINDING_TOKEN]);

/* As people read it. The key id is that of the run. */
void token_print(const char *key, const uint8_t token[FINDING_TOKEN], char ret[TOKEN_SIZE]);

/* The secret of the keyed hash by which distinct values are counted; gives no token back. */
void token_sketch_secret(const Key *k, uint8_t ret[TOKEN_SKETCH_SECRET]);
