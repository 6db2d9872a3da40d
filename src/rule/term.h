/*
 * Term: one node of a regular expression as a tree: a set of bytes, an assertion, a sequence, a
 * choice, a repeat, a group.
 *
 * What can be told from the tree alone: how wide its matches are, which words each of them holds,
 * and how it is written in PCRE2's syntax. Terms live in an arena; term_bound() alone changes them.
 * The tree is no deeper than its parser lets it be (expression.h), so functions recurse over it.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

#define TERM_UNBOUNDED UINT32_MAX /* Term.most of a repeat without an end */

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

/* NULL: no memory. */
Term *term_new(Arena *arena, TermKind kind);
void term_add(Term *to, Term *t);

/* Bytes of the widest match, repeats without an end having `extra` beyond their least; saturated.
 */
uint64_t term_width(const Term *t, uint64_t extra);

/* Gives each repeat without an end `extra` beyond its least. */
void term_bound(Term *t, uint32_t extra);

/* Does every match hold one of these words, in any case? False where that is not plain. */
bool term_holds(const Term *t, const char *const *words, size_t n);

/* In PCRE2's syntax; the capture of that number is named `value`, the others are plain groups. */
void term_print(const Term *t, unsigned value, Buf *to);
