/*
 * Stamp: a seal beside a file: who sealed it, and which bytes of it are no longer what they were.
 *
 * Two files: FILE.seal, whose last line is what sha256sum -c reads and whose other lines are
 * comments to it (size, date, key, the SHA-256 of each block), and FILE.seal.sig, the 64 bytes of
 * an Ed25519 signature over FILE.seal. So the check without Terrier is one openssl command and one
 * sha256sum (docs/auditor.md), and with it the first altered block is named. Files are read in
 * windows, however large; a file that is being verified is hostile.
 */
#pragma once

#include "evidence/seal.h"

/* Seals the file as it is: writes both files beside it, 0600. */
int stamp_make(const char *path, const Seal *seal, Error *reterr);

typedef enum StampKind {
    STAMP_HOLDS,
    STAMP_NONE,    /* there is no seal beside it */
    STAMP_BROKEN,  /* FILE.seal or its signature is not what was made */
    STAMP_ALTERED, /* bytes [from, to) are not what was sealed */
    STAMP_LONGER,  /* what was sealed is there, and more from `from` on */
    STAMP_SHORTER, /* what is there was sealed, and ends at `from` */
} StampKind;

typedef struct StampVerdict {
    StampKind kind;
    uint64_t from, to;
    uint64_t line;          /* of byte `from`, from 1 */
    uint64_t size;          /* that was sealed */
    char key[SEAL_ID_SIZE]; /* that the seal names; "" */
} StampVerdict;

/*
 * The key that FILE.seal names, which says nothing of whether it holds: -ENOENT where there is no
 * seal, -EINVAL where it is none.
 */
int stamp_key(const char *path, char ret[SEAL_ID_SIZE], Error *reterr);

/* 0 and a verdict; negative where the file cannot be read. */
int stamp_verify(const char *path, const uint8_t public[SEAL_PUBLIC], Error *reterr,
                 StampVerdict *ret);
