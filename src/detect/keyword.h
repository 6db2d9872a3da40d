/*
 * Keyword: the Hyperscan databases of a rule set, and their cache on disk.
 *
 * For the patterns that have no needle (needle.h). Two databases: those with a literal of at least
 * 3 characters, and the free ones of users, which cost more (regex.h) and so stand apart. Only ends
 * of matches are asked for. The databases are frozen and shared; scratch belongs to one thread.
 *
 * Compiling takes some 100 ms, so the serialized form is kept in a directory of the user's own
 * (0700). Its name and its authenticated header bind it to library version, processor features and
 * patterns; anything that does not fit exactly is compiled anew and replaced.
 */
#pragma once

#include <hs/hs.h>

#include "base/error.h"
#include "base/span.h"

enum {
    KEYWORD_LITERAL_MIN = 3,
    KEYWORD_FREE_MIN = 3,     /* bytes that one without such a literal matches at least */
    KEYWORD_WIDTH_MAX = 1024, /* bytes a pattern may be wide */
};

typedef struct KeywordPattern {
    const char *derived; /* regex_derive() */
    int32_t ready;       /* its number among the needles that are ready (ready.h); -1: none */
    uint32_t width;      /* bytes at most; filled by needles_new or keywords_compile */
    uint32_t literal;    /* regex_literal() */
    bool needle;         /* found by needles (needle.h), not by Hyperscan */
    bool cell;           /* asked of cells only (cell.h): neither looks for it */
} KeywordPattern;

typedef struct Keywords {
    hs_database_t *anchored, *free; /* either may be NULL */
} Keywords;

/* On failure *ret_bad is the number of the pattern at fault, or -1. */
int keywords_compile(KeywordPattern *patterns, size_t n, const char *cache_dir, Keywords *ret,
                     int *ret_bad, Error *reterr);
void keywords_done(Keywords *k);
