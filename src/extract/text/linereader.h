/*
 * LineReader: the bytes of a feed, line by line.
 *
 * A line is looked at until it is taken, so that whoever meets the end of his piece leaves it to
 * the next. Lines longer than LINEREADER_MAX come in pieces. Bytes, not text: encodings are the
 * caller's business. Borrows the feed; one thread.
 */
#pragma once

#include "extract/feed.h"

enum { LINEREADER_MAX = 4 << 10 };

typedef struct LineReader {
    Feed *feed;
    uint8_t *bytes;
    size_t from, to; /* what is there of it */
    size_t most;     /* of it that ever held something */
    Span line;       /* looked at; at NULL: none */
    bool middle;     /* of a line that is longer */
    bool ended;
    uint64_t row; /* of the line at hand, from 1 */
    uint64_t at;  /* its place in the feed */
} LineReader;

/* 0 or -ENOMEM. */
int linereader_init(LineReader *l, Feed *f);
void linereader_done(LineReader *l);

/*
 * The line at hand with its end, until it is taken: 1; 0 at the end, and feed->error tells if it is
 * a true one; or -ENOMEM.
 */
int linereader_look(LineReader *l, Span *ret);
void linereader_take(LineReader *l);

/* Begins where a line does: not so of the second and further pieces. */
static inline bool linereader_fresh(const LineReader *l) {
    return !l->middle;
}

/* Without the line end, whatever it is. */
static inline Span line_trim(Span line) {
    while (line.n && (line.at[line.n - 1] == '\n' || line.at[line.n - 1] == '\r'))
        line.n--;
    return line;
}
