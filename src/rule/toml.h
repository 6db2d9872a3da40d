/*
 * Toml: a file of TOML 1.0, as the tree that rule/yaml.h makes of YAML.
 *
 * For the rules of other programs (rule/foreign.h). Tables are maps, arrays and arrays of tables
 * lists, every other value is its text: numbers, dates and booleans as they are written. Read
 * strictly: keys that stand twice, tables that are opened twice, and anything that is no TOML are
 * refused with their place. Hostile input enters here and is bounded as in rule/yaml.h.
 */
#pragma once

#include "rule/yaml.h"

#define TOML_KEYS_MAX 4096 /* of one table */

/* As yaml_read(). */
int toml_read(Span bytes, const char *file, Arena *arena, Error *reterr, const Node **ret);
