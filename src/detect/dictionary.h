/*
 * Dictionary: a list of words made ready to ask whether a text begins with one of them.
 *
 * Words are compared in any case (ASCII, Latin-1, Greek, Cyrillic) and with any one of blank, '-',
 * '_', '.' or an apostrophe, or none, where either side has one: `Jean-Luc` is `jean luc`. Only
 * their hashes are kept, so a text may be taken for a word once in 10^14. Frozen and shared; the
 * text is hostile.
 */
#pragma once

#include "base/error.h"
#include "base/span.h"

typedef struct WordList WordList;

/* From lines of words. -ENOMEM. */
int word_list_new(const char *lines, WordList **ret);
WordList *word_list_free(WordList *l);

/* Bytes of the longest word with which the text begins, up to the end of a word of the text; 0. */
size_t word_list_prefix(const WordList *l, Span text);

size_t word_list_count(const WordList *l);
