/* Input: see input.h. */
#include "extract/text/input.h"

#include "model/part.h"

enum { WINDOW = 32 << 10 };

static const char mark[] = "\xEF\xBB\xBF";
enum { MARK = sizeof(mark) - 1 };

int input_init(Input *in, Feed *f, Encoding e) {
    Span head;

    *in = (Input){.feed = f, .encoding = e};
    in->raw = malloc(WINDOW);
    if (!in->raw)
        return -ENOMEM;
    if (encoding_is_converted(e) || feed_head(f, MARK, &head) < 0 ||
        !span_starts(head, span(mark, MARK)))
        return 0;
    in->at = MARK;
    return feed_read(f, in->raw, MARK) == -ENOMEM ? -ENOMEM : 0;
}

void input_done(Input *in) {
    if (in->raw)
        explicit_bzero(in->raw, in->most);
    free(in->raw);
    text_window_done(&in->decoded);
    *in = (Input){0};
}

/* That of a wide encoding, which is a character like others. */
static void skip_mark(Input *in) {
    if (in->at == 0 && encoding_is_converted(in->encoding) &&
        span_starts(in->text, span(mark, MARK)))
        in->text = span(in->text.at + MARK, in->text.n - MARK);
}

int input_next(Input *in) {
    ssize_t got;
    int r;

    in->n -= in->used;
    memmove(in->raw, in->raw + in->used, in->n);
    in->at += in->used;
    in->used = 0;
    got = feed_some(in->feed, in->raw + in->n, WINDOW - in->n);
    if (got == -ENOMEM)
        return -ENOMEM;
    in->n += got > 0 ? (size_t)got : 0;
    in->most = in->n > in->most ? in->n : in->most;
    in->used = got > 0 ? charset_whole(in->encoding, span(in->raw, in->n)) : in->n;
    if (in->n == 0)
        return 0;
    r = charset_decode(in->encoding, span(in->raw, in->used), in->at, &in->decoded);
    in->text = in->decoded.text;
    skip_mark(in);
    return r < 0 ? r : 1;
}

size_t input_stretch(const Input *in, size_t at, uint64_t *ret_source) {
    size_t skipped = in->decoded.text.n - in->text.n;

    return text_window_stretch(&in->decoded, at + skipped, ret_source);
}
