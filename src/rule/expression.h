/*
 * Expression: a regular expression of another program, parsed, to be written as one of PCRE2.
 *
 * Go's RE2 and Rust's regex have no look-around and no back references, so an expression is a
 * plain tree: sets of bytes, assertions, sequences, choices, repeats, groups. From it come the
 * same expression as rule/match.c wants it, with repeats that have no end cut to a bound; and
 * texts that it matches, for examples. Terrier matches bytes: a set may hold no character beyond
 * ASCII, and \w, \d and \s are those of ASCII.
 *
 * A tree lives in the arena it was parsed into; expression_bound() alone changes it. The text is
 * hostile: its length and depth are bounded.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

#define EXPRESSION_MAX       16000 /* bytes of text */
#define EXPRESSION_DEPTH_MAX 50
#define EXPRESSION_UNBOUNDED UINT32_MAX

typedef enum Dialect {
    DIALECT_GO,   /* RE2 */
    DIALECT_RUST, /* the regex crate, and what it has in common with Hyperscan */
} Dialect;

typedef enum TermKind {
    TERM_SET,      /* one byte */
    TERM_ASSERT,   /* ^ $ b B */
    TERM_SEQUENCE, /* its terms in a row */
    TERM_CHOICE,   /* one of its terms */
    TERM_REPEAT,   /* its only term */
    TERM_GROUP,    /* its only term, perhaps captured, perhaps in any case */
    TERM_FOLD,     /* from here to the end of the group: any case, or not */
} TermKind;

typedef struct Term Term;

struct Term {
    TermKind kind;
    Term *first, *last, *next;
    uint64_t set[4];
    char assertion;
    bool lazy;
    uint32_t least, most; /* of a repeat */
    unsigned capture;     /* of a group: its number from 1; 0: none */
    int8_t fold;          /* of a group or TERM_FOLD: 1 on, -1 off, 0 as it is */
};

typedef struct Expression {
    Term *root;
    unsigned n_captures;
    unsigned named; /* the capture named value, secret or token; 0: none */
    bool anchors;   /* it has \A, \z, or ^ or $ that mean the whole text's ends */
    bool unbounded; /* some repeat has no end */
} Expression;

/* -EINVAL with `at character N: ...` in reterr; -ENOMEM. */
int expression_parse(const char *text, Dialect dialect, Arena *arena, Error *reterr,
                     Expression *ret);

/*
 * Gives each repeat without an end as much as it may have for no match to be wider than `width`
 * bytes; *ret_extra is how often beyond its least. -ERANGE where no bound does it.
 */
int expression_bound(Expression *e, uint64_t width, uint32_t *ret_extra);

/* The bytes of the widest match; saturated. */
uint64_t expression_width(const Expression *e);

/* Does every match hold one of these words, in any case? False where that is not plain. */
bool expression_holds(const Expression *e, const char *const *words, size_t n);

/* In PCRE2's syntax; the capture of that number is named `value`, the others are plain groups. */
void expression_print(const Expression *e, unsigned value, Buf *to);

typedef struct ExpressionSample {
    size_t start, end; /* of the capture, else of all, in the Buf */
} ExpressionSample;

/*
 * Appends a text that it matches, but for assertions, which are not looked at. The same seed makes
 * the same one; repeats have up to `more` beyond their least.
 */
void expression_sample(const Expression *e, unsigned value, uint64_t seed, uint32_t more, Buf *to,
                       ExpressionSample *ret);
