/* TextOut: see textout.h. */
#include "extract/text/textout.h"

/* The marks before `to`, made relative to `from`; how many. Of those at one place the last counts.
 */
static size_t marks_take(TextOut *o, size_t first, size_t to) {
    size_t n = first;

    while (n < o->n_marks && o->marks[n].at < to)
        o->marks[n++].at -= (uint32_t)o->from;
    return n - first;
}

int textout_flush(TextOut *o, size_t to) {
    size_t done = 0, n;
    int r = 0;

    while (r == 0 && o->from < to) {
        size_t end = to - o->from > EXTRACT_TEXT_MAX ? o->from + EXTRACT_TEXT_MAX : to;

        n = marks_take(o, done, end);
        r = extract_piece(o->x, &(Text){.text = span(o->in->text.at + o->from, end - o->from),
                                        .marks = o->marks + done,
                                        .n_marks = n});
        done += n;
        o->from = end;
    }
    /* a mark at `to` waits for its text */
    o->n_marks -= done;
    if (done && o->n_marks)
        memmove(o->marks, o->marks + done, o->n_marks * sizeof(*o->marks));
    return r;
}

int textout_leave(TextOut *o, size_t taken) {
    int r = textout_flush(o, taken);

    for (size_t i = 0; i < o->n_marks; i++) /* what waits stands at the new window's start */
        o->marks[i].at -= (uint32_t)taken;
    o->from = 0;
    return r;
}

int textout_instead(TextOut *o, size_t at, size_t n, Span meant, uint64_t row, uint32_t column) {
    int r = textout_flush(o, at);

    if (r == 0)
        r = extract_from(o->x, row, column, decoder_source(o->in, at));
    if (r == 0)
        r = extract_text(o->x, meant);
    o->from = at + n;
    o->n_marks = 0;
    return r ? r : textout_mark(o, at + n, row, column);
}
