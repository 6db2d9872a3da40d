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
    ENCODING_SHIFT_JIS, /* of several bytes a character; with the extensions of Windows */
    ENCODING_EUC_JP,
    ENCODING_ISO2022JP,
    ENCODING_GB18030, /* GB 2312 and GBK, too */
    ENCODING_EUC_KR,
    ENCODING_BIG5,
    ENCODING_WINDOWS1252, /* any 8-bit set: ASCII is right, the rest as Western European */
    ENCODING_WINDOWS1250, /* Central Europe */
    ENCODING_WINDOWS1251, /* Cyrillic */
    ENCODING_WINDOWS1253, /* Greek */
    ENCODING_WINDOWS1254, /* Turkish */
    ENCODING_WINDOWS1255, /* Hebrew */
    ENCODING_WINDOWS1256, /* Arabic */
    ENCODING_WINDOWS1257, /* Baltic */
    ENCODING_ISO8859_2,
    ENCODING_ISO8859_5,
    ENCODING_ISO8859_7,
    ENCODING_ISO8859_9,
    ENCODING_ISO8859_15,
    ENCODING_KOI8R,
    ENCODING_KOI8U,
    ENCODING_MACINTOSH,
    ENCODING_IBM437,  /* DOS: US */
    ENCODING_IBM850,  /* Western Europe */
    ENCODING_IBM852,  /* Central Europe */
    ENCODING_IBM866,  /* Cyrillic */
    ENCODING_IBM037,  /* EBCDIC: US, Canada */
    ENCODING_IBM273,  /* Germany, Austria */
    ENCODING_IBM500,  /* international */
    ENCODING_IBM1047, /* Latin-1, open systems */
    N_ENCODINGS,
} Encoding;

const char *encoding_name(Encoding e);           /* as IANA names it, lower case */
int encoding_parse(Span word, Encoding *ret);    /* -EINVAL */
int encoding_of_label(Span word, Encoding *ret); /* as pages and mail name it; -EINVAL */
unsigned encoding_unit(Encoding e);              /* 1, 2 or 4 bytes */
bool encoding_is_ebcdic(Encoding e);

bool encoding_is_multibyte(Encoding e);

/* Its bytes are not UTF-8 already, as those of ASCII, UTF-8 and unknown bytes are. */
bool encoding_is_converted(Encoding e);

/* A set that the bytes alone do not prove: what a document says of itself goes before the guess. */
bool encoding_is_doubtful(Encoding e);

/*
 * The ladder: byte order mark, ASCII and ISO-2022-JP, UTF-8, planes of UTF-32 and UTF-16, EBCDIC
 * (always told as IBM037: the code pages can not be told apart), the multibyte sets, 8-bit ones by
 * their letters where these are clear, else windows-1252, binary. head is the start of the file, up
 * to 64 KiB; *ret_bom the length of the mark, to be skipped.
 */
Encoding encoding_guess(Span head, unsigned *ret_bom);
