/*
 * Relay: text as it lies, with marks, on its way out.
 *
 * A reader goes through a Decoder's window and marks where cells and values begin; relay_flush()
 * hands on the text as it is up to a place. Text that stands for something else (an escape for its
 * character) goes out by relay_instead(). So every byte of the file comes out in order, itself or
 * decoded, and marks are the only thing that a reader can get wrong.
 *
 * Before decoder_next(), flush up to what is taken. Positions are offsets in the window's text and
 * never go back. A mark's source is exact at the mark; behind it, it goes on byte by byte only in
 * encodings that are not decoded.
 */
#pragma once

#include "extract/extract.h"
#include "extract/text/decoder.h"

/* One less than a piece may have: the core may hold a mark that waits for text. */
enum { RELAY_MARKS = EXTRACT_MARKS_MAX - 1 };

typedef struct Relay {
    Extraction *x;
    const Decoder *in;
    size_t from; /* up to there the window's text was handed on */
    size_t n_marks;
    Mark marks[RELAY_MARKS]; /* their positions are relative to `from` */
} Relay;

/* The text up to `to`, with the marks that were set. */
int relay_flush(Relay *o, size_t to);

/* As relay_flush; the window is left then. */
int relay_leave(Relay *o, size_t taken);

/*
 * text[at, at + n) is written for `meant`; row and column are those of the value that holds it.
 * `meant` is not kept.
 */
int relay_instead(Relay *o, size_t at, size_t n, Span meant, uint64_t row, uint32_t column);

/* What follows from `at` on stands in this row and column. */
static inline int relay_mark(Relay *o, size_t at, uint64_t row, uint32_t column) {
    Mark *m;

    if (_unlikely_(o->n_marks == RELAY_MARKS)) {
        int r = relay_flush(o, at);

        if (r)
            return r;
    }
    m = &o->marks[o->n_marks++];
    if (_unlikely_(o->n_marks > 1 && m[-1].at == at - o->from)) {
        o->n_marks--; /* nothing stands under the one before */
        m--;
    }
    m->at = (uint32_t)(at - o->from);
    m->column = column <= PART_COLUMNS_MAX ? column : 0;
    m->row = row;
    m->source = decoder_source(o->in, at);
    return 0;
}
