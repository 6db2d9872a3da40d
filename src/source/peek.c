/*
 * Peek: see peek.h.
 *
 * tee(2) copies what is in a pipe into another one without taking it. How much will come nobody
 * knows: it is asked again until there is enough to tell a format by, or nothing came for a while.
 */
#include "source/peek.h"

#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <unistd.h>

#include "base/cleanup.h"

enum {
    ENOUGH = 4096,
    PAUSE_US = 10 * 1000,
    PAUSES = 100, /* with nothing new */
};

static bool is_over(int fd) {
    struct pollfd p = {.fd = fd, .events = POLLIN};

    return poll(&p, 1, 0) > 0 && p.revents & POLLHUP;
}

/* What is there, once something is. */
static ssize_t copy(int fd, void *at, size_t n) {
    _cleanup_(fd_closep) int from = -1, to = -1;
    int ends[2];
    ssize_t got;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    from = ends[0];
    to = ends[1];
    do
        got = tee(fd, to, n, 0);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return errno == EINVAL ? -ESPIPE : -errno;
    got = got ? read(from, at, n) : 0;
    return got < 0 ? -errno : got;
}

int peek_pipe(int fd, void *at, size_t n, size_t *ret_n) {
    ssize_t before = 0;

    for (unsigned pauses = 0; pauses < PAUSES; pauses++) {
        bool over = is_over(fd); /* asked first: what came before that is there */
        ssize_t got = copy(fd, at, n);

        if (got < 0 && got != -EAGAIN) /* where it was told not to wait */
            return (int)got;
        *ret_n = got > 0 ? (size_t)got : 0;
        if (over || got == 0 || (got > 0 && (size_t)got >= n) || got >= ENOUGH)
            return 0;
        if (got > before)
            pauses = 0;
        before = got;
        usleep(PAUSE_US);
    }
    return 0;
}
