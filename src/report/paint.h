/*
 * Paint: the few colours of a terminal report. Only sequences of ours go out, only when asked for.
 */
#pragma once

#include "base/buf.h"

typedef enum Paint {
    PAINT_BOLD, /* headings */
    PAINT_LOUD, /* what must not be overlooked */
    PAINT_DIM,  /* what explains */
} Paint;

static inline void paint_begin(Buf *b, bool colour, Paint p) {
    static const char *const codes[] = {"\x1b[1m", "\x1b[1;31m", "\x1b[2m"};

    if (colour)
        buf_text(b, codes[p]);
}

static inline void paint_end(Buf *b, bool colour) {
    if (colour)
        buf_text(b, "\x1b[0m");
}

static inline void paint_text(Buf *b, bool colour, Paint p, const char *text) {
    paint_begin(b, colour, p);
    buf_text(b, text);
    paint_end(b, colour);
}
