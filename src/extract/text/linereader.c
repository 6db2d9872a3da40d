/* LineReader: see linereader.h. */
#include "extract/text/linereader.h"

enum { ROOM = 4 * LINEREADER_MAX };

int linereader_init(LineReader *l, Feed *f) {
    *l = (LineReader){.feed = f, .row = 1};
    l->bytes = malloc(ROOM);
    return l->bytes ? 0 : -ENOMEM;
}

void linereader_done(LineReader *l) {
    if (l->bytes)
        explicit_bzero(l->bytes, l->most);
    free(l->bytes);
    *l = (LineReader){0};
}

/* More bytes, behind those that are there. */
static int fill(LineReader *l) {
    ssize_t got;

    if (l->from && ROOM - l->to < LINEREADER_MAX) {
        memmove(l->bytes, l->bytes + l->from, l->to - l->from);
        l->to -= l->from;
        l->from = 0;
    }
    got = feed_some(l->feed, l->bytes + l->to, ROOM - l->to);
    l->to += got > 0 ? (size_t)got : 0;
    l->most = l->to > l->most ? l->to : l->most;
    l->ended = got <= 0;
    return got == -ENOMEM ? -ENOMEM : 0;
}

int linereader_look(LineReader *l, Span *ret) {
    size_t seen = 0;

    while (!l->line.at) {
        const uint8_t *at = l->bytes + l->from;
        size_t n = l->to - l->from;
        const uint8_t *end = memchr(at + seen, '\n', n - seen);
        int r;

        if (end)
            n = (size_t)(end - at) + 1;
        if (end || n >= LINEREADER_MAX || (l->ended && n)) {
            l->line = span(at, n < LINEREADER_MAX ? n : LINEREADER_MAX);
            break;
        }
        if (l->ended)
            return 0;
        seen = n;
        r = fill(l);
        if (r < 0)
            return r;
    }
    *ret = l->line;
    return 1;
}

void linereader_take(LineReader *l) {
    Span line = l->line;

    if (!line.at)
        return;
    l->from += line.n;
    l->at += line.n;
    l->middle = line.at[line.n - 1] != '\n';
    l->row += !l->middle;
    l->line = span(NULL, 0);
}
