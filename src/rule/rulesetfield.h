/*
 * RulesetField: what ruleset.c and rulesetrule.c share: readers of values that both have.
 *
 * Private to the two files.
 */
#pragma once

#include "rule/ruleset.h"

enum { RULESET_TITLE_MAX = 140, RULESET_TEXT_MAX = 1000, RULESET_ID_MAX = 64 };

/* An id as frameworks write them: letters, digits and . ( ) - _ and blanks inside, 1 to 64 bytes.
 */
int ruleset_id(const Node *n, Reader *r, const char **ret);

/* Room for a list of 1 to max things; its nodes are read by the caller. */
int ruleset_list(const Node *n, unsigned max, Reader *r, size_t size, void **ret);

/* Its criteria have been read. */
int ruleset_rule_read(const Node *n, const Ruleset *of, Reader *r, Rule *ret);
