/*
 * Foreign: rule files of other programs, as far as their meaning can be carried over.
 *
 * Read are TOML as gitleaks has it, and YAML as Nosey Parker and Kingfisher have it. Here it is
 * only settled what a file says: which key means what, and what has no meaning in Terrier. The
 * expressions are untranslated (rule/expression.h). A rule whose keys cannot be understood is kept
 * with the reason why it is left out; only a file that is none at all is refused. Everything lives
 * in the arena; hostile input is bounded in rule/toml.c and rule/yaml.c.
 */
#pragma once

#include "rule/detector.h"
#include "rule/expression.h"

/* What is not to be reported: where `all`, only what each list that is not empty has. */
typedef struct ForeignAllow {
    Words values; /* expressions on the value */
    Words words;  /* any of these in the value, in any case */
    Words paths;  /* expressions on the path */
    bool all;
    const char *reason; /* its description, "" if none */
    RuleMark mark;
} ForeignAllow;

typedef struct ForeignLoss ForeignLoss;

struct ForeignLoss {
    const char *what;
    RuleMark mark;
    const ForeignLoss *next;
};

typedef struct ForeignRule {
    const char *id; /* as there; "" if none */
    const char *title, *regex;
    unsigned group;      /* capture that is the secret; 0: not said */
    const char *entropy; /* as written; NULL: none */
    Words keywords;      /* lower case */
    Words examples, negative_examples, references;
    Base base;
    ForeignAllow *allows;
    size_t n_allows;
    const char *left_out; /* the reason; NULL: it can be carried over as far as is known here */
    RuleMark left_mark;   /* where that stands */
    ForeignLoss *losses;  /* what of it could not be understood */
    RuleMark mark;
} ForeignRule;

typedef struct Foreign {
    const char *program; /* "gitleaks", "noseyparker", "kingfisher" */
    Dialect dialect;
    ForeignRule *rules;
    size_t n;
    ForeignAllow *allows; /* for all rules of the file */
    size_t n_allows;
    ForeignLoss *losses; /* of the file as a whole */
} Foreign;

/* file: for marks, as of yaml_read(). -EINVAL with `file:line:col: ...` for what is no such file.
 */
int foreign_read(Span bytes, const char *file, Arena *arena, Error *reterr, Foreign *ret);
