/*
 * Options: argv read by a verb's rows.
 *
 * Long options may be shortened nowhere and take their argument behind '=' or as the next word;
 * letters may be joined; `--` ends options; options and operands mix. What is wrong is said in one
 * sentence with the nearest word that would be right.
 */
#pragma once

#include "base/error.h"
#include "cli/verb.h"

typedef struct Parsed {
    void *values;          /* the verb's struct */
    const char **operands; /* room for all of argv */
    size_t n_operands;
    const char **lists; /* where the TextLists point */
    bool help;          /* --help was given: the rest was not looked at */
} Parsed;

/* Reads argv[from...]. -EINVAL with a sentence; -ENOMEM. */
int options_parse(const Verb *verb, int argc, char **argv, int from, Error *reterr, Parsed *ret);
void parsed_done(Parsed *p);

/* The word of a choice with that number, from 1 up: its start and length. */
size_t choice_word(const char *words, int number, const char **ret);

/* How many letters must change to make b of a: for "did you mean". */
size_t word_distance(const char *a, const char *b);
