/*
 * Dictionary: a list of words in a rule file of its own, which detectors name.
 *
 * What the file says, typed and checked; the words as they stand there. How they are compared with
 * text is decided in detect/dictionary.h. A list has a source and a licence: others made most of
 * them. Strings live in the arena of the Rules; frozen once loaded, shared by all threads.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "rule/mark.h"

#define DICTIONARY_FORMAT "dictionary/1"

typedef struct Node Node;

typedef struct Dictionary {
    const char *id, *title, *source, *licence;
    const char *words; /* one a line, a line that begins with '#' apart */
    RuleMark mark;     /* of its id */
} Dictionary;

/* Does the file hold one? Else it is a detector. */
bool dictionary_is(const Node *root);

/* As detector_read. */
int dictionary_read(const Node *root, Arena *arena, Error *reterr, Dictionary *ret);
