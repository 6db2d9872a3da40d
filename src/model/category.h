/*
 * Category: what kind of data a detector finds, in the vocabulary that rulesets map to criteria.
 *
 * A fixed list (gov.national_id, fin.pan, ...): an id is never reused for another meaning. Each
 * has the tier it falls into unless a detector says otherwise.
 */
#pragma once

#include "model/tier.h"

typedef struct Category {
    const char *id;
    const char *title; /* for people, lower case: "national identity number" */
    Tier tier;
} Category;

/* The category with that id, or NULL. Static memory. */
const Category *category_find(Span id);

/* All of them, in order of id. */
size_t category_all(const Category **ret);
