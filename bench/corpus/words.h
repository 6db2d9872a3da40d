/*
 * Words: the vocabulary of the made-up texts: frequent English words, terms of offices and of
 * servers' logs, common first and last names. Names are paired at random; nobody is meant.
 */
#pragma once

#include <stddef.h>

typedef struct WordList {
    const char *const *at;
    size_t n;
} WordList;

extern const WordList common_words; /* most frequent first */
extern const WordList office_words; /* the part about accounts, contracts, servers */
extern const WordList first_names;
extern const WordList last_names;
extern const WordList mail_domains; /* reserved by RFC 2606 */
extern const WordList streets;
extern const WordList log_levels;
