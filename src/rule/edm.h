/*
 * Edm: exact data match: a detector that reports only values of a user's own records.
 *
 * A file of format edm/1 names a table that `terrier rules edm build` made, and the detector whose
 * values are looked up in it. Frozen once loaded; strings live in the arena of the Rules.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "rule/detector.h"

#define EDM_FORMAT     "edm/1"
#define EDM_WITHIN_MAX 1024

typedef struct Node Node;

struct EdmRule {
    const char *id, *title;
    const char *table;    /* path of the table; one that is relative is so to the rule file */
    const char *detector; /* id of the one whose values these are */
    unsigned columns;     /* how many other values of the row must stand near */
    unsigned within;      /* bytes before and behind */
    RuleMark mark;
};

/* Does the file hold one? */
bool edm_is(const Node *root);

/* As detector_read. */
int edm_read(const Node *root, Arena *arena, Error *reterr, EdmRule *ret);
