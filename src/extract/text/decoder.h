/*
 * Decoder: the text of a Feed, window by window, with the way back to raw offsets.
 *
 * A reader looks at `text`, takes as much of it as it understands, and asks for more: what it left
 * stands at the start of the next window. So a token that a window's end divides is simply left;
 * how long such a rest may get is the reader's business (it grows the window). ASCII, UTF-8 and
 * binary are not copied, and their text may be invalid as it is in the file; other encodings are
 * decoded, the rest again. A byte order mark is taken silently. Windows end at whole characters
 * in encodings that are decoded, anywhere in the others.
 *
 * One thread; borrows the Feed; bytes are hostile.
 */
#pragma once

#include "extract/feed.h"
#include "extract/text/charset.h"

enum {
    DECODER_WINDOW = 64 << 10, /* raw bytes that are read at a time */
    DECODER_PAD = 64,          /* bytes behind the text that may be read, whatever they hold */
};

typedef struct Decoder {
    Feed *feed;
    Encoding encoding;
    size_t window;
    Buf raw;         /* not taken yet; with DECODER_PAD bytes behind it */
    uint64_t raw_at; /* offset of raw in the unit */
    bool end;        /* nothing will follow */
    bool plain;      /* the bytes of text are those of raw */
    TextWindow decoded;
    Span text;
} Decoder;

/* Has the first window. 0 or -ENOMEM; a feed that fails has ended (feed->error). */
int decoder_init(Decoder *d, Feed *f, Encoding e, size_t window);
void decoder_done(Decoder *d);

/*
 * The text of the feed's first FEED_HEAD_MAX bytes, which stay in the feed; without the mark. `w`
 * holds it; borrowed until the feed's next call. 0 or -ENOMEM.
 */
int decoder_head(Feed *f, Encoding e, TextWindow *w, Span *ret);

/*
 * The first `taken` bytes of the text are done with; reads on unless the feed has ended. In an
 * encoding that is decoded, `taken` is at a whole character.
 */
int decoder_next(Decoder *d, size_t taken);

/* Where the character that holds the text's byte `at` stands in the unit; beyond: its end. */
uint64_t decoder_source_decoded(const Decoder *d, size_t at);

static inline uint64_t decoder_source(const Decoder *d, size_t at) {
    return _likely_(d->plain) ? d->raw_at + at : decoder_source_decoded(d, at);
}
