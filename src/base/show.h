/*
 * Show: text of strangers, made harmless for a terminal and a log.
 *
 * What may not be shown (control bytes, bidirectional marks, bytes that are not UTF-8) and the
 * backslash go out as \xNN; everything else as it is. Pure; any thread.
 */
#pragma once

#include "base/buf.h"

/* Appends text as it may be shown. */
void show_span(Buf *to, Span text);
void show_text(Buf *to, const char *text);
