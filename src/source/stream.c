/* Stream: see stream.h. The limit is known to be passed only by one byte more: that one is read and
 * thrown away. */
#include "source/stream.h"

#include "base/cleanup.h"

void stream_init(Stream *s, int fd, uint64_t limit) {
    *s = (Stream){.fd = fd, .limit = limit};
}

static ssize_t read_once(int fd, void *at, size_t n) {
    ssize_t got;

    do
        got = read(fd, at, n);
    while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}

static int stream_probe(Stream *s) {
    uint8_t byte;
    ssize_t got = s->ended || s->limited ? 0 : read_once(s->fd, &byte, 1);

    if (got < 0)
        return (int)got;
    s->limited |= got > 0;
    s->ended |= !s->limited;
    return 0;
}

int stream_read(Stream *s, void *at, size_t n, size_t *ret_n) {
    uint64_t room = s->limit ? s->limit - s->offset : UINT64_MAX;
    size_t want = n < room ? n : (size_t)room, done = 0;
    int r;

    while (done < want && !s->ended) {
        ssize_t got = read_once(s->fd, (uint8_t *)at + done, want - done);

        if (got < 0 && done == 0)
            return (int)got;
        if (got < 0)
            break;
        s->ended = got == 0;
        done += (size_t)got;
        s->offset += (uint64_t)got;
    }
    if (want < n && done == want) {
        r = stream_probe(s);
        if (r < 0 && done == 0)
            return r;
    }
    *ret_n = done;
    return 0;
}
