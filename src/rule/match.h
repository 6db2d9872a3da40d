/*
 * Match: the list `match` of a detector, checked against the grammar of each kind.
 *
 *   shape    '3-2-4': 1 to 8 groups of 1 to 19 digits, 4 to 19 digits in all
 *   pattern  'AA 99 99 99 A': A letter, 9 digit, X either, anything else itself, a backslash before
 *            one of these makes it itself too; at least one 9, at most 64 characters
 *   keyword  a regex of at most 16,000 bytes; its meaning is for detect/ to judge
 *   phrase   words, or a list of such, each of which becomes a match of its own
 *   scanner  a name, looked up in detect/
 *   columns  a regex for the whole of a cell in a column that context.columns names
 *   combination  categories or ids of detectors that must be found together, in one table or object
 *
 * `dictionary` beside a keyword or columns, or alone for columns of any form, names the list of
 * words that the value must begin with.
 */
#pragma once

#include "rule/detector.h"
#include "rule/field.h"

/* Fills d->matches; strings go to the reader's arena. As the readers of rule/field.h. */
int matches_read(const Node *list, Reader *r, Detector *d);
