/*
 * Yaml: a file that a person wrote, as a small tree, read strictly.
 *
 * Ordinary YAML in block or flow form, less everything that can surprise: every scalar is a string
 * (so `NO`, `1e3` and `0123` cannot change their meaning) until a schema types it; anchors,
 * aliases, tags, merge keys, several documents, keys that stand twice and tabs in the indentation
 * are refused. Hostile input enters here and is bounded: bytes, depth, number of nodes.
 *
 * A tree lives in the arena it was read into and is not written again. Any thread.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "rule/mark.h"

#define YAML_BYTES_MAX (4u << 20)
#define YAML_DEPTH_MAX 16
#define YAML_NODES_MAX (1u << 19)

/* Bytes of foreign text that a message repeats. */
#define QUOTE_MAX 60

typedef enum NodeKind {
    NODE_TEXT,
    NODE_LIST,
    NODE_MAP,
} NodeKind;

typedef struct Node Node;

struct Node {
    NodeKind kind;
    unsigned n;     /* nodes inside a list or map */
    unsigned index; /* its place in the parent */
    RuleMark mark, key_mark;
    const char *key;  /* in a map, else NULL; never empty */
    const char *text; /* NODE_TEXT: valid UTF-8, no NUL inside */
    const Node *parent;
    Node *first, *last, *next;
};

/*
 * Reads one file into a tree. -EINVAL with `file:line:col: path: message, expected ...` in reterr
 * for what is refused, -ENOMEM. `file` is the name for the marks, made by file_label() or a
 * constant; it is borrowed, and outlives them.
 */
int yaml_read(Span bytes, const char *file, Arena *arena, Error *reterr, const Node **ret);

/* The same where lines of a text may begin with tabs, as in files of other programs. */
int yaml_read_tabs(Span bytes, const char *file, Arena *arena, Error *reterr, const Node **ret);

/* A file's name as messages show it, control bytes as \xNN; NULL: no memory. */
const char *file_label(const char *name, Arena *arena);

/* The value of a key, or NULL. */
const Node *node_get(const Node *map, const char *key);

/* `file:line:col: path: message` at the value or at its key. Returns -EINVAL. */
int node_complain(const Node *n, Error *reterr, const char *format, ...) _printf_(3, 4);
int node_complain_key(const Node *n, Error *reterr, const char *format, ...) _printf_(3, 4);

typedef struct Quote {
    char text[4 * QUOTE_MAX + 4];
} Quote;

/*
 * Foreign text for a message: control bytes as \xNN, cut to QUOTE_MAX bytes and then marked "...".
 * Used as quote(s).text inside a call.
 */
Quote quote(Span s);
