/*
 * Dated: what a store knows of one object that a policy is held against: types found in it, and
 * all that tells its age; for a database or a dump also of each table in it.
 *
 * Facts and findings come in the order of the objects and are taken in one at a time. What is kept
 * is bounded: so many types, tables, tokens; a further table counts with the object only. One
 * thread; names are borrowed from the store until the next object.
 */
#pragma once

#include "base/arena.h"
#include "classify/retention.h"
#include "store/found.h"
#include "store/query.h"
#include "store/sighting.h"

enum { DATED_TABLES_MAX = 256 };

typedef struct DatedTypes {
    const char *at[RETENTION_TYPES_MAX];
    size_t n;
} DatedTypes;

typedef struct DatedTable {
    Span name;
    DatedTypes types;
    AgeFacts age;
} DatedTable;

typedef struct Dated {
    Arena arena; /* names of tables, tokens; of the object at hand */
    Day today;
    DocKind kind;
    const char *format;
    DatedTypes types;
    AgeFacts age;
    const char *tokens[RETENTION_TOKENS_MAX];
    size_t n_tokens;
    DatedTable *tables; /* DATED_TABLES_MAX of them, made when first needed */
    size_t n_tables;
} Dated;

/* Another object; its own times. outer_mtime: of the file that a member lies in. */
void dated_begin(Dated *d, const Sighting *s, int64_t outer_mtime, Day today);

/* A fact, a finding of it. -ENOMEM. */
int dated_fact(Dated *d, const FactRow *f);
int dated_finding(Dated *d, const FoundRow *f);

/*
 * Behind its facts: what tells the age of what it is in tells its own, where it has nothing of the
 * kind itself. A message has one date for all that is attached to it.
 */
void dated_inherit(Dated *d, const AgeFacts *above);

/* Tokens of its samples, for holds that name persons: key is that of the run. */
int dated_token(Dated *d, const char *key, const Sample *sample);

void dated_done(Dated *d);
