/* Wire: see wire.h. */
#include "base/wire.h"

void wire_put_u64(Buf *b, uint64_t v) {
    uint8_t at[10];
    size_t n = 0;

    if (v < 0x80) { /* most numbers are small */
        buf_byte(b, (uint8_t)v);
        return;
    }
    while (v >= 0x80) {
        at[n++] = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    at[n++] = (uint8_t)v;
    buf_add(b, at, n);
}

void wire_put_i64(Buf *b, int64_t v) {
    wire_put_u64(b, ((uint64_t)v << 1) ^ (uint64_t)(v >> 63));
}

void wire_put_span(Buf *b, Span s) {
    wire_put_u64(b, s.n);
    buf_span(b, s);
}

void wire_put_double(Buf *b, double v) {
    buf_add(b, &v, sizeof(v));
}

Wire wire_of(Span frame) {
    return (Wire){.at = frame.at, .end = frame.at ? frame.at + frame.n : NULL};
}

uint8_t wire_byte(Wire *w) {
    if (w->failed || w->at == w->end) {
        w->failed = true;
        return 0;
    }
    return *w->at++;
}

uint64_t wire_u64(Wire *w) {
    uint64_t v = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = wire_byte(w);

        if (shift == 63 && byte > 1)
            break;
        v |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return w->failed ? 0 : v;
    }
    w->failed = true;
    return 0;
}

int64_t wire_i64(Wire *w) {
    uint64_t v = wire_u64(w);

    return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

double wire_double(Wire *w) {
    double v = 0;

    if (w->failed || (size_t)(w->end - w->at) < sizeof(v)) {
        w->failed = true;
        return 0;
    }
    memcpy(&v, w->at, sizeof(v));
    w->at += sizeof(v);
    return v;
}

Span wire_span(Wire *w) {
    uint64_t n = wire_u64(w);
    Span s;

    if (w->failed || n > (size_t)(w->end - w->at)) {
        w->failed = true;
        return (Span){0};
    }
    s = span(w->at, (size_t)n);
    w->at += n;
    return s;
}

bool wire_done(const Wire *w) {
    return !w->failed && w->at == w->end;
}
