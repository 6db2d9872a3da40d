/*
 * Input: the text of a unit, window after window, and where it stands in the unit's bytes.
 *
 * For readers that go through a text once. Windows are cut between characters, so a reader that
 * keeps its state gets the same text whatever the cuts. Borrows the feed; one thread.
 */
#pragma once

#include "extract/feed.h"
#include "extract/text/charset.h"

typedef struct Input {
    Feed *feed;
    Encoding encoding;
    uint8_t *raw;       /* the window, and behind it what the cut has left over */
    size_t used, n;     /* bytes of the window, and of all */
    size_t most;        /* of raw that ever held something */
    uint64_t at;        /* of raw[0] in the unit */
    TextWindow decoded; /* of the window */
    Span text;          /* of the window, a byte order mark left out; until input_next */
} Input;

/* 0 or -ENOMEM. */
int input_init(Input *in, Feed *f, Encoding e);
void input_done(Input *in);

/* The next window: 1; 0 at the end, feed->error tells if it is a true one; or a negative error. */
int input_next(Input *in);

/*
 * How many bytes of the text, from `at` on, stand in the unit as they are or, at least, nowhere:
 * *ret_source is where, or MARK_NOWHERE. A character that is coded otherwise there comes alone, and
 * with its place, if that is a matter of a few; not in encodings of two or four bytes.
 */
size_t input_stretch(const Input *in, size_t at, uint64_t *ret_source);
