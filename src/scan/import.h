/*
 * Import: rule files of other programs as detector files, each proved.
 *
 * Files are added one by one; import_prove() then makes examples where the files have none, and
 * proves every detector alone and among all others, as `terrier rules check` will. What does not
 * hold is left out with the reason: an example that another detector reads better as well as an
 * expression that the engine refuses. One thread; everything lives until import_done().
 */
#pragma once

#include "base/arena.h"
#include "rule/carry.h"

typedef struct ImportRule ImportRule;

typedef struct Import {
    Arena arena;
    const char *cache; /* for compiled patterns; NULL: none */
    bool no_builtin;   /* prove among themselves only */
    ImportRule *first, *last;
    size_t n;     /* rules in the files */
    size_t whole; /* carried over as they are */
    size_t part;  /* ... without something */
    size_t left;  /* left out */
    Buf said;     /* a line for each thing that was left out, lost or noted */
    bool lost;    /* of a file as a whole */
} Import;

struct ImportRule {
    Carried carried;
    const char *source; /* "gitleaks.toml:12" */
    const char *failed; /* why it is left out; NULL: it is not */
    Words examples, negative_examples;
    bool generated;
    bool in_part;
    Buf text; /* the detector file */
    ImportRule *next;
};

/* One allow list of a file, if it has any; `text` is empty else. */
typedef struct ImportAllow {
    const char *id;
    Buf text;
} ImportAllow;

void import_done(Import *m);

/* label: the file's name, for messages. -EINVAL with file:line:col for what cannot be read. */
int import_add(Import *m, Span bytes, const char *label, Error *reterr, ImportAllow *ret);

/* Then each rule has its text, or the reason why not. */
int import_prove(Import *m, Error *reterr);
