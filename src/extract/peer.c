/*
 * Peer: see peer.h.
 *
 * Silence is counted while we wait, not by the clock: a host that was busy itself holds it against
 * nobody. Processor time is read from the worker's own clock, which nothing can slow down.
 */
#include "extract/peer.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "extract/worker.h"

enum {
    WAIT_MS = 100,
    FRAMES_STEP = 64, /* frames between two looks at the processor time */
    LARGE_MIB = 192,  /* resident, after a job */
};

/* ---- life ---- */

int peer_new(Zygote *z, ExtractPlace place, Peer **ret) {
    Peer *p = calloc(1, sizeof(*p));
    int r;

    if (!p)
        return -ENOMEM;
    *p = (Peer){.zygote = z, .place = place, .fd = -1};
    r = frame_reader_init(&p->in);
    if (r == 0)
        r = zygote_spawn(z, place, &p->pid, &p->fd);
    if (r == 0)
        r = -clock_getcpuclockid(p->pid, &p->clock);
    if (r < 0) {
        peer_bury(p, NULL, 0);
        return r;
    }
    *ret = p;
    return 0;
}

/* How a process ended that nobody told to. */
static void say_status(int status, char *ret, size_t n) {
    const char *name = WIFSIGNALED(status) ? sigabbrev_np(WTERMSIG(status)) : NULL;

    if (WIFSIGNALED(status))
        snprintf(ret, n, "SIG%s", name ? name : "unknown");
    else if (WIFEXITED(status) && WEXITSTATUS(status) == WORKER_EXIT_MEMORY)
        snprintf(ret, n, "memory");
    else if (WIFEXITED(status) && WEXITSTATUS(status) == WORKER_EXIT_SANDBOX)
        snprintf(ret, n, "sandbox");
    else
        snprintf(ret, n, "exit");
}

Peer *peer_bury(Peer *p, char *ret_why, size_t n) {
    ZygoteDeath death = {0};
    int r = 0;

    if (!p)
        return NULL;
    if (p->pid > 0)
        r = zygote_reap(p->zygote, p->pid, p->closed && !p->why, &death);
    if (ret_why && p->why)
        snprintf(ret_why, n, "%s", p->why);
    else if (ret_why && r < 0)
        snprintf(ret_why, n, "lost"); /* with its zygote, or in the kernel */
    else if (ret_why && death.killed)
        snprintf(ret_why, n, "protocol"); /* it closed the socket, and lived on */
    else if (ret_why)
        say_status(death.status, ret_why, n);
    p->fd = fd_close(p->fd);
    frame_reader_done(&p->in);
    free(p);
    return NULL;
}

/* ---- a job ---- */

static int64_t cpu_time(const Peer *p) {
    struct timespec t = {0};

    if (clock_gettime(p->clock, &t) < 0)
        return p->cpu_start;
    return t.tv_sec * CLOCK_NS_PER_S + t.tv_nsec;
}

static int send_job(Peer *p, const Buf *frame, const int *fds, size_t n_fds) {
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(FRAME_FDS * sizeof(int))];
    } control = {0};
    struct iovec v = {frame->at, frame->n};
    struct msghdr m = {.msg_iov = &v,
                       .msg_iovlen = 1,
                       .msg_control = control.bytes,
                       .msg_controllen = CMSG_SPACE(n_fds * sizeof(int))};
    ssize_t sent;

    control.align = (struct cmsghdr){.cmsg_level = SOL_SOCKET,
                                     .cmsg_type = SCM_RIGHTS,
                                     .cmsg_len = CMSG_LEN(n_fds * sizeof(int))};
    memcpy(CMSG_DATA(&control.align), fds, n_fds * sizeof(int));
    do
        sent = sendmsg(p->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    /* a job is small and the socket empty: less than all of it means that nobody is there */
    p->closed = sent != (ssize_t)frame->n;
    return p->closed ? PEER_E_DEAD : 0;
}

int peer_give(Peer *p, const FrameJob *job, const int fds[FRAME_FDS]) {
    _cleanup_(buf_done) Buf frame = {0};

    p->jobs++;
    p->size = job->size;
    p->taken = 0;
    p->quiet = 0;
    p->cpu_start = cpu_time(p);
    frame_reader_clear(&p->in);
    frame_job_put(&frame, job);
    return buf_error(&frame) < 0 ? -ENOMEM : send_job(p, &frame, fds, job->companion ? 2 : 1);
}

void peer_took(Peer *p, uint64_t taken) {
    if (taken > p->size)
        taken = p->size; /* read again, or a lie */
    if (taken > p->taken)
        p->taken = taken;
}

/* ---- the watch ---- */

static int give_up(Peer *p, const char *why) {
    p->why = why;
    return PEER_E_DEAD;
}

static int look_at_cpu(Peer *p, const PeerWatch *watch) {
    uint64_t mib = (p->taken >> 20) + 1;
    int64_t most =
        mib > (uint64_t)(INT64_MAX / watch->cpu_ns) ? INT64_MAX : (int64_t)mib * watch->cpu_ns;

    return cpu_time(p) - p->cpu_start > most ? give_up(p, "cpu") : 0;
}

/* Until there are bytes, or it is over with the worker. */
static int wait_for_bytes(Peer *p, const PeerWatch *watch) {
    struct pollfd poll_fd = {.fd = p->fd, .events = POLLIN};

    for (;;) {
        int64_t start = clock_monotonic_ns();
        int n = poll(&poll_fd, 1, WAIT_MS), r;

        if (n > 0)
            return 0;
        if (n < 0 && errno != EINTR)
            return -errno;
        if (flag_get(watch->stop))
            return -ECANCELED;
        p->quiet += clock_monotonic_ns() - start;
        r = look_at_cpu(p, watch);
        if (r)
            return r;
        if (p->quiet > watch->stall_ns)
            return give_up(p, "stalled");
    }
}

static int receive(Peer *p, const PeerWatch *watch) {
    int r = frame_reader_fill(&p->in, p->fd);

    if (r == -EAGAIN)
        r = wait_for_bytes(p, watch);
    if (r != -ECONNRESET)
        return r;
    p->closed = true;
    return PEER_E_DEAD;
}

int peer_next(Peer *p, const PeerWatch *watch, FrameKind *ret_kind, Span *ret_payload) {
    for (;;) {
        int r = frame_reader_next(&p->in, ret_kind, ret_payload);

        if (r == FRAME_E_BAD)
            return give_up(p, "protocol");
        if (r == 0) {
            p->quiet = 0;
            return ++p->frames % FRAMES_STEP ? 0 : look_at_cpu(p, watch);
        }
        r = receive(p, watch);
        if (r)
            return r;
    }
}

bool peer_large(const Peer *p) {
    unsigned long long pages = 0;
    char path[32], text[64];
    ssize_t n;
    int fd;

    snprintf(path, sizeof(path), "/proc/%d/statm", (int)p->pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : 0;
    fd_close(fd);
    text[n > 0 ? n : 0] = 0;
    if (sscanf(text, "%*u %llu", &pages) != 1)
        return false; /* not to be seen: it has its limit anyway */
    return pages * (uint64_t)sysconf(_SC_PAGESIZE) >> 20 >= LARGE_MIB;
}
