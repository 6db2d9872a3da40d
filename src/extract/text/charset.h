/*
 * Charset: the way from bytes in an encoding to UTF-8, and back to raw offsets.
 *
 * Decoding a window is a pure function of its bytes. A cut at a multiple of encoding_unit() gives
 * the same text inside; only a surrogate pair that the cut divides becomes two U+FFFD. In sets of
 * several bytes a character, a window that begins anywhere begins to make sense at charset_sync();
 * one that goes on where another ended ends at charset_whole(). Input is hostile: what is no
 * character becomes U+FFFD, nothing fails but memory.
 *
 * ASCII, UTF-8 and binary windows are not copied, nor is one of another set in which ASCII is what
 * it is, if it holds nothing else: their text borrows the raw bytes as they are, invalid sequences
 * included. In EBCDIC, NEL is a line feed.
 */
#pragma once

#include "base/buf.h"
#include "extract/text/encoding.h"
#include "extract/text/multibyte.h"

/* Text from text_at on: characters of text_step bytes each, from raw_step raw bytes each. */
typedef struct TextRun {
    uint32_t text_at, raw_at;
    uint16_t text_step, raw_step;
} TextRun;

/* Reused from window to window by one thread; owns its memory. All zero is a fresh one. */
typedef struct TextWindow {
    Span text; /* UTF-8; borrows from raw or from `own`, until the next decode */
    Span raw;  /* the window, borrowed */
    uint64_t raw_offset;
    bool wide; /* units of two bytes or four */
    Buf own;
    Buf runs;             /* TextRun, by text_at; empty: text and raw are the same bytes */
    Multibyte *multibyte; /* made when there is such a text */
} TextWindow;

void text_window_done(TextWindow *w);

/* 0 or -ENOMEM; -EFBIG for a window of 1 GiB or more. raw_offset: of raw.at[0] in the file. */
int charset_decode(Encoding e, Span raw, uint64_t raw_offset, TextWindow *w);

/*
 * Where text [start, end) stands in the file: from the first byte of the character that holds
 * start to the last byte of the one that holds end - 1. Positions beyond the text mean its end.
 */
void text_window_locate(const TextWindow *w, size_t start, size_t end, uint64_t *ret_offset,
                        uint64_t *ret_length);

/*
 * How many bytes of the text, from text_at on, stand together: *ret_offset is where they begin in
 * the file, and in a text window that borrows, or in a stretch of ASCII of one byte a character, it
 * goes on byte by byte from there. CHARSET_NOWHERE where a character has two raw bytes or four.
 */
#define CHARSET_NOWHERE UINT64_MAX
size_t text_window_stretch(const TextWindow *w, size_t text_at, uint64_t *ret_offset);

/*
 * How much of raw, from its start, can be decoded apart from what follows: all but a character that
 * its end may have cut.
 */
size_t charset_whole(Encoding e, Span raw);

/*
 * How much of raw, which was cut from a text at any place, is to be left out so that the rest
 * begins with a character: less than CHARSET_SYNC_MAX. A text of thousands of characters without a
 * blank or a sign of ASCII may be read wrongly from there to the next.
 */
enum { CHARSET_SYNC_MAX = 2048 };
size_t charset_sync(Encoding e, Span raw);

/* The text of a few bytes, appended; buf_error tells of a lack of memory. */
void charset_append(Encoding e, Span raw, Buf *ret);

/* The text offset of the first character at or behind raw offset `raw`. */
size_t text_window_find(const TextWindow *w, uint64_t raw);
