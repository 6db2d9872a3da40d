/*
 * Wire: numbers and byte strings in a row, for frames between processes.
 *
 * Written little-endian, varints LEB128. Reading is from hostile bytes: every get is checked, the
 * first that does not fit sets `failed`, and all later ones return zero. A frame is read only when
 * wire_done() says that it was whole and had nothing left over.
 */
#pragma once

#include "base/buf.h"

void wire_put_u64(Buf *b, uint64_t v); /* as a varint */
void wire_put_i64(Buf *b, int64_t v);  /* zigzag varint */
void wire_put_span(Buf *b, Span s);    /* length, bytes */
void wire_put_double(Buf *b, double v);

typedef struct Wire {
    const uint8_t *at, *end;
    bool failed;
} Wire;

Wire wire_of(Span frame);
uint64_t wire_u64(Wire *w);
int64_t wire_i64(Wire *w);
double wire_double(Wire *w);
uint8_t wire_byte(Wire *w);
Span wire_span(Wire *w); /* borrows from the frame */
bool wire_done(const Wire *w);
