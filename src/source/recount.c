/*
 * Recount: see recount.h. Depth-first over a stack of open directories; the path that is told to
 * aside() grows and shrinks with it.
 */
#include "source/recount.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/clock.h"

typedef struct Opened {
    DIR *dir;
    size_t path; /* length of the path in front of its name */
} Opened;

typedef struct Walk {
    const RecountOptions *o;
    Recount *count;
    Opened *stack; /* RECOUNT_DEPTH */
    size_t n;
    Buf path;
    dev_t dev;
} Walk;

static void walk_done(Walk *w) {
    while (w->n)
        closedir(w->stack[--w->n].dir);
    free(w->stack);
    buf_done(&w->path);
}

static bool is_recent(const Walk *w, const struct stat *st) {
    return (int64_t)st->st_ctim.tv_sec * CLOCK_NS_PER_S + st->st_ctim.tv_nsec >= w->o->since;
}

/* Takes fd. */
static int walk_push(Walk *w, int fd, size_t path) {
    DIR *dir = fdopendir(fd);

    if (!dir) {
        fd_close(fd);
        return errno == ENOMEM ? -ENOMEM : -errno;
    }
    w->stack[w->n++] = (Opened){dir, path};
    w->count->directories++;
    return 0;
}

static int walk_directory(Walk *w, const char *name, const struct stat *st) {
    int parent = dirfd(w->stack[w->n - 1].dir), fd, r = 0;
    size_t before = w->path.n;

    if (before)
        buf_byte(&w->path, '/');
    buf_text(&w->path, name);
    if (buf_error(&w->path) < 0)
        return -ENOMEM;
    if (w->o->aside)
        r = w->o->aside(w->o->of, buf_as_span(&w->path));
    else
        r = st->st_dev != w->dev && !w->o->cross_filesystems;
    if (r != 0) {
        w->count->aside += r > 0;
    } else if (w->n == RECOUNT_DEPTH) {
        w->count->deep++;
    } else {
        fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (fd >= 0 && walk_push(w, fd, before) == 0)
            return 0;
        if (errno == EMFILE || errno == ENFILE)
            w->count->deep++;
        else
            w->count->denied++;
    }
    w->path.n = before;
    return r < 0 ? r : 0;
}

static int walk_entry(Walk *w, const char *name) {
    Recount *c = w->count;
    struct stat st;

    if (fstatat(dirfd(w->stack[w->n - 1].dir), name, &st, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) <
        0) {
        c->recent++; /* it went away between its being listed and looked at */
        return 0;
    }
    c->recent += is_recent(w, &st);
    if (S_ISDIR(st.st_mode))
        return walk_directory(w, name, &st);
    if (S_ISREG(st.st_mode)) {
        c->files++;
        c->bytes += (uint64_t)st.st_size;
        c->linked += st.st_nlink > 1;
    } else if (S_ISLNK(st.st_mode)) {
        c->links++;
    } else {
        c->special++;
    }
    return 0;
}

/* The innermost directory's next entry, or its end. */
static int walk_step(Walk *w) {
    Opened *top = &w->stack[w->n - 1];
    const struct dirent *e;

    errno = 0;
    e = readdir(top->dir);
    if (!e) {
        w->count->denied += errno != 0; /* it was cut short */
        w->path.n = top->path;
        closedir(top->dir);
        w->n--;
        return 0;
    }
    if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
        return 0;
    return walk_entry(w, e->d_name);
}

static int walk_root(Walk *w, const char *root) {
    struct stat st;
    int fd = open(root, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_PATH), own;

    if (fd < 0 || fstat(fd, &st) < 0) {
        fd_close(fd);
        return -errno;
    }
    w->dev = st.st_dev;
    w->count->recent += is_recent(w, &st);
    if (!S_ISDIR(st.st_mode)) {
        fd_close(fd);
        w->count->files += S_ISREG(st.st_mode);
        w->count->special += !S_ISREG(st.st_mode);
        w->count->bytes += S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
        return 0;
    }
    own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    fd_close(fd);
    return own < 0 ? -errno : walk_push(w, own, 0);
}

int recount_walk(const char *root, const RecountOptions *o, Recount *ret) {
    _cleanup_(walk_done) Walk w = {.o = o, .count = ret};
    int r;

    *ret = (Recount){0};
    w.stack = calloc(RECOUNT_DEPTH, sizeof(*w.stack));
    if (!w.stack)
        return -ENOMEM;
    r = walk_root(&w, root);
    while (r == 0 && w.n)
        r = o->stop && o->stop(o->of) ? -ECANCELED : walk_step(&w);
    return r;
}
