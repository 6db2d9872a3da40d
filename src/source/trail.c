/* Trail: see trail.h. Hostile: renames and swaps at any moment, errors at any call. */
#include "source/trail.h"

#include <fcntl.h>

#include "source/beneath.h"

static Slot *slot_free(Slot *s) {
    if (s) {
        directory_unref(s->dir);
        batch_draft_done(&s->draft);
        free(s);
    }
    return NULL;
}

void trail_done(Trail *t) {
    for (size_t i = 0; i < t->n; i++)
        slot_free(t->levels[i].slot);
    for (size_t i = 0; i < t->n_spare; i++)
        slot_free(t->spare[i]);
    free(t->levels);
    buf_done(&t->path);
    t->root_fd = fd_close(t->root_fd);
}

bool trail_shortage(int r) {
    return r == -EMFILE || r == -ENFILE || r == -ENOMEM;
}

int trail_fail(Trail *t, int r) {
    return error_errno(t->reterr, r, "cannot go on walking the tree");
}

bool trail_path_push(Trail *t, const char *name) {
    size_t before = t->path.n;

    if (before)
        buf_byte(&t->path, '/');
    buf_text(&t->path, name);
    if (buf_error(&t->path) == 0)
        return true;
    t->path.failed = false;
    trail_path_cut(t, before);
    return false;
}

void trail_path_cut(Trail *t, size_t n) {
    t->path.n = n;
    if (t->path.at)
        t->path.at[n] = 0;
}

/* The path of a level is the first bytes of trail.path: up to where its child's name begins. */
static Span level_path(const Trail *t, size_t level) {
    return span(t->path.at, level + 1 < t->n ? t->levels[level + 1].path_before : t->path.n);
}

int trail_flush(Trail *t, Level *l) {
    Batch *b;
    int r = batch_draft_take(&l->slot->draft, l->slot->dir, &b);

    if (r < 0)
        return trail_fail(t, r);
    return b ? t->sink->batch(t->sink->of, b) : 0;
}

/* Closes the outermost open level, unless it is the innermost too. */
static int trail_evict(Trail *t) {
    Level *l = &t->levels[t->open_from];
    int r;

    if (t->open_from + 1 >= t->n)
        return 0;
    r = trail_flush(t, l);
    if (r < 0)
        return r;
    t->open_from++;
    l->slot->dir = directory_unref(l->slot->dir);
    if (!t->keep_slots)
        t->spare[t->n_spare++] = TAKE(l->slot);
    return 0;
}

int trail_open(Trail *t, int dir, const char *name, int flags, uint64_t resolve) {
    for (;;) {
        int fd = beneath_open(dir, name, flags | O_DIRECTORY, resolve, NULL), r;
        size_t before = t->open_from;

        if (!trail_shortage(fd))
            return fd;
        r = t->n && fd != -ENOMEM ? trail_evict(t) : 0;
        if (r < 0)
            return t->failed = r;
        if (t->open_from == before)
            return t->failed = trail_fail(t, fd);
    }
}

/* A slot without names: one that was used before, if there is; its dir and draft are empty. */
static Slot *slot_take(Trail *t) {
    Slot *s = t->n_spare ? t->spare[--t->n_spare] : calloc(1, sizeof(*s));

    if (s)
        s->n = s->next = 0;
    return s;
}

static void slot_give(Trail *t, Slot *s) {
    if (s && t->n_spare < TRAIL_SLOTS)
        t->spare[t->n_spare++] = s;
    else
        slot_free(s);
}

/* Puts an open directory into level l, which gets a slot if it has none. Takes fd. */
static int level_open(Trail *t, Level *l, int fd, Span path) {
    _cleanup_(fd_closep) int owned = fd;
    Directory *d;
    int r;

    if (!l->slot)
        l->slot = slot_take(t);
    r = l->slot ? directory_new(fd_take(&owned), path, &d) : -ENOMEM;
    if (r < 0)
        return trail_fail(t, r);
    d->root = t->root;
    d->dev = l->dev;
    d->ino = l->ino;
    d->mount = l->mount;
    d->resolve = t->resolve;
    l->slot->dir = d;
    return 0;
}

static int levels_grow(Trail *t) {
    size_t cap = t->cap ? t->cap * 2 : 64;
    Level *at = reallocarray(t->levels, cap, sizeof(*at));

    if (!at)
        return trail_fail(t, -ENOMEM);
    t->levels = at;
    t->cap = cap;
    return 0;
}

