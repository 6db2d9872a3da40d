/*
 * Killer: preloaded into the keeper, counts the calls by which anything reaches a file, and ends
 * the process by SIGKILL at one of them.
 *
 * TERRIER_KILL_AT=N      before the N-th call, from 1; 0: only count
 * TERRIER_KILL_TORN=1    a write is done by half first
 * TERRIER_KILL_COUNT=F   the number of calls, written to F when the process ends by itself
 *
 * Roles are started with an environment of their own, so only the keeper is counted. The keeper
 * writes from one thread.
 */
/* Both names of a call are wanted, each as it is: write, pwrite and pwrite64. */
#undef _FILE_OFFSET_BITS
#undef _FORTIFY_SOURCE

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#pragma GCC visibility push(default)
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

static unsigned long calls, kill_at;
static int torn;
static const char *count_file;

__attribute__((constructor)) static void killer_init(void) {
    const char *at = getenv("TERRIER_KILL_AT");

    kill_at = at ? strtoul(at, NULL, 10) : 0;
    torn = getenv("TERRIER_KILL_TORN") != NULL;
    count_file = getenv("TERRIER_KILL_COUNT");
    unsetenv("LD_PRELOAD");
}

__attribute__((destructor)) static void killer_done(void) {
    FILE *f = count_file ? fopen(count_file, "w") : NULL;

    if (f) {
        fprintf(f, "%lu\n", calls);
        fclose(f);
    }
}

static int is_file(int fd) {
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

static int is_time(void) {
    return ++calls == kill_at;
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

static void die_after(ssize_t written) {
    (void)written;
    die();
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *at, size_t n) {
    if (is_file(fd) && is_time()) {
        die_after(torn ? NEXT(write)(fd, at, n / 2) : 0);
    }
    return NEXT(write)(fd, at, n);
}

ssize_t pwrite(int fd, const void *at, size_t n, off_t offset) {
    if (is_file(fd) && is_time()) {
        die_after(torn ? NEXT(pwrite)(fd, at, n / 2, offset) : 0);
    }
    return NEXT(pwrite)(fd, at, n, offset);
}

ssize_t pwrite64(int fd, const void *at, size_t n, off64_t offset) {
    if (is_file(fd) && is_time()) {
        die_after(torn ? NEXT(pwrite64)(fd, at, n / 2, offset) : 0);
    }
    return NEXT(pwrite64)(fd, at, n, offset);
}

#define BEFORE(name, parameters, arguments)                                                        \
    int name parameters {                                                                          \
        if (is_time())                                                                             \
            die();                                                                                 \
        return NEXT(name) arguments;                                                               \
    }

BEFORE(fsync, (int fd), (fd))
BEFORE(fdatasync, (int fd), (fd))
BEFORE(ftruncate, (int fd, off_t n), (fd, n))
BEFORE(ftruncate64, (int fd, off64_t n), (fd, n))
BEFORE(rename, (const char *from, const char *to), (from, to))
BEFORE(renameat, (int from, const char *a, int to, const char *b), (from, a, to, b))
BEFORE(link, (const char *from, const char *to), (from, to))
BEFORE(linkat, (int from, const char *a, int to, const char *b, int flags), (from, a, to, b, flags))
BEFORE(unlink, (const char *path), (path))
BEFORE(posix_fallocate, (int fd, off_t at, off_t n), (fd, at, n))
BEFORE(posix_fallocate64, (int fd, off64_t at, off64_t n), (fd, at, n))
