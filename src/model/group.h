/*
 * Group: kinds of data that rules take together: personal, special, credential, cardholder ...
 *
 * A group has a name and the categories in it, by id or by what their ids begin with
 * ("gov" holds gov.passport). A category may be in several. Fixed tables; any thread.
 */
#pragma once

#include "model/category.h"

/* Room for a bit a category; a test holds the list of categories below it. */
#define CATEGORY_BITS 128

typedef struct CategorySet {
    uint64_t bits[CATEGORY_BITS / 64];
} CategorySet;

/* The place of a category in category_all(), or -1. */
int category_place(Span id);

static inline void category_set_add(CategorySet *s, size_t place) {
    s->bits[place / 64] |= UINT64_C(1) << place % 64;
}

static inline bool category_set_has(const CategorySet *s, size_t place) {
    return place < CATEGORY_BITS && (s->bits[place / 64] >> place % 64 & 1);
}

/*
 * Adds all categories under a word: the name of a group, an id, or what ids begin with up to a dot.
 * -EINVAL: there is none.
 */
int category_under(Span word, CategorySet *to);

/* The nearest name of a group or category to a word that is none, or NULL, is found by these. */
extern const char *const group_names[];
extern const size_t n_groups;
