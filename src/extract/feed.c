/* Feed: see feed.h. */
#include "extract/feed.h"

enum { HOLD_STEP = 64 << 10 };

static ssize_t fd_read_at(Feed *f, uint64_t offset, uint8_t *at, size_t n) {
    ssize_t got;

    if (offset > INT64_MAX)
        return 0;
    do
        got = pread(f->fd, at, n, (off_t)offset);
    while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}

static ssize_t fd_read(Feed *f, uint8_t *at, size_t n) {
    return fd_read_at(f, f->at + (f->head.n - f->head_at), at, n);
}

static ssize_t memory_read_at(Feed *f, uint64_t offset, uint8_t *at, size_t n) {
    size_t left = offset < f->memory.n ? f->memory.n - (size_t)offset : 0;

    if (n > left)
        n = left;
    if (n)
        memcpy(at, f->memory.at + offset, n);
    return (ssize_t)n;
}

static ssize_t memory_read(Feed *f, uint8_t *at, size_t n) {
    return memory_read_at(f, f->at + (f->head.n - f->head_at), at, n);
}

Feed feed_of_fd(int fd, uint64_t size) {
    static const FeedKind kind = {.read = fd_read, .read_at = fd_read_at};

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
    static const FeedKind kind = {.read = memory_read, .read_at = memory_read_at};

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

static ssize_t slice_read(Feed *f, uint8_t *at, size_t n) {
    return slice_read_at(f, f->at + (f->head.n - f->head_at), at, n);
}

Feed feed_of_slice(FeedSlice *s, uint64_t size) {
    static const FeedKind kind = {.read = slice_read, .read_at = slice_read_at};

    return feed_of(&kind, s, size);
}

void feed_done(Feed *f) {
    buf_wipe(&f->head);
}

static void note_error(Feed *f, ssize_t got) {
    if (got < 0 && !f->error)
        f->error = (int)got;
}

/* From the kind itself, past what was looked at. */
static ssize_t pull(Feed *f, uint8_t *at, size_t n) {
    ssize_t got = f->kind->read(f, at, n);

    note_error(f, got);
    return got;
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
        uint8_t *at = buf_extend(&f->head, n - held);
        ssize_t got;

        if (!at)
            return -ENOMEM;
        f->head.n = held; /* so that a kind that reads at a position sees where it is */
        got = pull(f, at, n - held);
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
        ssize_t got = f->kind->read_at(f, offset + done, at + done, n - done);

        note_error(f, got);
        if (got < 0)
            return got;
        if (got == 0)
            break;
        done += (size_t)got;
        f->fetched += (uint64_t)got;
    }
    return (ssize_t)done;
}

uint64_t feed_work(const Feed *f) {
    return f->at + f->fetched;
}

uint64_t feed_taken(const Feed *f) {
    if (f->fetched <= f->at)
        return f->at;
    return f->fetched < f->size ? f->fetched : f->size;
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
