/* Relay: see outlet.h. */
#include "extract/text/relay.h"

/* How many marks stand before `n` bytes; nearly always all, so from the last on. */
static size_t marks_before(const Relay *o, size_t n) {
    size_t k = o->n_marks;

    while (k && o->marks[k - 1].at >= n)
        k--;
    return k;
}

int relay_flush(Relay *o, size_t to) {
    int r = 0;

    while (r == 0 && o->from < to) {
        size_t n = to - o->from > EXTRACT_TEXT_MAX ? EXTRACT_TEXT_MAX : to - o->from,
               marks = marks_before(o, n);

        r = extract_piece(o->x, &(Text){.text = span(o->in->text.at + o->from, n),
                                        .marks = o->marks,
                                        .n_marks = marks});
        o->from += n;
        o->n_marks -= marks;
        for (size_t i = 0; i < o->n_marks; i++) { /* those that wait for their text */
            o->marks[i] = o->marks[marks + i];
            o->marks[i].at -= (uint32_t)n;
        }
    }
    return r;
}

int relay_leave(Relay *o, size_t taken) {
    int r = relay_flush(o, taken);

    o->from = 0;
    return r;
}

int relay_instead(Relay *o, size_t at, size_t n, Span meant, uint64_t row, uint32_t column) {
    int r = relay_flush(o, at);

    if (r == 0)
        r = extract_from(o->x, row, column, decoder_source(o->in, at));
    if (r == 0)
        r = extract_text(o->x, meant);
    o->from = at + n;
    o->n_marks = 0;
    return r ? r : relay_mark(o, at + n, row, column);
}
