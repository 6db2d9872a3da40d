/*
 * Scratch: a directory of a test's own, gone at its end.
 *
 * Static functions in a header, since each unit test is one programme of one file. They assert
 * rather than return: a test that cannot write its files has nothing to say.
 */
#pragma once

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/span.h"

typedef struct Scratch {
    char path[64];
} Scratch;

static int scratch_unlink(const char *path, const struct stat *st _unused_, int kind _unused_,
                          struct FTW *at _unused_) {
    return remove(path);
}

static inline void scratch_done(Scratch *s) {
    nftw(s->path, scratch_unlink, 16, FTW_DEPTH | FTW_PHYS);
}

static inline Scratch scratch_new(void) {
    Scratch s = {.path = "/tmp/terrier-rule-XXXXXX"};

    assert_non_null(mkdtemp(s.path));
    return s;
}

/* Writes a file beneath, making its directories. */
static inline void scratch_write(const Scratch *s, const char *name, Span bytes) {
    char path[PATH_MAX];
    _cleanup_(fd_closep) int fd = -1;

    snprintf(path, sizeof(path), "%s/%s", s->path, name);
    for (char *slash = strchr(path + strlen(s->path) + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = 0;
        assert_true(mkdir(path, 0700) == 0 || errno == EEXIST);
        *slash = '/';
    }
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    for (size_t done = 0; done < bytes.n;) {
        ssize_t n = write(fd, bytes.at + done, bytes.n - done);

        assert_true(n > 0);
        done += (size_t)n;
    }
}
