/* Show: see show.h. */
#include "base/show.h"

#include "base/utf8.h"

void show_span(Buf *to, Span text) {
    for (size_t i = 0, n; i < text.n; i += n) {
        uint32_t c = '\\';

        n = utf8_decode(span(text.at + i, text.n - i), &c);
        if (n && c != '\\' && utf8_shows(c)) {
            buf_add(to, text.at + i, n);
            continue;
        }
        n = n ? n : 1;
        for (size_t k = 0; k < n; k++)
            buf_printf(to, "\\x%02x", text.at[i + k]);
    }
}

void show_text(Buf *to, const char *text) {
    show_span(to, span_of(text));
}
