/*
 * JsonTree: a JSON text that is read back, asked for a member at a time.
 *
 * The other side of base/json.h, for what Terrier wrote itself and somebody may have changed since.
 * A name may be a way: "totals.found". What is not there or of another type is NULL or false.
 * Strings live as long as the tree.
 */
#pragma once

#include "base/buf.h"

typedef struct JsonTree JsonTree;

/* One object. -EINVAL: it is none, a member stands twice, nested deeper than jansson goes. */
int jsontree_parse(Span text, JsonTree **ret);
JsonTree *jsontree_free(JsonTree *t);
DEFINE_CLEANUP(JsonTree, jsontree_free)

/* NUL-terminated; NULL where it is no string. */
const char *jsontree_text(const JsonTree *t, const char *name);
/* "" instead of NULL. */
const char *jsontree_word(const JsonTree *t, const char *name);
bool jsontree_int(const JsonTree *t, const char *name, int64_t *ret);
bool jsontree_bool(const JsonTree *t, const char *name, bool *ret);
bool jsontree_is_null(const JsonTree *t, const char *name);
/* Exactly n bytes of hex, in lower or upper case. */
bool jsontree_hex(const JsonTree *t, const char *name, uint8_t *ret, size_t n);
/* Appends the canonical form of the object or array of that name; -EINVAL where it is neither. */
int jsontree_canonical(const JsonTree *t, const char *name, Buf *to);
