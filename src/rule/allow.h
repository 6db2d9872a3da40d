/*
 * Allow: what a user has said is not to be reported, and why: files of format allow/1.
 *
 * A file holds entries. An entry names values (by token or by a regular expression), paths, or
 * both, for some types or all, with a reason and who gave it. It holds where each of the things
 * that it names does; a list is met by any of its members. One whose day is over no longer holds.
 * Frozen once loaded, shared by all threads; strings live in the arena of the Rules.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/span.h"
#include "rule/detector.h"

#define ALLOW_FORMAT      "allow/1"
#define ALLOW_ENTRIES_MAX 1024 /* of all files together */

typedef struct Node Node;

struct AllowEntry {
    const char *name; /* "acme.samples:2": the list's id and the number of the entry in it */
    Words tokens;     /* tok:KEYID:hex, in order */
    Words values;     /* regular expressions of PCRE2, searched for in the value */
    Words paths;      /* globs on the whole path; '*' crosses '/' */
    Words types;      /* globs on a detector's id or category; none: all */
    const char *reason, *by;
    const char *until; /* "2027-01-31": the last day on which it holds, in UTC; NULL: no end */
    bool expired;      /* when the rules were loaded */
    RuleMark mark;
};

typedef struct AllowList {
    const char *id;
    AllowEntry *entries;
    size_t n;
    RuleMark mark; /* of its id */
} AllowList;

/* Does the file hold one? */
bool allow_is(const Node *root);

/* As detector_read. */
int allow_read(const Node *root, Arena *arena, Error *reterr, AllowList *ret);

/* Is the entry for that type, as far as its types go? */
bool allow_has_type(const AllowEntry *e, const char *id, const char *category);

/* Does the path of an object, as reports print it, meet the entry's? True where it names none. */
bool allow_has_path(const AllowEntry *e, Span path);

/* The number from 1 of a token among sorted ones; 0: it is not there. */
size_t allow_token(const Words *sorted, const char *token);
