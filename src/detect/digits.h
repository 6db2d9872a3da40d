/*
 * Digits: a digit group and what follows it, walked through the shape trie.
 *
 * Pure over the chunk that `j` describes.
 */
#pragma once

#include "detect/candidate.h"

/* Judges every shape that starts at one of the bits of `starts`, the lowest of which is `from`. */
void digits_in(Judge *j, size_t from, uint64_t starts);
