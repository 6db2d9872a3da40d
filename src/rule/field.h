/*
 * Field: a map of a rule file, typed by a table of the keys that may stand in it.
 *
 * One table a map says which keys there are, which must be there and how each is read; a key that
 * is not in the table is refused, naming the nearest that is. The readers below type one value
 * each; strings are copied into the arena, so that the tree may die. All return 0, -EINVAL with
 * the message that the node's file deserves, or -ENOMEM. Any thread; nothing is kept.
 */
#pragma once

#include "rule/yaml.h"

typedef struct Reader {
    Arena *arena; /* of the strings that are made */
    Error *reterr;
} Reader;

typedef struct Field {
    const char *key;
    int (*read)(const Node *n, Reader *r, void *into);
    bool required;
} Field;

/* Reads each key that stands there, in the order of the table; `into` goes to each reader. */
int fields_read(const Node *map, const Field *fields, size_t n, Reader *r, void *into);

/* -EINVAL with `expected a map` and so on, unless the node is of that kind. */
int field_kind(const Node *n, NodeKind kind, Reader *r);

/* One line of text of 1 to max bytes. */
int field_text(const Node *n, size_t max, Reader *r, const char **ret);

/* Text as field_text, of lines too: examples. */
int field_lines(const Node *n, size_t max, Reader *r, const char **ret);

/* A name of a-z 0-9 . - _ that detect/ looks up. */
int field_name(const Node *n, Reader *r, const char **ret);

int field_number(const Node *n, unsigned min, unsigned max, Reader *r, unsigned *ret);

/* true or false, and no other word. */
int field_flag(const Node *n, Reader *r, bool *ret);

/* The index of the value among names; what: "a base". */
int field_choice(const Node *n, const char *const *names, size_t n_names, const char *what,
                 Reader *r, size_t *ret);

/* What is asked of a text beyond being one. */
typedef int FieldCheck(const Node *n, const char *text, Reader *r);
FieldCheck field_lower;  /* no upper-case ASCII */
FieldCheck field_spaced; /* single spaces, inside only */
FieldCheck field_words;  /* both */

/* A list of texts, each checked (NULL: not). */
int field_list(const Node *n, size_t max, FieldCheck *check, Reader *r, const char ***ret,
               size_t *ret_n);

/* The name that is fewest edits away, or NULL if none is near. */
const char *name_nearest(Span word, const char *const *names, size_t n);
