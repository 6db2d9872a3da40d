/*
 * Markup: text of strangers and drawings in HTML.
 *
 * Everything that is not ours goes through markup_text(): what HTML would take for markup is a
 * character reference, in elements and in quoted attributes alike. Drawings are inline SVG without
 * text, so that they scale; the numbers stand beside them.
 */
#pragma once

#include "base/buf.h"

/* Appends text, escaped. It must be harmless on a terminal already: base/show.h. */
void markup_span(Buf *b, Span text);
void markup_text(Buf *b, const char *text);

typedef struct MarkupPart {
    const char *label, *look; /* for people; the class c-LOOK of the style sheet */
    uint64_t count;
    const char *said; /* the count as it is shown */
} MarkupPart;

/* A figure: one bar whose parts have the shares of their counts, and what each is below. */
void markup_bar(Buf *b, const char *title, const MarkupPart *parts, size_t n);

/* A thin bar that fills `count` of `most`; what is not 0 can be seen. */
void markup_meter(Buf *b, const char *look, uint64_t count, uint64_t most);

/* " style=..." that tints a cell the more the larger its count is, by orders of magnitude. */
void markup_heat(Buf *b, const char *colour, uint64_t count, uint64_t most);
