/*
 * Flow: windows of one unit, examined by several threads.
 *
 * The thread that reads a unit in order makes its windows; those it hands to the unit's Flow are
 * examined by whoever is free, and by itself when nobody is. What is found is merged, and merging
 * does not depend on order. What a window borrows (columns, places) the reading thread changes only
 * after flow_settle().
 *
 * Counted: the reading thread owns one reference, each invitation on its way to another thread one.
 */
#pragma once

#include "scan/examine.h"

/* One window: its text and marks are its own, the rest is the unit's until flow_settle(). */
typedef struct FlowWindow {
    Buf text;      /* MATCHER_PAD bytes can be read behind it */
    Buf marks;     /* Mark */
    RawWindow raw; /* bytes and columns are set from text and marks when it is examined */
    bool table;    /* it has columns */
    const ColumnHint *hints;
    size_t n_hints;
    const uint32_t *places; /* in the unit's harvest */
    size_t n_places;
    HarvestWhere where; /* line, no_lines, nowhere, position */
} FlowWindow;

FlowWindow *flow_window_free(FlowWindow *w);

typedef struct Flow Flow;

/* of: the harvest whose places the windows name; it must outlive the flow. */
int flow_new(const Harvest *of, Flow **ret);
Flow *flow_ref(Flow *f);
Flow *flow_unref(Flow *f);

/* Takes the window; false: there is no room now, and it is still the caller's. */
bool flow_offer(Flow *f, FlowWindow *w);

/* Examines one window that waits, if one does. By any thread, with a Reader of its own. */
void flow_help(Flow *f, Reader *r);

/*
 * By the reading thread: examines what still waits, waits for what others examine, and adds what
 * was found to `into`. *ret_rule_limit is set if some window reached a rule's limit. 0 or the first
 * negative error of a window.
 */
int flow_settle(Flow *f, Reader *r, Harvest *into, bool *ret_rule_limit);
