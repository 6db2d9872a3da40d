/*
 * Digits: a digit group and what follows it, walked through the shape trie.
 *
 * Pure over the chunk that `j` describes.
 */
#pragma once

#include "detect/candidate.h"

/* Judges every shape that starts at `start`, which starts_find() gave. */
void digits_at(Judge *j, size_t start);
