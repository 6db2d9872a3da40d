/*
 * Encoded: text inside text: base64, hexadecimal, percent and quoted-printable codes, character
 * references, backslash escapes. Found and decoded one level, and never again what came out.
 *
 * Pure functions over one window of UTF-8. A value's decoding depends on the bytes around it alone
 * (at most ENCODED_REACH, and lines of base64 that it stands in), so windows with margins give what
 * one large window gives. Linear time; no memory of their own. Input is hostile.
 *
 * Dense codes (base64, hexadecimal) hold bytes of any kind: what is text of at least
 * ENCODED_STRETCH characters in a row comes out, in UTF-8, each stretch a line. Sparse codes stand
 * among plain text, which comes out with them; what lies in the window as it is, is found there
 * already: encoded_is_plain() tells. A hit in what came out belongs to the window that owns the
 * byte from[start], as any other does.
 */
#pragma once

#include "base/span.h"

enum {
    ENCODED_REACH = 64,   /* plain bytes that a sparse code carries with it, on either side */
    ENCODED_STRETCH = 12, /* characters of text in a row that dense codes are believed for */
};

typedef enum EncodedKind {
    ENCODED_BASE64,  /* 24 digits or more of either alphabet; over line ends, too */
    ENCODED_HEX,     /* 32 digits or more */
    ENCODED_PERCENT, /* %41 */
    ENCODED_ENTITY,  /* &#65; &commat; */
    ENCODED_ESCAPE,  /* \u0041 \x41 \101 */
    ENCODED_QUOTED,  /* =41, and = at the end of a line */
    N_ENCODED_KINDS,
} EncodedKind;

typedef struct EncodedRun {
    EncodedKind kind;
    size_t at, n; /* in the window */
} EncodedRun;

/* Where a window has such runs. */
typedef struct EncodedSearch {
    Span text;
    EncodedRun next[N_ENCODED_KINDS]; /* of each kind, n 0: none; hexadecimal with base64 */
} EncodedSearch;

/* What a run says: n bytes of UTF-8, and for each where in the window its code begins. */
typedef struct EncodedText {
    uint8_t *text;  /* the caller's, of `cap` bytes; more than a run has are never needed */
    uint32_t *from; /* as many */
    size_t cap, n;
} EncodedText;

const char *encoded_kind_name(EncodedKind k);

/* Text of less than 4 GiB; borrowed as long as the search goes on. */
void encoded_search(Span text, EncodedSearch *ret);

/* The next run, by where it begins; those of different kinds may overlap. */
bool encoded_next(EncodedSearch *s, EncodedRun *ret);

/* Decodes it; out->n is 0 if there is no text in it. */
void encoded_decode(Span text, const EncodedRun *run, EncodedText *out);

/* out[start, end) lies in the window as it is: no code has part in it. */
bool encoded_is_plain(const EncodedText *out, size_t start, size_t end);
