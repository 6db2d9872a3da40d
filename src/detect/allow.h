/*
 * Allow: the allow lists of a rule set made ready to ask: is this hit not to be reported?
 *
 * An AllowSet is compiled once, frozen and shared. What differs from place to place is an
 * AllowView: which entries the path of the object meets, and how a value's token is asked for,
 * since only who holds the key can make one. An AllowHand is one thread's. Expressions see the
 * value alone, in bounded time; one that reaches its limit allows nothing.
 */
#pragma once

#include "base/cleanup.h"
#include "rule/allow.h"

enum { ALLOW_WORDS = ALLOW_ENTRIES_MAX / 64 };

typedef struct AllowSet AllowSet;

/* NULL where no entry is in force. -EINVAL: an expression is wrong. */
int allow_set_new(const Rules *rules, Error *reterr, AllowSet **ret);
AllowSet *allow_set_free(AllowSet *s);
DEFINE_CLEANUP(AllowSet, allow_set_free)

typedef struct AllowView {
    uint64_t paths[ALLOW_WORDS]; /* entries whose path is met */
    void *of;
    /* the number from 1 in Rules.tokens of the value's token, 0: none of them; NULL: no key */
    uint32_t (*token)(void *of, uint16_t detector, Span canonical);
} AllowView;

/* Settles which entries the path of an object meets; s may be NULL. */
void allow_view_path(const AllowSet *s, AllowView *v, Span path);

/* Does it matter for any entry? */
bool allow_has_paths(const AllowSet *s);

typedef struct AllowHand AllowHand;

int allow_hand_new(const AllowSet *s, AllowHand **ret);
AllowHand *allow_hand_free(AllowHand *h);
DEFINE_CLEANUP(AllowHand, allow_hand_free)

/* One value of a hit. */
typedef struct AllowQuestion {
    uint16_t detector;
    Span value; /* as it stands */
    /* its canonical form, made when a token is asked for */
    size_t (*canonical)(void *of, char *ret, size_t cap);
    void *of;
} AllowQuestion;

/* The number of the first entry that holds, or -1. */
int allow_find(AllowHand *h, const AllowView *v, const AllowQuestion *q);
