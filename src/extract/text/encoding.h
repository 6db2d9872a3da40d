/*
 * Encoding: which one bytes are in.
 *
 * A guess from the start of a file, in the order of how sure each sign is. Pure; input is hostile.
 */
#pragma once

#include "base/span.h"

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

const char *encoding_name(Encoding e);           /* as IANA names it, lower case */
int encoding_parse(Span word, Encoding *ret);    /* -EINVAL */
int encoding_of_label(Span word, Encoding *ret); /* as pages and mail name it; -EINVAL */
unsigned encoding_unit(Encoding e);              /* 1, 2 or 4 bytes */
bool encoding_is_ebcdic(Encoding e);

/* Its bytes are not UTF-8 already, as those of ASCII, UTF-8 and unknown bytes are. */
bool encoding_is_converted(Encoding e);

/* A set that the bytes alone do not prove: what a document says of itself goes before the guess. */
bool encoding_is_doubtful(Encoding e);

/*
 * The ladder: byte order mark, ASCII, UTF-8, planes of UTF-32 and UTF-16, EBCDIC (always told as
 * IBM037: the code pages can not be told apart), 8-bit, binary. head is the start of the file, up
 * to 64 KiB; *ret_bom the length of the mark, to be skipped.
 */
Encoding encoding_guess(Span head, unsigned *ret_bom);
