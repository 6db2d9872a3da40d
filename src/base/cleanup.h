/*
 * Cleanup: scope-bound release, so that an early return frees what it holds.
 *
 * _cleanup_(fn) runs fn(&variable) when the variable leaves its scope; TAKE() hands the value on
 * and disarms it. Destructors accept NULL. Nothing here is thread-aware: a variable belongs to
 * the function that declares it.
 */
#pragma once

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(fn)       __attribute__((cleanup(fn)))
#define _unused_            __attribute__((unused))
#define _printf_(fmt, args) __attribute__((format(printf, fmt, args)))
/* Hot scratch that is written before it is read: not zeroed first, unlike every other local. */
#define _uninitialized_ __attribute__((uninitialized))
#define _likely_(x)     __builtin_expect(!!(x), 1)
#define _unlikely_(x)   __builtin_expect(!!(x), 0)
#define _hot_           __attribute__((hot))
#define _noinline_      __attribute__((noinline))

/* The value of an owning variable, which is empty (NULL) afterwards. */
#define TAKE(p)                                                                                    \
    ({                                                                                             \
        __typeof__(p) *_take_p = &(p);                                                             \
        __typeof__(p) _take_v = *_take_p;                                                          \
        *_take_p = NULL;                                                                           \
        _take_v;                                                                                   \
    })

/* Defines `void namep(type **)` for _cleanup_ from `type *name(type *)`. */
#define DEFINE_CLEANUP(type, name)                                                                 \
    static inline void name##p(type **p) {                                                         \
        *p = name(*p);                                                                             \
    }

#define N_ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

static inline void free_p(void *p) {
    free(*(void **)p);
}

/* Closes and returns -1, so that `fd = fd_close(fd)` leaves no stale number; keeps errno. */
static inline int fd_close(int fd) {
    if (fd >= 0) {
        int saved = errno;
        close(fd);
        errno = saved;
    }
    return -1;
}

static inline void fd_closep(int *fd) {
    *fd = fd_close(*fd);
}

static inline int fd_take(int *fd) {
    int value = *fd;
    *fd = -1;
    return value;
}

static inline void fclosep(FILE **f) {
    if (*f)
        fclose(*f);
}

static inline void closedirp(DIR **d) {
    if (*d)
        closedir(*d);
}
