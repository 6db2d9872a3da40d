/*
 * Biff: the records of Excel's binary files ([MS-XLS]), and the strings in them.
 *
 * A stream is records of a type, a length and a body; a body too long for one goes on in CONTINUE
 * records, and a string that is cut there says anew how wide its characters are. The reader of a
 * record asks for bytes and strings; where the record ends before them, they are empty and `short`
 * is set. Memory: one body.
 */
#pragma once

#include "extract/feed.h"

enum { BIFF_BODY_MAX = 65535 };

typedef struct Biff {
    Feed *f;
    uint64_t at;   /* of the record at hand, its head */
    uint64_t next; /* of the one behind it */
    unsigned type;
    size_t n, i;     /* bytes of the body (or of its continuation at hand), taken of them */
    bool wide_names; /* BIFF8: strings have flags; else they are 8 bits wide */
    bool cut;        /* some record was longer than the stream */
    bool starved;    /* some record was shorter than what was asked of it */
    uint8_t body[BIFF_BODY_MAX];
} Biff;

/* 1: there is one; 0: the end; or -ENOMEM. */
int biff_next(Biff *b);

/* Bytes of the body, over continuations; false, and zeros, where there are no more. */
bool biff_take(Biff *b, void *to, size_t n);
unsigned biff_u8(Biff *b);
unsigned biff_u16(Biff *b);
uint32_t biff_u32(Biff *b);
double biff_double(Biff *b);
void biff_skip(Biff *b, size_t n);

/* Of the body at hand, no continuation. */
size_t biff_left(const Biff *b);

/* `n` characters with flags before them in BIFF8 (2.5.240, 2.5.293): appended as UTF-8. */
void biff_string(Biff *b, size_t n, Buf *ret);

/* Characters only, without flags: 8 bits wide or 16; what is cut goes on with flags. */
void biff_characters(Biff *b, size_t n, bool wide, Buf *ret);

/* Goes on with the CONTINUE record behind, if one is there. */
bool biff_continue(Biff *b);
