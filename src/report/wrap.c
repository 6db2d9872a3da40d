/* Wrap: see wrap.h. */
#include "report/wrap.h"

static unsigned columns_of(Span word) {
    unsigned n = 0;

    for (size_t i = 0; i < word.n; i++)
        n += (word.at[i] & 0xc0) != 0x80;
    return n;
}

static Span word_next(Span text, size_t *at) {
    size_t from = *at;

    while (from < text.n && text.at[from] == ' ')
        from++;
    for (*at = from; *at < text.n && text.at[*at] != ' ';)
        ++*at;
    return span(text.at + from, *at - from);
}

void wrap_put(Buf *b, Span text, unsigned at, unsigned indent, unsigned width) {
    unsigned column = at;
    bool first = true;
    Span word;

    for (size_t from = 0; (word = word_next(text, &from)).n; first = false) {
        unsigned columns = columns_of(word);

        if (!first && column + 1 + columns > width) {
            buf_printf(b, "\n%*s", (int)indent, "");
            column = indent;
        } else if (!first) {
            buf_byte(b, ' ');
            column++;
        }
        buf_span(b, word);
        column += columns;
    }
}
