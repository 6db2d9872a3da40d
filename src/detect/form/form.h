/*
 * Form: values whose shape needs code of its own: e-mail, IBAN, IP, MAC, UUID, telephone, Bitcoin,
 * Ethereum.
 *
 * Each function looks at hostile text[0..n) around an anchor that the bitmaps gave (the '@', the
 * first check digit, a colon ...), says whether a value stands there, where it starts and ends,
 * and writes it in canonical form. As for bitmaps, BITMAP_PAD bytes behind the text are readable.
 * Pure: the answer depends on nothing but the FORM_REACH bytes on either side of the anchor.
 * `evidence` is added to the score: what the form itself gives away, as a reserved domain or a
 * private network.
 */
#pragma once

#include "base/span.h"

enum {
    FORM_REACH = 320,
    FORM_CANON_MAX = 256,
};

typedef enum FormKind {
    FORM_EMAIL,
    FORM_IBAN,
    FORM_IPV4,
    FORM_IPV6,
    FORM_MAC,
    FORM_UUID,
    FORM_PHONE,
    FORM_BITCOIN,
    FORM_BITCOIN_KEY,
    FORM_ETHEREUM,
    N_FORMS,
} FormKind;

typedef struct FormHit {
    size_t start, end;
    float evidence;
    const char *why; /* of the evidence, for explain; NULL if none */
    size_t n;
    char canon[FORM_CANON_MAX];
} FormHit;

typedef bool (*FormFind)(const uint8_t *text, size_t n, size_t anchor, FormHit *ret);

/* By the word that a rule file uses ("email", "iban", ...); -1 if there is none. */
int form_parse(const char *name);
const char *form_name(FormKind kind);
FormFind form_find(FormKind kind);

/* ---- what forms share ---- */

/* n bytes of text in lower case (ASCII) into ret, which has room for the next multiple of 8. */
void form_lower(const uint8_t *text, size_t n, char *ret);

bool form_is_utf8(const uint8_t *text, size_t n);

/* Do control bytes, or bytes that are no UTF-8, stand right beside [start, end)? */
bool form_in_binary(const uint8_t *text, size_t n, size_t start, size_t end);

/* ---- the forms ---- */

bool form_email(const uint8_t *text, size_t n, size_t at, FormHit *ret);   /* anchor: the '@' */
bool form_iban(const uint8_t *text, size_t n, size_t digit, FormHit *ret); /* first check digit */
bool form_ipv4(const uint8_t *text, size_t n, size_t start, FormHit *ret); /* first digit */
bool form_ipv6(const uint8_t *text, size_t n, size_t colon, FormHit *ret); /* any colon of it */
bool form_mac(const uint8_t *text, size_t n, size_t joint, FormHit *ret);  /* first ':' or '-' */
bool form_uuid(const uint8_t *text, size_t n, size_t dash, FormHit *ret);  /* first dash */
bool form_phone(const uint8_t *text, size_t n, size_t plus, FormHit *ret); /* the '+' */
bool form_bitcoin(const uint8_t *text, size_t n, size_t start, FormHit *ret);     /* first byte */
bool form_bitcoin_key(const uint8_t *text, size_t n, size_t start, FormHit *ret); /* the same */
bool form_ethereum(const uint8_t *text, size_t n, size_t start, FormHit *ret);    /* the '0' */
