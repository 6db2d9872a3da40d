/*
 * Mapi: what the formats of Outlook share: messages are bags of properties, each with a number and
 * a type ([MS-OXPROPS], [MS-OXCDATA] 2.11.1).
 *
 * How properties are stored differs: streams of a compound file (msg.c), a list of attributes
 * (tnef.c), heaps in a database (pst.c). Each of these readers brings the value of a property as a
 * Feed; what it means, and how its text is decoded, is here. Values are hostile.
 */
#pragma once

#include "extract/extract.h"
#include "extract/text/encoding.h"

/* Types. */
enum {
    PT_SHORT = 0x0002,
    PT_LONG = 0x0003,
    PT_FLOAT = 0x0004,
    PT_DOUBLE = 0x0005,
    PT_CURRENCY = 0x0006,
    PT_APPTIME = 0x0007,
    PT_ERROR = 0x000A,
    PT_BOOLEAN = 0x000B,
    PT_OBJECT = 0x000D,
    PT_I8 = 0x0014,
    PT_STRING8 = 0x001E,
    PT_UNICODE = 0x001F,
    PT_TIME = 0x0040,
    PT_CLSID = 0x0048,
    PT_BINARY = 0x0102,
    PT_MULTIPLE = 0x1000,
};

/* Properties that readers ask for. */
enum {
    PR_MESSAGE_CLASS = 0x001A,
    PR_BODY = 0x1000,
    PR_RTF = 0x1009,
    PR_HTML = 0x1013,
    PR_DISPLAY_NAME = 0x3001,
    PR_ATTACH_DATA = 0x3701,
    PR_ATTACH_SHORT_NAME = 0x3704,
    PR_ATTACH_NAME = 0x3707,
    PR_INTERNET_CODEPAGE = 0x3FDE,
    PR_MESSAGE_CODEPAGE = 0x3FFD,
    PR_NAMED = 0x8000, /* from here on: what they are is said in the file */
};

/* The text of one message or attachment is the body, not a field. */
bool mapi_is_body(unsigned id);

/* Of one value or of several. */
bool mapi_is_text(unsigned type);

/* The header field, or what a card calls it, or NULL. */
const char *mapi_field(unsigned id);

/* What 8-bit text is in, by the number of a code page; windows-1252 where that is none we know. */
Encoding mapi_codepage(uint32_t number);

/* A text property, of any length, in UTF-16LE or an 8-bit encoding, without NULs behind it. */
int mapi_text(Extraction *x, Feed *f, Encoding e);

/* As mapi_text, the text of the message: the section "body", line by line. */
int mapi_body(Extraction *x, Feed *f, Encoding e);

/* As mapi_text, as a line: "Name: text". */
int mapi_line(Extraction *x, const char *name, Feed *f, Encoding e);

/* A time: the fact that it is, if it is one; a birthday, as a line of text. */
int mapi_time(Extraction *x, unsigned id, uint64_t filetime);

/* Compressed RTF ([MS-OXRTFCP]), the whole of a feed, as the unit "body.rtf". */
int mapi_rtf(Extraction *x, Feed *packed);
