/* Feed: see feed.h. */
#include "extract/feed.h"

enum { HOLD_STEP = 64 << 10, HEAD_STEP = 4 << 10 };

static ssize_t fd_read_at(Feed *f, uint64_t offset, uint8_t *at, size_t n) {
    ssize_t got;

    if (offset > INT64_MAX)
        return 0;
    do
        got = pread(f->fd, at, n, (off_t)offset);
    while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}

static ssize_t memory_read_at(Feed *f, uint64_t offset, uint8_t *at, size_t n) {
    size_t left = offset < f->memory.n ? f->memory.n - (size_t)offset : 0;

    if (n > left)
        n = left;
    if (n)
        memcpy(at, f->memory.at + offset, n);
    return (ssize_t)n;
}

Feed feed_of_fd(int fd, uint64_t size) {
    static const FeedKind kind = {.read_at = fd_read_at};

    return (Feed){.kind = &kind, .fd = fd, .size = size};
}

static ssize_t pipe_read(Feed *f, uint8_t *at, size_t n) {
    ssize_t got;

    do
        got = read(f->fd, at, n);
    while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}

Feed feed_of_pipe(int fd) {
    static const FeedKind kind = {.read = pipe_read};

    return (Feed){.kind = &kind, .fd = fd, .size = FEED_SIZE_UNKNOWN};
}

Feed feed_of_span(Span bytes) {
    static const FeedKind kind = {.read_at = memory_read_at};

    return (Feed){.kind = &kind, .fd = -1, .memory = bytes, .size = bytes.n};
}

Feed feed_of(const FeedKind *kind, void *of, uint64_t size) {
    return (Feed){.kind = kind, .of = of, .fd = -1, .size = size};
}

static ssize_t slice_read_at(Feed *f, uint64_t offset, uint8_t *at, size_t n) {
    const FeedSlice *s = f->of;

    if (offset >= f->size)
        return 0;
    if (n > f->size - offset)
        n = (size_t)(f->size - offset);
    return feed_read_at(s->of, s->from + offset, at, n);
}

Feed feed_of_slice(FeedSlice *s, uint64_t size) {
    static const FeedKind kind = {.read_at = slice_read_at};

    return feed_of(&kind, s, size);
}

void feed_done(Feed *f) {
    buf_wipe(&f->head);
}

static ssize_t note(Feed *f, ssize_t got) {
    if (got < 0 && !f->error)
        f->error = (int)got;
    if (got > 0)
        f->got += (uint64_t)got;
    return got;
}

/* From the kind itself, past what was looked at. */
static ssize_t pull(Feed *f, uint8_t *at, size_t n) {
    if (f->kind->read_at)
        return note(f, f->kind->read_at(f, f->at + (f->head.n - f->head_at), at, n));
    return note(f, f->kind->read(f, at, n));
}

ssize_t feed_some(Feed *f, uint8_t *at, size_t n) {
    size_t held = f->head.n - f->head_at;
    ssize_t got;

    if (held) {
        got = (ssize_t)(held < n ? held : n);
        memcpy(at, f->head.at + f->head_at, (size_t)got);
        f->head_at += (size_t)got;
    } else {
        got = n ? pull(f, at, n) : 0;
    }
    if (got > 0)
        f->at += (uint64_t)got;
    return got;
}

ssize_t feed_read(Feed *f, uint8_t *at, size_t n) {
    size_t done = 0;

    while (done < n) {
        ssize_t got = feed_some(f, at + done, n - done);

        if (got < 0)
            return got;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (ssize_t)done;
}

/* By what is declared, and a byte more, which tells the end; but it may not be true. */
static size_t head_room(const Feed *f, size_t held, size_t n) {
    uint64_t left = f->size - f->at; /* of an unknown or a wrong size: much */

    if (left >= held && left - held < n - held)
        return (size_t)(left - held) + 1;
    return n - held;
}

int feed_head(Feed *f, size_t n, Span *ret) {
    size_t held = f->head.n - f->head_at;

    if (n > FEED_HEAD_MAX)
        n = FEED_HEAD_MAX;
    if (f->head_at) {
        memmove(f->head.at, f->head.at + f->head_at, held);
        f->head.n = held;
        f->head_at = 0;
    }
    while (held < n) {
        size_t room = head_room(f, held, n);
        uint8_t *at = buf_extend(&f->head, room);
        ssize_t got;

        if (!at)
            return -ENOMEM;
        f->head.n = held; /* so that a kind that reads at a position sees where it is */
        got = pull(f, at, room);
        if (got < 0)
            return (int)got;
        held += (size_t)got;
        f->head.n = held;
        if (got == 0)
            break;
    }
    *ret = span(f->head.at, held < n ? held : n);
    return 0;
}

bool feed_seekable(const Feed *f) {
    return f->kind->read_at != NULL;
}

ssize_t feed_read_at(Feed *f, uint64_t offset, uint8_t *at, size_t n) {
    size_t done = 0;

    if (!f->kind->read_at)
        return -ESPIPE;
    while (done < n) {
        ssize_t got = note(f, f->kind->read_at(f, offset + done, at + done, n - done));

        if (got < 0)
            return got;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (ssize_t)done;
}

/* Past the end it is not known to have gone too far: nobody skips on but by what is declared. */
static int64_t skip_over(Feed *f, uint64_t n) {
    uint64_t left = f->size > f->at ? f->size - f->at : 0;

    if (n > left)
        n = left;
    f->head_at = f->head.n = 0;
    f->at += n;
    return (int64_t)n;
}

int64_t feed_skip(Feed *f, uint64_t n) {
    uint8_t bytes[4096];
    uint64_t done = 0;

    if (n > INT64_MAX)
        n = INT64_MAX;
    if (feed_seekable(f) && f->size != FEED_SIZE_UNKNOWN && n > sizeof(bytes))
        return skip_over(f, n);
    while (done < n) {
        size_t step = n - done < sizeof(bytes) ? (size_t)(n - done) : sizeof(bytes);
        ssize_t got = feed_some(f, bytes, step);

        if (got < 0)
            return got;
        if (got == 0)
            break;
        done += (uint64_t)got;
    }
    return (int64_t)done;
}

int feed_hold(Feed *f, size_t limit, Buf *hold) {
    for (;;) {
        size_t room = limit - hold->n < HOLD_STEP ? limit - hold->n : HOLD_STEP;
        uint8_t *at;
        ssize_t got;

        if (hold->n >= limit) {
            uint8_t more;

            got = feed_some(f, &more, 1);
            if (got > 0)
                buf_byte(hold, more);
            return got < 0 ? (int)got : got > 0 ? -EFBIG : buf_error(hold);
        }
        at = buf_extend(hold, room);
        if (!at)
            return -ENOMEM;
        hold->n -= room;
        got = feed_some(f, at, room);
        if (got < 0)
            return (int)got;
        hold->n += (size_t)got;
        if (got == 0)
            return 0;
    }
}