int trail_push(Trail *t, int fd, const FileMeta *m, size_t path_before) {
    _cleanup_(fd_closep) int owned = fd;
    Level *l;
    int r;

    r = t->n == t->cap ? levels_grow(t) : 0;
    if (r == 0 && t->n - t->open_from == TRAIL_SLOTS)
        r = trail_evict(t);
    if (r < 0)
        return r;
    l = &t->levels[t->n++];
    *l = (Level){.dev = m->dev, .ino = m->ino, .mount = m->mount, .path_before = path_before};
    r = level_open(t, l, fd_take(&owned), buf_as_span(&t->path));
    if (r < 0 || !t->sink->directory)
        return r;
    return t->sink->directory(t->sink->of, buf_as_span(&t->path), m, l->slot->dir->fd);
}

static bool is_level(int fd, const Level *l) {
    FileMeta m;

    return meta_of(fd, &m) == 0 && m.dev == l->dev && m.ino == l->ino;
}

/* One step of trail_reach: opens the component [from, to) of the path in `at`, which it takes. */
static int reach_step(Trail *t, int at, Span component, bool last) {
    _cleanup_(fd_closep) _unused_ int owned = at;
    _cleanup_(buf_done) Buf name = {0};

    buf_span(&name, component);
    if (buf_error(&name) < 0)
        return t->failed = trail_fail(t, -ENOMEM);
    return trail_open(t, at, buf_cstr(&name), last ? O_RDONLY : O_PATH, t->resolve);
}

/* Opens the innermost level by its path from the root; checks who it is. */
static int trail_reach(Trail *t) {
    Span path = level_path(t, t->n - 1);
    _cleanup_(fd_closep) int at = -1;

    at = trail_open(t, t->root_fd, ".", path.n ? O_PATH : O_RDONLY, t->resolve);
    for (size_t i = 0; at >= 0 && i < path.n;) {
        const uint8_t *slash = memchr(path.at + i, '/', path.n - i);
        size_t end = slash ? (size_t)(slash - path.at) : path.n;

        at = reach_step(t, fd_take(&at), span(path.at + i, end - i), !slash);
        i = end + 1;
    }
    if (at < 0)
        return at;
    return is_level(at, trail_top(t)) ? fd_take(&at) : -ESTALE;
}

/* Opens the innermost level as the parent of a child that is left, if it still is that. */
static int trail_back(Trail *t, int child) {
    uint64_t resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    _cleanup_(fd_closep) int fd = -1;

    if (child >= 0)
        fd = trail_open(t, child, "..", O_RDONLY, resolve);
    if (fd >= 0 && is_level(fd, trail_top(t)))
        return fd_take(&fd);
    return t->failed ? t->failed : trail_reach(t);
}

/* Lets the innermost level go on with fd, which it takes, where its reading stopped. */
static int level_resume(Trail *t, int fd) {
    Level *l = trail_top(t);

    if (lseek(fd, l->cookie, SEEK_SET) < 0) {
        int r = -errno;

        fd_close(fd);
        return r;
    }
    return t->failed = level_open(t, l, fd, buf_as_span(&t->path));
}

int trail_renew(Trail *t) {
    Level *l = trail_top(t);
    int fd = trail_reach(t), r;

    if (fd < 0)
        return fd;
    r = trail_flush(t, l);
    if (r < 0) {
        fd_close(fd);
        return t->failed = r;
    }
    l->slot->dir = directory_unref(l->slot->dir);
    return level_resume(t, fd);
}

/* 0; 1 if the level could not be opened again and was delivered as an object; or an error. */
static int level_reopen(Trail *t, int child) {
    int fd = trail_back(t, child), r;

    r = fd < 0 ? fd : level_resume(t, fd);
    if (t->failed)
        return t->failed;
    if (r < 0) {
        r = t->sink->object(t->sink->of, buf_as_span(&t->path), NULL, status_errno(-r));
        return r < 0 ? r : 1;
    }
    return 0;
}

int trail_leave(Trail *t) {
    _cleanup_(directory_unrefp) Directory *child = NULL;
    int r = 0;

    if (trail_top(t)->slot->dir)
        r = trail_flush(t, trail_top(t));
    if (r < 0)
        return r;
    child = TAKE(trail_top(t)->slot->dir);
    do {
        Level *l = trail_top(t);

        slot_give(t, TAKE(l->slot));
        trail_path_cut(t, l->path_before);
        t->n--;
        if (t->n == 0 || t->open_from < t->n)
            return 0;
        t->open_from = t->n - 1;
        r = level_reopen(t, child ? child->fd : -1);
        child = directory_unref(child);
    } while (r > 0);
    return r;
}
