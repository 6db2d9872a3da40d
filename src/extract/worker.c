/*
 * Worker: see worker.h.
 *
 * The process ends by _exit(): no exit handler of a library runs on what may be damaged. Its feed
 * tells the host now and then that it lives, so that a reader that takes long before it has
 * anything to say is not held for dead.
 */
#include "extract/worker.h"

#include <sys/socket.h>

#include "extract/frame.h"
#include "extract/sandbox.h"

typedef struct Worker {
    int socket;
    ExtractPlace place;
    const Extractor *own;
    FrameWriter out;
    Buf in; /* the job at hand */
} Worker;

/* ---- the unit's bytes ---- */

typedef struct Source {
    int fd;
    FrameWriter *out;
    uint64_t taken;
} Source;

static ssize_t source_took(Source *s, ssize_t got) {
    int r;

    if (got < 0)
        return -errno;
    s->taken += (uint64_t)got;
    r = frame_writer_alive(s->out, s->taken);
    return r < 0 ? r : got;
}

static ssize_t source_read_at(Feed *f, uint64_t offset, uint8_t *at, size_t n) {
    Source *s = f->of;
    ssize_t got;

    if (offset > INT64_MAX)
        return 0;
    do
        got = pread(s->fd, at, n, (off_t)offset);
    while (got < 0 && errno == EINTR);
    return source_took(s, got);
}

static ssize_t source_read(Feed *f, uint8_t *at, size_t n) {
    return source_read_at(f, f->at + (f->head.n - f->head_at), at, n);
}

static ssize_t stream_read(Feed *f, uint8_t *at, size_t n) {
    Source *s = f->of;
    ssize_t got;

    do
        got = read(s->fd, at, n);
    while (got < 0 && errno == EINTR);
    return source_took(s, got);
}

static Feed source_feed(Source *s, const FrameJob *job) {
    static const FeedKind file = {.read = source_read, .read_at = source_read_at};
    static const FeedKind stream = {.read = stream_read};

    return feed_of(job->seekable ? &file : &stream, s, job->size);
}

/* ---- a job ---- */

static int receive_all(int socket, uint8_t *at, size_t n) {
    while (n) {
        ssize_t got = recv(socket, at, n, 0);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return -EPIPE;
        at += got;
        n -= (size_t)got;
    }
    return 0;
}

/* The header comes with the descriptors: that of the unit, and of its companion or -1. */
static int receive_header(int socket, uint8_t header[FRAME_HEADER], int ret_fds[FRAME_FDS]) {
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(FRAME_FDS * sizeof(int))];
    } control;
    struct iovec v = {header, FRAME_HEADER};
    struct msghdr m = {.msg_iov = &v,
                       .msg_iovlen = 1,
                       .msg_control = control.bytes,
                       .msg_controllen = sizeof(control.bytes)};
    const struct cmsghdr *c;
    ssize_t got;

    do
        got = recvmsg(socket, &m, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    if (got <= 0)
        return -EPIPE;
    c = CMSG_FIRSTHDR(&m);
    if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS ||
        (c->cmsg_len != CMSG_LEN(sizeof(int)) && c->cmsg_len != CMSG_LEN(FRAME_FDS * sizeof(int))))
        return -EPIPE;
    memcpy(ret_fds, CMSG_DATA(c), c->cmsg_len - CMSG_LEN(0));
    return receive_all(socket, header + got, FRAME_HEADER - (size_t)got);
}

static int receive_job(Worker *w, FrameJob *ret, int ret_fds[FRAME_FDS]) {
    uint8_t header[FRAME_HEADER];
    size_t n;
    void *at;
    int r = receive_header(w->socket, header, ret_fds);

    if (r < 0)
        return r;
    n = header[0] | (size_t)header[1] << 8 | (size_t)header[2] << 16 | (size_t)header[3] << 24;
    if (n > FRAME_MAX || header[4] != FRAME_JOB)
        return -EBADMSG;
    buf_clear(&w->in);
    at = buf_extend(&w->in, n);
    if (!at)
        return -ENOMEM;
    r = receive_all(w->socket, at, n);
    return r < 0 ? r : frame_job_get(buf_as_span(&w->in), ret);
}

static int run_job(Worker *w, const FrameJob *job, const int fds[FRAME_FDS]) {
    const Receiver to = frame_writer_receiver(&w->out);
    Source source = {.fd = fds[0], .out = &w->out};
    Feed feed = source_feed(&source, job), beside = feed_of_fd(fds[1], job->companion_size);
    bool there = job->companion && fds[1] >= 0;
    Companion companion = {.feed = there ? &beside : NULL, .missing = !there};
    ExtractOptions o = {.to = &to,
                        .place = w->place,
                        .own = w->own,
                        .limits = job->limits,
                        .size = job->size,
                        .share = job->share,
                        .companion = there || job->lacks_companion ? &companion : NULL};
    _cleanup_(extraction_freep) Extraction *x = NULL;
    Ending ending;
    int r = extraction_new(&o, &x);

    if (r == 0)
        r = extraction_run_as(x, job->name, &feed, job->format[0] ? job->format : NULL, &ending);
    if (r == 0)
        r = frame_writer_end(&w->out, &ending, extraction_drawn(x));
    feed_done(&feed);
    feed_done(&beside);
    return r;
}

static int serve_one(Worker *w) {
    int fds[FRAME_FDS] = {-1, -1};
    FrameJob job;
    int r = receive_job(w, &job, fds);

    r = r < 0 ? r : run_job(w, &job, fds);
    fd_close(fds[0]);
    fd_close(fds[1]);
    return r;
}

void worker_serve_within(int socket, ExtractPlace place, const Extractor *own, uint64_t memory) {
    Worker w = {.socket = socket, .place = place, .own = own};
    SandboxOptions o = {.profile = place > EXTRACT_RISKY ? SANDBOX_HELPER : SANDBOX_WORKER,
                        .memory = memory,
                        .program = -1};
    SandboxState state;
    int r = 0;

    frame_writer_init(&w.out, socket);
    if (sandbox_enter(&o, &state) < 0)
        _exit(WORKER_EXIT_SANDBOX);
    while (r == 0)
        r = serve_one(&w);
    _exit(r == -ENOMEM ? WORKER_EXIT_MEMORY : 0);
}

void worker_serve(int socket, ExtractPlace place, const Extractor *own) {
    const char *memory = getenv(WORKER_MEMORY);

    worker_serve_within(socket, place, own, memory ? strtoull(memory, NULL, 10) : 0);
}
