/*
 * Validators: one pure function a checksum, named as in python-stdnum (us.ssn, br.cpf, iban, luhn).
 *
 * A check gets the compact form (no separators, upper case ASCII) and says whether an issuer could
 * have issued it. It reads n bytes and nothing else, allocates nothing, keeps nothing, may run on
 * any thread. Input is hostile: any bytes, any length. Each function cites the issuer's rule.
 */
#pragma once

#include "base/span.h"

typedef struct Validator {
    const char *name;
    bool (*check)(const char *s, size_t n);
    /*
     * The compact form of a value as a person writes it, into out (cap bytes); its length, or 0 if
     * it cannot be one. NULL: letters and digits kept, upper-cased; space - . / , : ' dropped,
     * as are their look-alikes in UTF-8; any other byte refuses.
     */
    size_t (*compact)(const char *in, size_t n, char *out, size_t cap);
    float rate; /* share of random strings of its shape that pass: 0.1 of mod 10, 1 of no check */
} Validator;

/* NULL if there is none of that name; in_.pan and in.pan are the same, as are a few other names. */
const Validator *validator_find(const char *name);

/* All, in order of name. */
size_t validator_all(const Validator **ret);

/* As a person writes it: compact, then check. */
bool validator_accepts(const Validator *v, Span value);
