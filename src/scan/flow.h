/*
 * Flow: windows of one unit, examined by several threads.
 *
 * The thread that reads a unit in order makes its windows; those it hands to the unit's Flow are
 * examined by whoever is free, and by itself when nobody is. What is found is merged, and merging
 * does not depend on order. What a window borrows (columns, places) the reading thread changes only
 * after flow_settle(). A flow has a fixed number of windows, which are filled again and again: that
 * bounds what waits, and a window costs no memory that was never touched before.
 *
 * Counted: the reading thread owns one reference, each invitation on its way to another thread one.
 */
#pragma once

#include "scan/examine.h"

/* One window: text and marks are copies, the rest is the unit's until flow_settle(). */
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

typedef struct Flow Flow;

/* of: the harvest whose places the windows name; it must outlive the flow. */
int flow_new(const Harvest *of, size_t n_windows, Flow **ret);
Flow *flow_ref(Flow *f);
Flow *flow_unref(Flow *f);

/* An empty window, to be given back; NULL: all are under way, or there is no memory. */
FlowWindow *flow_take(Flow *f);

/* Gives it back filled, for somebody to examine. */
void flow_put(Flow *f, FlowWindow *w);

/* Gives it back unused. */
void flow_return(Flow *f, FlowWindow *w);

/* Examines one window that waits, if one does. By any thread, with a Reader of its own. */
void flow_help(Flow *f, Reader *r);

/*
 * By the reading thread: examines what still waits, waits for what others examine, and adds what
 * was found to `into`. *ret_rule_limit is set if some window reached a rule's limit. 0 or the first
 * negative error of a window.
 */
int flow_settle(Flow *f, Reader *r, Harvest *into, bool *ret_rule_limit);
