/*
 * Feed: the bytes of one unit, pulled by whoever reads it, wherever they come from.
 *
 * A file, a member of an archive that is being read, bytes in memory: an extractor sees only this.
 * Bytes come in order; some feeds can also be read at any offset. feed_head() looks ahead without
 * taking. One thread; a Feed borrows what it reads from. All bytes are hostile, and so is `size`:
 * it is what somebody declared, never a reason to allocate or to seek.
 */
#pragma once

#include <sys/types.h>

#include "base/buf.h"

#define FEED_SIZE_UNKNOWN UINT64_MAX

enum { FEED_HEAD_MAX = 64 << 10 };

typedef struct Feed Feed;

/*
 * A read fails with one of these where the bytes are the reason, not the outside:
 * -EBADMSG they are damaged; -EPROTO they are whole, and not what their container says of them;
 * -ENOBUFS to decode them takes more memory than is allowed; -EFBIG holes were left out.
 */
typedef struct FeedKind {
    /* The next bytes, at most n: how many, 0 at the end, or a negative error. */
    ssize_t (*read)(Feed *f, uint8_t *at, size_t n);
    /* Bytes from an offset, at most n: as read, which is not asked then; NULL: in order only. */
    ssize_t (*read_at)(Feed *f, uint64_t offset, uint8_t *at, size_t n);
} FeedKind;

struct Feed {
    const FeedKind *kind;
    void *of;      /* the kind's own */
    Span memory;   /* of a feed of bytes in memory */
    int fd;        /* of a feed of a descriptor; -1 */
    uint64_t size; /* as declared, or FEED_SIZE_UNKNOWN */
    uint64_t at;   /* bytes taken in order */
    uint64_t got;  /* bytes that reads gave, in whatever order */
    Buf head;      /* looked at and not taken yet, from `head_at` on */
    size_t head_at;
    bool derived; /* made from the unit's bytes: a place in it is no place in the unit */
    int error;    /* the first negative error of a read: what came is not the whole; 0: none */
};

/* Over a regular file, by pread from offset 0; borrows the descriptor. */
Feed feed_of_fd(int fd, uint64_t size);

/* Over a pipe or socket, by read; borrows the descriptor. */
Feed feed_of_pipe(int fd);

/* Over bytes in memory. */
Feed feed_of_span(Span bytes);

/* A kind of one's own, in order only unless kind->read_at is given. */
Feed feed_of(const FeedKind *kind, void *of, uint64_t size);

/* A piece of a feed that can be read at any offset, and so can it; borrows both. */
typedef struct FeedSlice {
    Feed *of;
    uint64_t from;
} FeedSlice;

Feed feed_of_slice(FeedSlice *s, uint64_t size);

void feed_done(Feed *f);

/* The next n bytes, fewer only at the end; how many, or a negative error, noted in `error`. */
ssize_t feed_read(Feed *f, uint8_t *at, size_t n);

/* As feed_read, but gives what one read gives: at least one byte unless at the end. */
ssize_t feed_some(Feed *f, uint8_t *at, size_t n);

/* Looks at up to n bytes (at most FEED_HEAD_MAX) ahead; borrowed until the next call. 0 or error.
 */
int feed_head(Feed *f, size_t n, Span *ret);

bool feed_seekable(const Feed *f);

/* n bytes from an offset, fewer only at the end; does not move the feed. -ESPIPE: in order only. */
ssize_t feed_read_at(Feed *f, uint64_t offset, uint8_t *at, size_t n);

/* Takes up to n bytes and drops them; without reading where it can. How many, or an error. */
int64_t feed_skip(Feed *f, uint64_t n);

/*
 * What is left of the feed, in memory, so that it can be read at any offset: into `hold`, which the
 * caller owns. -EFBIG when there is more than `limit`: what was taken is in `hold` all the same.
 */
int feed_hold(Feed *f, size_t limit, Buf *hold);
