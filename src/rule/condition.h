/*
 * Condition: what a record class is made of: a small tree over path, types, kind and table.
 *
 *     match:
 *       any:
 *         - path: ["hr/recruiting", "bewerbung*"]
 *         - {types_any: [candidate.cv], doc_kind: [document, pdf]}
 *       not: {path: ["templates"]}
 *
 * All keys of a map must hold, any of the texts of a list is enough. Frozen once read; any thread.
 */
#pragma once

#include "model/dockind.h"
#include "rule/detector.h"
#include "rule/field.h"

enum { CONDITION_DEPTH_MAX = 8 };

typedef enum ConditionKind {
    CONDITION_ANY,
    CONDITION_ALL,
    CONDITION_NOT,
    CONDITION_PATH,
    CONDITION_TYPES,
    CONDITION_KINDS,
    CONDITION_TABLE,
} ConditionKind;

typedef struct Condition Condition;
struct Condition {
    ConditionKind kind;
    Condition *of; /* of any, all, not */
    size_t n;
    Words words;    /* of path, types, table */
    Words needles;  /* of path: what stands in whatever the glob matches; "" nothing */
    uint32_t kinds; /* of kinds: a bit each */
    RuleMark mark;
};

/* What it is held against. */
typedef struct ConditionFacts {
    Span path;                /* absolute, without the first slash; members behind "!/" */
    Span table;               /* of a database or a dump; empty: none */
    const char *const *types; /* ids of detectors and of categories that were found in it */
    size_t n_types;
    DocKind kind;
} ConditionFacts;

/* A map with these keys; -EINVAL with what the file deserves. */
int condition_read(const Node *n, Reader *r, Condition *ret);

/*
 * Whether it holds. *ret_narrow: how narrow the path is by which it does, in names that stand in
 * the pattern; 0: no path was needed.
 */
bool condition_holds(const Condition *c, const ConditionFacts *f, unsigned *ret_narrow);

/* A list of globs of paths, each checked. */
int globs_read(const Node *n, Reader *r, Words *ret);

/* Whether one of them is for that path, or for a directory above it; how narrow, as above. */
bool globs_hold(const Words *globs, Span path, unsigned *ret_narrow);

/* Whether the id is that type, or stands below it ("gov" for "gov.tax_id"). */
bool type_is_under(const char *id, const char *type);
