/* Writer: see writer.h. */
#include "lib/writer.h"

#include "base/show.h"

enum { WRITER_MUCH = 64 << 10 };

void writer_text(Writer *w, const char *text) {
    buf_text(&w->buf, text);
}

void writer_span(Writer *w, Span s) {
    buf_span(&w->buf, s);
}

void writer_printf(Writer *w, const char *format, ...) {
    va_list args;

    va_start(args, format);
    buf_vprintf(&w->buf, format, args);
    va_end(args);
}

void writer_name(Writer *w, Span name) {
    show_span(&w->buf, name);
}

static int writer_hand_on(Writer *w) {
    if (w->error == 0)
        w->error = buf_error(&w->buf);
    if (w->error == 0 && w->buf.n)
        w->error = w->write(w->of, w->buf.at, w->buf.n);
    buf_clear(&w->buf);
    return w->error;
}

int writer_flush(Writer *w) {
    return w->buf.n >= WRITER_MUCH || w->buf.failed ? writer_hand_on(w) : w->error;
}

int writer_end(Writer *w) {
    int r = writer_hand_on(w);

    buf_wipe(&w->buf);
    return r;
}

int writer_close(Writer *w, int r, Error *reterr) {
    int output = writer_end(w);

    if (output == 0)
        return r;
    if (reterr)
        *reterr = (Error){0};
    return error_errno(reterr, output, "cannot write output");
}
