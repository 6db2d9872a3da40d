/* Lock: see lock.h. */
#include "store/lock.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>

#include "base/clock.h"
#include "base/file.h"

#define HOLDER_MAX 64

/* What the holder wrote, kept to the characters that a pid and a date have. */
static void holder_read(int fd, char *ret, size_t n) {
    ssize_t got = pread(fd, ret, n - 1, 0);

    ret[got > 0 ? got : 0] = 0;
    ret[strspn(ret, "0123456789 TZ:-")] = 0;
}

static int busy(int fd, const char *store, Error *reterr) {
    char holder[HOLDER_MAX], *date;

    holder_read(fd, holder, sizeof(holder));
    date = strchr(holder, ' ');
    if (!date)
        return error_set(reterr, -EBUSY, "store '%s' is in use by another scan", store);
    *date = 0;
    return error_set(reterr, -EBUSY, "store '%s' is in use by a scan started at %s (pid %s)", store,
                     date + 1, holder);
}

static int holder_write(int fd) {
    char date[CLOCK_TEXT_MAX], text[HOLDER_MAX];
    int n;

    clock_print(clock_real_ns(), date, sizeof(date));
    n = snprintf(text, sizeof(text), "%d %s\n", (int)getpid(), date);
    if (ftruncate(fd, 0) < 0)
        return -errno;
    return file_write(fd, span(text, (size_t)n));
}

static int lock_fd(int fd, const char *store, const char *path, Error *reterr) {
    int r = file_check_private(fd, path, 0600, reterr);

    if (r < 0)
        return r;
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        if (errno == EWOULDBLOCK)
            return busy(fd, store, reterr);
        return error_errno(reterr, -errno, "cannot lock '%s'", path);
    }
    r = holder_write(fd);
    if (r < 0)
        return error_errno(reterr, r, "cannot write '%s'", path);
    return 0;
}

int lock_take(const char *store, Error *reterr, int *ret_fd) {
    _cleanup_(free_p) char *path = NULL;
    _cleanup_(fd_closep) int fd = -1;
    int r;

    if (asprintf(&path, "%s.lock", store) < 0) {
        path = NULL;
        return -ENOMEM;
    }
    fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
    if (fd < 0)
        return error_errno(reterr, -errno, "cannot open '%s'", path);
    r = lock_fd(fd, store, path, reterr);
    if (r < 0)
        return r;
    *ret_fd = fd_take(&fd);
    return 0;
}
