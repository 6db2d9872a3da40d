/*
 * Line: one JSON object on a line of its own, and the fields that lines have in common.
 *
 * What the report for programmes and the canonical export are made of. Names are displayed, and
 * stand in base64 beside that where they are not UTF-8. A failure of memory is the outlet's, met in
 * line_end(); those of line_locator() come back.
 */
#pragma once

#include "base/json.h"
#include "model/status.h"
#include "report/outlet.h"

/* A line begins with its kind and ends with a newline. */
Json line_begin(Outlet *to, const char *kind);
int line_end(Json *j, Outlet *to);

void line_text(Json *j, const char *key, const char *text); /* NULL: null */
void line_uint(Json *j, const char *key, uint64_t v);
void line_bool(Json *j, const char *key, bool v);
void line_time(Json *j, const char *key, int64_t ns); /* INT64_MIN: null */
void line_status(Json *j, const char *key, const Status *s);

/* The printed locator, and the raw one in base64 where it is no UTF-8. */
int line_locator(Json *j, const char *key, Span root, Span path);

/* One name: a path, a part, a heading. */
void line_name(Json *j, const char *key, Span raw);
