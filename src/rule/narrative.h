/*
 * Narrative: a sentence of a ruleset with facts in it: "${count} values are readable by
 * ${exposure}".
 *
 * Only names of facts may stand between ${ and }; there is no other syntax, so a `$` alone is
 * itself. Read into pieces in the arena; frozen, any thread.
 */
#pragma once

#include "rule/fact.h"
#include "rule/field.h"

/* Text, and the fact that follows it. */
typedef struct Piece {
    Span text;
    bool has_fact;
    CaseFact fact;
} Piece;

typedef struct Narrative {
    Piece *at;
    size_t n;
} Narrative;

/* -EINVAL with file, line and column for what is no fact. */
int narrative_read(const Node *n, Reader *r, Narrative *ret);
