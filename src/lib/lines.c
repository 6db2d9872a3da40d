/* Lines: see lines.h. */
#include "lib/lines.h"

enum { LINES_BLOCK = 64 << 10 };

static int lines_fill(Lines *l, Error *reterr) {
    size_t before;
    uint8_t *at;
    ssize_t n;

    if (l->next) {
        memmove(l->buf.at, l->buf.at + l->next, l->buf.n - l->next);
        l->buf.n -= l->next;
        l->next = 0;
    }
    if (l->buf.n > LINES_MAX)
        return error_set(reterr, -EFBIG, "cannot read line %llu: longer than %d MiB",
                         (unsigned long long)l->number, LINES_MAX >> 20);
    before = l->buf.n;
    at = buf_extend(&l->buf, LINES_BLOCK);
    if (!at)
        return error_set(reterr, -ENOMEM, "cannot read line %llu: out of memory",
                         (unsigned long long)l->number);
    do
        n = read(l->fd, at, LINES_BLOCK);
    while (n < 0 && errno == EINTR);
    l->buf.n = before + (n > 0 ? (size_t)n : 0);
    if (n < 0)
        return error_errno(reterr, -errno, "cannot read input");
    l->ended = n == 0;
    return 0;
}

static Span line_without_end(Span line) {
    return line.n && line.at[line.n - 1] == '\r' ? span(line.at, line.n - 1) : line;
}

int lines_next(Lines *l, Error *reterr, Span *ret) {
    size_t looked = 0; /* bytes of this line that are known to hold no end */

    l->number++;
    for (;;) {
        Span rest = span(l->buf.at + l->next, l->buf.n - l->next);
        const uint8_t *end =
            rest.n > looked ? memchr(rest.at + looked, '\n', rest.n - looked) : NULL;
        int r;

        if (end || (l->ended && rest.n)) {
            size_t n = end ? (size_t)(end - rest.at) : rest.n;

            *ret = line_without_end(span(rest.at, n));
            l->next += n + (end ? 1 : 0);
            return 1;
        }
        if (l->ended)
            return 0;
        looked = rest.n;
        r = lines_fill(l, reterr);
        if (r < 0)
            return r;
    }
}

void lines_done(Lines *l) {
    buf_wipe(&l->buf);
}
