/*
 * Layout: an identifier's fixed form of letters, digits and punctuation: 'AA 99 99 99 A'.
 *
 * A is an upper-case letter, 9 a digit, X either; anything else stands for itself, '\A' '\9' '\X'
 * '\\' for the characters. A layout is found by its anchor, the part of it that the bitmaps see: a
 * chain of digit groups that is long enough, or else one run of letters and digits, or else a '+';
 * the rest is then compared in place. Frozen once parsed, shared by all threads.
 */
#pragma once

#include "base/error.h"
#include "base/span.h"

enum {
    LAYOUT_MAX = 64,
    LAYOUT_GROUPS_MAX = 8,
    LAYOUT_GROUP_MAX = 31, /* digits in one */
    LAYOUT_RUN_MIN = 6,    /* bytes a chain of digit groups needs to be seen: token.c */
};

typedef enum LayoutClass {
    LAYOUT_LITERAL,
    LAYOUT_UPPER,
    LAYOUT_DIGIT,
    LAYOUT_ALNUM,
} LayoutClass;

typedef struct Layout {
    uint8_t n;
    uint8_t class[LAYOUT_MAX];
    uint8_t literal[LAYOUT_MAX];
    /* the anchor: where it starts in the layout, and what it is */
    uint8_t anchor;
    uint8_t n_groups;                  /* digit groups of the chain; 0: a run of alnum */
    uint8_t groups[LAYOUT_GROUPS_MAX]; /* their lengths */
    uint8_t run;                       /* length of the alnum run */
    bool plus;                         /* the anchor is a '+' between digits: '999999+9999' */
} Layout;

/* Parses and picks the anchor. -EINVAL with what is wrong in reterr (no position). */
int layout_parse(const char *text, Error *reterr, Layout *ret);

/* Does text[0..n) hold the layout at `start`, touching no letter or digit on either side? */
bool layout_match(const Layout *l, const uint8_t *text, size_t n, size_t start);
