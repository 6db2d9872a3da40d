/*
 * Expression: a regular expression of another program, parsed, to be written as one of PCRE2.
 *
 * Go's RE2 and Rust's regex have no look-around and no back references, so an expression is a
 * plain tree (term.h). From it come the same expression as rule/match.c wants it, with repeats that
 * have no end cut to a bound; and texts that it matches, for examples (sample.h). Terrier matches
 * bytes: a set may hold no character beyond ASCII, and \w, \d and \s are those of ASCII.
 *
 * A tree lives in the arena it was parsed into; expression_bound() alone changes it. The text is
 * hostile: its length and depth are bounded.
 */
#pragma once

#include "base/error.h"
#include "rule/term.h"

#define EXPRESSION_MAX       16000 /* bytes of text */
#define EXPRESSION_DEPTH_MAX 50

typedef enum Dialect {
    DIALECT_GO,   /* RE2 */
    DIALECT_RUST, /* the regex crate, and what it has in common with Hyperscan */
} Dialect;

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
