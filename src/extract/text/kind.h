/*
 * Kind: which of the text formats with a reader of their own a text is in.
 *
 * Judged from its head. Strict, for the word decides that a reader takes the file: what only looks
 * a little like a table stays text, where nothing is lost but the names of columns. Pure; input is
 * hostile; a few microseconds.
 */
#pragma once

#include "base/span.h"

/* "json", "jsonl", "sqldump", "csv", "log", or NULL. `whole`: the text ends where the head does. */
const char *kind_of_text(Span head, bool whole);
