/*
 * Clash: what is wrong with a policy that can be read: rules that contradict each other, classes
 * that match nothing, what is over or overdue.
 *
 * A clash makes a policy say something that cannot be followed; a note is something to look at.
 * Pure; any thread.
 */
#pragma once

#include "rule/policy.h"

typedef struct Clash {
    bool note;
    RuleMark mark;
    const char *text; /* until the call returns */
} Clash;

typedef struct ClashTo {
    void *of;
    /* 0, or a negative error that ends it. */
    int (*clash)(void *of, const Clash *c);
    /* Whether there is a detector or a category of that id, or any below it; NULL: all are. */
    bool (*is_type)(void *of, const char *type);
} ClashTo;

/* `on`: the day for what is over or overdue. */
int clashes_find(const Policy *p, Day on, const ClashTo *to);
