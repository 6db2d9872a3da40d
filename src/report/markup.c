/* Markup: see markup.h. */
#include "report/markup.h"

#include <math.h>

#define BAR_WIDTH 1000.0

static const char *reference(uint8_t c) {
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void markup_span(Buf *b, Span text) {
    size_t from = 0;

    for (size_t i = 0; i < text.n; i++) {
        const char *escaped = reference(text.at[i]);

        if (!escaped)
            continue;
        buf_add(b, text.at + from, i - from);
        buf_text(b, escaped);
        from = i + 1;
    }
    if (text.n)
        buf_add(b, text.at + from, text.n - from);
}

void markup_text(Buf *b, const char *text) {
    markup_span(b, span_of(text));
}

static void legend_put(Buf *b, const MarkupPart *parts, size_t n) {
    buf_text(b, "<ul class=legend>");
    for (size_t i = 0; i < n; i++) {
        buf_printf(b, "<li><i class=c-%s></i>", parts[i].look);
        markup_text(b, parts[i].label);
        buf_text(b, " ");
        markup_text(b, parts[i].said);
        buf_text(b, "</li>");
    }
    buf_text(b, "</ul>");
}

void markup_bar(Buf *b, const char *title, const MarkupPart *parts, size_t n) {
    double sum = 0, at = 0;

    for (size_t i = 0; i < n; i++)
        sum += (double)parts[i].count;
    buf_text(b, "<figure><figcaption>");
    markup_text(b, title);
    buf_text(
        b, "</figcaption><svg class=bar viewBox=\"0 0 1000 27\" preserveAspectRatio=none role=img "
           "aria-label=\"");
    markup_text(b, title);
    buf_text(b, "\">");
    for (size_t i = 0; i < n && sum > 0; i++) {
        double width = BAR_WIDTH * (double)parts[i].count / sum;

        if (parts[i].count && width < 2)
            width = 2;
        buf_printf(b, "<rect class=c-%s x=\"%.1f\" width=\"%.1f\" height=\"27\"/>", parts[i].look,
                   at < BAR_WIDTH - width ? at : BAR_WIDTH - width, width);
        at += width;
    }
    buf_text(b, "</svg>");
    legend_put(b, parts, n);
    buf_text(b, "</figure>\n");
}

void markup_meter(Buf *b, const char *look, uint64_t count, uint64_t most) {
    double width = most ? BAR_WIDTH * (double)count / (double)most : 0;

    if (count && width < 12)
        width = 12;
    buf_printf(b,
               "<svg class=meter viewBox=\"0 0 1000 9\" preserveAspectRatio=none aria-hidden=true>"
               "<rect class=c-%s width=\"%.0f\" height=\"9\"/></svg>",
               look, width);
}

void markup_heat(Buf *b, const char *colour, uint64_t count, uint64_t most) {
    double share = most > 1 ? log1p((double)count) / log1p((double)most) : 1;

    if (count)
        buf_printf(b, " style=\"background:color-mix(in srgb,var(--%s) %.0f%%,#fff)\"", colour,
                   12 + 46 * share);
}
