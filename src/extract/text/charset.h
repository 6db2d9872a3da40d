/*
 * Charset: which encoding bytes are in, and the way to UTF-8 and back to raw offsets.
 *
 * Decoding a window is a pure function of its bytes, so any cut at a multiple of encoding_unit()
 * gives the same text inside; only a surrogate pair that the cut divides becomes two U+FFFD. Input
 * is hostile: what is no character becomes U+FFFD, nothing fails but memory.
 *
 * ASCII, UTF-8 and binary windows are not copied: their text borrows the raw bytes as they are,
 * invalid sequences included.
 */
#pragma once

#include "base/buf.h"

typedef enum Encoding {
    ENCODING_BINARY, /* no text: scanned as raw bytes */
    ENCODING_ASCII,
    ENCODING_UTF8,
    ENCODING_UTF16LE,
    ENCODING_UTF16BE,
    ENCODING_UTF32LE,
    ENCODING_UTF32BE,
    ENCODING_WINDOWS1252, /* any 8-bit set: ASCII is right, the rest as Western European */
    ENCODING_IBM037,      /* EBCDIC: US, Canada */
    ENCODING_IBM273,      /* Germany, Austria */
    ENCODING_IBM500,      /* international */
    ENCODING_IBM1047,     /* Latin-1, open systems */
    N_ENCODINGS,
} Encoding;

const char *encoding_name(Encoding e);        /* as IANA names it, lower case */
int encoding_parse(Span word, Encoding *ret); /* -EINVAL */
unsigned encoding_unit(Encoding e);           /* 1, 2 or 4 bytes */
bool encoding_is_ebcdic(Encoding e);

/*
 * The ladder: byte order mark, planes of NULs, UTF-8, EBCDIC (always as IBM037), 8-bit, binary.
 * head is the start of the file, up to 64 KiB; *ret_bom the length of the mark, to be skipped.
 */
Encoding encoding_guess(Span head, unsigned *ret_bom);

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
    Buf own;
    Buf runs; /* TextRun, by text_at; empty: text and raw are the same bytes */
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
