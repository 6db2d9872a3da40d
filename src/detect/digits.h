/*
 * Digits: the stage that walks digit groups through the shape trie.
 *
 * Pure over the chunk that `j` describes; appends hits whose anchor starts in [lo, hi) of the
 * chunk, nearly in order.
 */
#pragma once

#include "detect/candidate.h"
#include "detect/token.h"

void digits_scan(Judge *j, const Groups *g, size_t lo, size_t hi, HitList *list);
