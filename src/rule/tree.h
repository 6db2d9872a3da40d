/*
 * Tree: the tree of a rule file as a row of bytes, so that a program need not read YAML to start.
 *
 * Written when Terrier is built (rule/embed.c), read by rule/load.c. The bytes are the program's
 * own; all the same every size in them is checked.
 */
#pragma once

#include "base/buf.h"
#include "rule/yaml.h"

void tree_write(const Node *root, Buf *to);

/*
 * The tree in the arena; its strings are in `bytes`, which must outlive it. file: for the marks,
 * borrowed. -EBADMSG for bytes that tree_write() did not make, -ENOMEM.
 */
int tree_read(Span bytes, const char *file, Arena *arena, const Node **ret);
