/*
 * Text: the report for a person at a terminal, the same after `scan` and by `report`.
 *
 * Coverage comes first: what was found, read and not read, and that the sums agree. Then what was
 * found, then the places that matter most, then the list of what was not read. It says what was
 * read and what was found, and draws no conclusion. Only masks are shown; names are escaped.
 */
#pragma once

#include "report/outlet.h"
#include "store/found.h"

typedef enum TextList {
    TEXT_SUMMARY,  /* coverage, data types, places, at most 20 unread objects */
    TEXT_UNREAD,   /* --objects unread: coverage and all unread objects */
    TEXT_OBJECTS,  /* --objects all */
    TEXT_FINDINGS, /* coverage and every finding with its samples */
} TextList;

typedef struct TextOptions {
    TextList list;
    FoundFilter filter;
    bool colour;
} TextOptions;

/* run 0: the latest. The outlet's error, or the store's with a sentence. */
int text_report(Store *s, int64_t run, const TextOptions *o, Outlet *to, Error *reterr);
