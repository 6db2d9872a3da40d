/* Input: see input.h. */
#include "input.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "detect/matcher.h"

void input_done(Input *in) {
    free(in->at);
    *in = (Input){0};
}

static int fill(int fd, Input *in, size_t size) {
    while (in->n < size) {
        ssize_t n = read(fd, in->at + in->n, size - in->n);

        if (n < 0 && errno != EINTR)
            return -errno;
        if (n == 0)
            return 0;
        in->n += n > 0 ? (size_t)n : 0;
    }
    return 0;
}

int input_read(const char *path, size_t head, Error *reterr, Input *ret) {
    _cleanup_(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
    _cleanup_(input_done) Input in = {0};
    const char *slash = strrchr(path, '/');
    struct stat st;
    size_t size;
    int r;

    if (fd < 0 || fstat(fd, &st) < 0)
        return error_errno(reterr, -errno, "cannot open '%s'", path);
    size = head && head < (size_t)st.st_size ? head : (size_t)st.st_size;
    if (size == 0)
        return error_set(reterr, -ENODATA, "cannot time '%s': it is empty", path);
    in.name = slash ? slash + 1 : path;
    in.at = calloc(1, size + MATCHER_PAD);
    if (!in.at)
        return error_errno(reterr, -ENOMEM, "cannot hold '%s'", path);
    r = fill(fd, &in, size);
    if (r < 0)
        return error_errno(reterr, r, "cannot read '%s'", path);
    *ret = in;
    in.at = NULL;
    return 0;
}
