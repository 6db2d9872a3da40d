/*
 * Ruleset: a file of format ruleset/1: the criteria of one framework, and the rules that lead from
 * the facts of a case to them.
 *
 * A rule says which cases it meets, on which criteria they bear and how, how grave that is, and
 * what to tell a reader. It may name only criteria that the file declares and that a scan can bear
 * on, and only facts of rule/fact.h; all else is refused with file, line and column. Each rule
 * carries its proof: cases that it meets, with the severity that must come out, and cases that it
 * does not. terrier-ruleset(5) has every key. There is no word for a conclusion (satisfied, failed)
 * in the format, so none can be printed.
 *
 * Frozen once read; any thread. Strings live in the ruleset's arena.
 */
#pragma once

#include "model/severity.h"
#include "rule/narrative.h"
#include "rule/predicate.h"

#define RULESET_FORMAT "ruleset/1"

/* The ruleset that is applied where none is named. */
#define RULESET_DEFAULT "soc2"

enum {
    RULESET_CRITERIA_MAX = 1024,
    RULESET_RULES_MAX = 1024,
    RULESET_MAPPINGS_MAX = 64,
    RULESET_ADJUSTS_MAX = 16,
};

typedef enum Applicability {
    APPLICABLE_DIRECT,     /* what Terrier prints is itself evidence of the control at work */
    APPLICABLE_SUPPORTING, /* it corroborates */
    APPLICABLE_POINTER,    /* it tells where to look */
    APPLICABLE_NONE,       /* it says nothing about it */
    N_APPLICABILITIES,
} Applicability;

typedef enum Polarity {
    POLARITY_SUPPORTS,
    POLARITY_CONTRADICTS,
    POLARITY_INFORMS,
    N_POLARITIES,
} Polarity;

extern const char *const applicability_names[N_APPLICABILITIES];
extern const char *const polarity_names[N_POLARITIES];

typedef struct Criterion {
    const char *id;
    const char *title; /* our own paraphrase */
    Applicability applicability;
    const char *wants, *cannot;           /* "" where nothing is said */
    const char *source_url, *verified_on; /* "" where the id is not verified */
    RuleMark mark;
} Criterion;

typedef struct Mapping {
    size_t criterion;
    Polarity polarity;
    Applicability strength; /* never APPLICABLE_NONE */
} Mapping;

typedef struct Adjust {
    const Predicate *when;
    int by;          /* -4 to 4 */
    const char *why; /* `when` as text */
} Adjust;

typedef struct GivenFact {
    CaseFact fact;
    FactValue value;
} GivenFact;

typedef struct Proof {
    GivenFact *facts;
    size_t n;
    bool meets;        /* false: a negative example */
    Severity severity; /* that must come out, where it meets */
    RuleMark mark;
} Proof;

typedef struct Rule {
    const char *id, *title;
    const Predicate *match;
    Mapping *map;
    size_t n_map;
    Severity base;
    Adjust *adjust;
    size_t n_adjust;
    Narrative narrative; /* of a finding or event, with its facts */
    const char *remediation, *note;
    Proof *proofs;
    size_t n_proofs;
    RuleMark mark;
} Rule;

typedef struct Ruleset {
    Arena arena;
    const char *id, *version, *title, *framework, *rights;
    Criterion *criteria;
    size_t n_criteria;
    Rule *rules;
    size_t n_rules;
    uint8_t digest[32]; /* SHA-256 of the file's bytes */
    bool stock;         /* one that Terrier comes with */
} Ruleset;

/* -EINVAL with `file:line:col: ...`; -ENOENT and other codes of the system. *ret is whole, or {0}.
 */
int ruleset_read(const char *path, Error *reterr, Ruleset *ret);

/*
 * A file by its path where the name has a slash or ends in .yaml; else one that Terrier comes with,
 * by the name of its file (`soc2`). -ENOENT with a sentence that names those there are.
 */
int ruleset_find(const char *name, Error *reterr, Ruleset *ret);

/* The names of those that Terrier comes with, in order, in the arena. */
int ruleset_stock(Arena *a, const char *const **ret, size_t *ret_n);

void ruleset_done(Ruleset *r);

/* The place of a criterion, or -1. */
int ruleset_criterion(const Ruleset *r, Span id);
