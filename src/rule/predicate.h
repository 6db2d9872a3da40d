/*
 * Predicate: what a rule wants of a case, as a tree.
 *
 *     all: [...]    any: [...]    not: {...}
 *     {fact: tier, in: [restricted]}          one of these words, categories, numbers or texts
 *     {fact: category, under: personal}       a group of categories, or ids that begin so
 *     {fact: exposure, at_least: any_user}    in the order of its words, or as numbers
 *     {fact: count, at_most: 9}
 *     {fact: declared, is: false}             a flag, or one word, number or text
 *     {fact: exposure, known: false}          whether anything is known
 *
 * A comparison with a fact that is not known is neither true nor false, and neither is `not` of it;
 * a rule meets a case only where its tree is true. Only `known` looks at whether there is an
 * answer. Lives in the arena it was read into; frozen, any thread.
 */
#pragma once

#include "base/buf.h"
#include "model/group.h"
#include "rule/fact.h"
#include "rule/field.h"

enum { PREDICATE_VALUES_MAX = 256 };

typedef enum PredicateKind {
    PREDICATE_ALL,
    PREDICATE_ANY,
    PREDICATE_NOT,
    PREDICATE_IN, /* `is`, too */
    PREDICATE_UNDER,
    PREDICATE_AT_LEAST,
    PREDICATE_AT_MOST,
    PREDICATE_KNOWN,
} PredicateKind;

typedef struct Predicate Predicate;

struct Predicate {
    PredicateKind kind;
    const Predicate *inside; /* of all, any, not: the first */
    const Predicate *next;   /* beside it */
    CaseFact fact;
    int64_t number;         /* at_least, at_most; known: 1 or 0 */
    uint64_t words;         /* in, of words and flags: a bit each */
    CategorySet categories; /* in and under, of categories */
    const char **texts;     /* in, of texts and numbers, as they are written */
    int64_t *numbers;       /* in, of numbers */
    size_t n;               /* of texts or numbers */
    const char *written;    /* the values as a person reads them: "restricted, confidential" */
};

/* -EINVAL with file, line and column; -ENOMEM. */
int predicate_read(const Node *n, Reader *r, const Predicate **ret);

/* One value of a fact, as a file writes it: a word, a number, true, an id of a category. */
int fact_value_read(const Node *n, CaseFact fact, Reader *r, FactValue *ret);

/* The name of a fact at that node. */
int fact_name_read(const Node *n, Reader *r, CaseFact *ret);

/* "exposure at least world"; of a tree its parts, with and, or, not. */
void predicate_print(const Predicate *c, Buf *to);
