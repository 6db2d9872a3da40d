/* Escape: see escape.h. */
#include "report/escape.h"

#include "base/utf8.h"

static void bytes_put(Buf *b, Span bytes) {
    for (size_t i = 0; i < bytes.n; i++)
        buf_printf(b, "\\x%02x", bytes.at[i]);
}

void escape_put(Buf *b, Span text) {
    size_t n;

    for (size_t i = 0; i < text.n; i += n) {
        uint32_t c = 0;

        n = utf8_decode(span(text.at + i, text.n - i), &c);
        if (n > 0 && utf8_shows(c) && c != '\\') {
            buf_add(b, text.at + i, n);
            continue;
        }
        n = n ? n : 1;
        bytes_put(b, span(text.at + i, n));
    }
}
