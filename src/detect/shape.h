/*
 * Shape: which digit groups lead to which detectors.
 *
 * A trie over group lengths: one step a group, dead after one or two steps on anything that is no
 * identifier. A node that ends a shape has lists of candidates (of at most 64 each, so that they
 * are bits of a word), cut further by a table on the first two digits. Built by one thread, then
 * frozen and shared.
 */
#pragma once

#include "base/error.h"
#include "detect/layout.h"
#include "detect/score.h"
#include "model/finding.h"

enum {
    SHAPE_GROUP_MAX = LAYOUT_GROUP_MAX, /* digits in a group */
    SHAPE_DIGITS_MAX = 32,
    SHAPE_LIST_MAX = 64,
    SHAPE_CHAIN_MAX = 63, /* bytes of a chain, so that its end is seen in one word of 64 */
};

/* Separators as bits, so that a set of them is a byte. */
enum {
    SEPARATOR_SPACE = 1,
    SEPARATOR_DASH = 2,
    SEPARATOR_DOT = 4,
    SEPARATOR_SLASH = 8,
};

/* The bit of a byte, or 0 if it is no separator. */
static inline uint8_t separator_bit(uint8_t c) {
    static const uint8_t bits[256] = {
        [' '] = SEPARATOR_SPACE,
        ['-'] = SEPARATOR_DASH,
        ['.'] = SEPARATOR_DOT,
        ['/'] = SEPARATOR_SLASH,
    };

    return bits[c];
}

/* What a byte beside a chain may be, as classes: a table lookup leaves most layouts out. */
typedef enum Beside {
    BESIDE_OTHER,
    BESIDE_UPPER,
    BESIDE_LOWER,
    BESIDE_DIGIT,
    BESIDE_SPACE,
    BESIDE_DASH,
    BESIDE_DOT,
    BESIDE_SLASH,
    N_BESIDES,
} Beside;

static inline Beside beside_of(uint8_t c) {
    static const uint8_t classes[256] = {
        ['A' ... 'Z'] = BESIDE_UPPER, ['a' ... 'z'] = BESIDE_LOWER, ['0' ... '9'] = BESIDE_DIGIT,
        [' '] = BESIDE_SPACE,         ['-'] = BESIDE_DASH,          ['.'] = BESIDE_DOT,
        ['/'] = BESIDE_SLASH,
    };

    return (Beside)classes[c];
}

typedef struct ShapeRule {
    uint16_t detector; /* number in Rules */
    uint16_t match;    /* number in Engine.matches */
    uint8_t separators;
    uint16_t within;
    uint8_t alone; /* EngineMatch.alone */
    float base;    /* EngineMatch.base */
    bool ipv4;
    const Layout *layout; /* NULL: digits and one uniform separator, nothing else */
} ShapeRule;

/* Rules as bits of a word, in order of rules[]. */
typedef struct ShapeList {
    uint16_t n;
    uint16_t next;   /* the list behind it, number in lists + 1, if this one is full; or 0 */
    uint16_t within; /* the most of its rules' contexts */
    /* both edges, level -> the rules that reach it between them without a word for them */
    uint64_t alone[N_EDGES][N_EDGES][N_LEVELS];
    uint64_t joined[16]; /* set of separators seen -> the rules that allow it */
    uint64_t before[N_BESIDES], behind[N_BESIDES]; /* what stands beside -> those that allow it */
    uint64_t formed;    /* layouts and IPv4, which look at their edges themselves */
    uint64_t lead[100]; /* first two digits -> the rules that may start so */
    ShapeRule rules[SHAPE_LIST_MAX];
} ShapeList;

typedef struct ShapeNode {
    uint16_t next[SHAPE_GROUP_MAX + 1]; /* length -> node; 0: dead */
    uint16_t list;                      /* the first, number in lists + 1; 0: not an end */
} ShapeNode;

typedef struct Shapes {
    ShapeNode *nodes; /* 0 is dead, 1 the root */
    ShapeList *lists;
    size_t n_nodes, n_lists, cap_nodes, cap_lists;
} Shapes;

int shapes_init(Shapes *s);
void shapes_done(Shapes *s);

/*
 * lead: 100 flags, NULL or all zero for any. -EINVAL: a group or the chain is too long; -ENOSPC:
 * too many shapes.
 */
int shapes_add(Shapes *s, const uint8_t *groups, size_t n_groups, const uint8_t *lead,
               ShapeRule rule);

/* '3-2-4' into groups; their number, or -EINVAL. */
int shape_parse(const char *text, uint8_t ret_groups[LAYOUT_GROUPS_MAX]);
