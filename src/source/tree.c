/*
 * Tree: see tree.h.
 *
 * Depth-first over a Trail, without recursion and without holding the names of a directory: they
 * are read 32 KiB at a time and taken in the order of reading, the cookie (d_off) moving with each,
 * so that reading can go on there whatever happened in between. Cookies have no order that one
 * could compare, which is why a shuffled walk (tests) keeps its buffers instead.
 *
 * The type that the directory tells decides; only where it tells none is the name looked at, and
 * nothing but directories is opened. Regular files gather in the draft of their directory's slot.
 *
 * Hostile: names, links, swaps, loops of mounts, and errors at any call.
 */
#include "source/tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "source/beneath.h"
#include "source/mount.h"
#include "source/trail.h"

typedef struct Tree {
    const TreeOptions *o;
    const Filter *filter;
    const Sink *sink;
    Trail trail;
    uint64_t random; /* 0: not shuffled */
} Tree;

/* A record of getdents64, as the kernel lays it out. */
typedef struct Entry {
    uint64_t ino;
    int64_t off; /* cookie of the entry after this one */
    uint16_t length;
    uint8_t type;
    char name[];
} Entry;

/* An object at the current path. */
static int tree_object(Tree *t, const FileMeta *meta, Status status) {
    return t->sink->object(t->sink->of, buf_as_span(&t->trail.path), meta, status);
}

/* ---- directories ---- */

/* A mount point in the way: named without waiting for what is mounted; opened if asked to. */
static int open_mount(Tree *t, int dir, const char *name, Status *ret_status) {
    _cleanup_(fd_closep) int point = -1;
    FileMeta m;

    if (!t->o->cross_filesystems) {
        *ret_status = mount_status(meta_cached(dir, name, &m) < 0 ? 0 : m.mount);
        return -EXDEV;
    }
    point = trail_open(&t->trail, dir, name, O_PATH, BENEATH_RESOLVE);
    if (point < 0)
        return point;
    if (mount_pseudo(point)) { /* an autofs that nobody has triggered yet, too */
        *ret_status = status_of(STATUS_OTHER_FILESYSTEM, "pseudo");
        return -EXDEV;
    }
    return trail_open(&t->trail, point, ".", O_RDONLY, BENEATH_RESOLVE);
}

/* Why a name or a directory could not be opened, looked at or read. */
static Status failure_status(int r) {
    switch (r) {
    case -ENOENT:
        return status_of(STATUS_VANISHED, "");
    case -ELOOP:
        return status_of(STATUS_LINK, "");
    case -ENOTDIR:
        return status_of(STATUS_CHANGED, "");
    default:
        return status_errno(-r);
    }
}

/* Whether the open directory may be entered from the innermost level; else why not. */
static bool tree_admits(const Tree *t, int fd, const FileMeta *m, Status *ret_status) {
    const Level *l = trail_top(&t->trail);
    FileMeta above = {.dev = l->dev, .mount = l->mount};

    if (filter_own(t->filter, (FileId){m->dev, m->ino})) {
        *ret_status = status_of(STATUS_EXCLUDED, "own-store");
        return false;
    }
    if (meta_crosses(&above, m) && (!t->o->cross_filesystems || mount_pseudo(fd))) {
        *ret_status = mount_status(m->mount);
        return false;
    }
    for (size_t i = 0; i < t->trail.n; i++) {
        if (t->trail.levels[i].dev == m->dev && t->trail.levels[i].ino == m->ino) {
            *ret_status = status_of(STATUS_OTHER_FILESYSTEM, "loop");
            return false;
        }
    }
    return true;
}

/* The directory `name` in the innermost level; the path says so already. */
static int tree_enter(Tree *t, const char *name, size_t path_before) {
    int dir = trail_top(&t->trail)->slot->dir->fd, r;
    _cleanup_(fd_closep) int fd = -1;
    Status status;
    const char *word;
    FileMeta m;

    word = filter_directory(t->filter, buf_as_span(&t->trail.path), span_of(name));
    if (!word && t->o->max_depth && t->trail.n >= t->o->max_depth)
        word = "max-depth";
    if (word)
        return tree_object(t, NULL, status_of(STATUS_EXCLUDED, word));

    fd = trail_open(&t->trail, dir, name, O_RDONLY, BENEATH_RESOLVE | RESOLVE_NO_XDEV);
    if (fd == -EXDEV) {
        fd = open_mount(t, dir, name, &status);
        if (fd == -EXDEV)
            return tree_object(t, NULL, status);
    }
    if (t->trail.failed)
        return t->trail.failed;
    r = fd < 0 ? fd : meta_of(fd, &m);
    if (r < 0)
        return tree_object(t, NULL, failure_status(r));
    if (!tree_admits(t, fd, &m, &status))
        return tree_object(t, &m, status);
    return trail_push(&t->trail, fd_take(&fd), &m, path_before);
}

/* ---- entries ---- */

static bool is_own(const Tree *t, int dir, const Entry *e) {
    FileMeta m;

    return filter_own_inode(t->filter, e->ino) && meta_at(dir, e->name, &m) == 0 &&
           filter_own(t->filter, (FileId){m.dev, m.ino});
}

static int tree_file(Tree *t, const Entry *e) {
    Level *l = trail_top(&t->trail);
    const char *word = filter_file(t->filter, buf_as_span(&t->trail.path));

    if (!word && is_own(t, l->slot->dir->fd, e))
        word = "own-store";
    if (word)
        return tree_object(t, NULL, status_of(STATUS_EXCLUDED, word));
    if (batch_draft_add(&l->slot->draft, span_of(e->name)))
        return trail_flush(&t->trail, l);
    return 0;
}

/* Links and special files carry their facts; nothing is opened. */
static int tree_special(Tree *t, const Entry *e, uint32_t mode) {
    FileMeta m;
    int r = meta_at(trail_top(&t->trail)->slot->dir->fd, e->name, &m);

    return tree_object(t, r < 0 ? NULL : &m, meta_special(mode));
}

/* The file type of an entry, as in st_mode; asked for where the directory does not tell. */
static int entry_mode(int dir, const Entry *e, uint32_t *ret) {
    FileMeta m;
    int r = 0;

    if (e->type != DT_UNKNOWN)
        *ret = DTTOIF(e->type);
    else
        r = meta_at(dir, e->name, &m);
    if (r == 0 && e->type == DT_UNKNOWN)
        *ret = m.mode;
    return r;
}

static int tree_entry(Tree *t, const Entry *e) {
    size_t before = t->trail.path.n, n = t->trail.n;
    uint32_t mode;
    int r;

    if (!trail_path_push(&t->trail, e->name))
        return tree_object(t, NULL, status_of(STATUS_LIMIT, "path"));
    r = entry_mode(trail_top(&t->trail)->slot->dir->fd, e, &mode);
    if (r < 0)
        r = tree_object(t, NULL, failure_status(r));
    else if (S_ISREG(mode))
        r = tree_file(t, e);
    else if (S_ISDIR(mode))
        r = tree_enter(t, e->name, before);
    else
        r = tree_special(t, e, mode);
    if (t->trail.n == n)
        trail_path_cut(&t->trail, before);
    return r;
}

/* ---- reading a directory ---- */

static uint64_t tree_random(Tree *t) {
    t->random ^= t->random << 13;
    t->random ^= t->random >> 7;
    t->random ^= t->random << 17;
    return t->random;
}

static void slot_shuffle(Tree *t, Slot *s) {
    for (size_t i = s->n; i > 1; i--) {
        size_t k = tree_random(t) % i;
        uint16_t other = s->order[i - 1];

        s->order[i - 1] = s->order[k];
        s->order[k] = other;
    }
}

static const Entry *slot_next(Slot *s) {
    return (const Entry *)(s->bytes + (size_t)s->order[s->next++] * 8);
}

/* Lists the records of n bytes read, "." and ".." left out; the cookie behind the last of them. */
static int64_t slot_index(Slot *s, size_t n) {
    int64_t cookie = 0;
    const Entry *e;

    s->n = s->next = 0;
    for (size_t at = 0; at + offsetof(Entry, name) < n && s->n < SLOT_ENTRIES; at += e->length) {
        e = (const Entry *)(s->bytes + at);
        if (e->length <= offsetof(Entry, name))
            break;
        if (strcmp(e->name, ".") != 0 && strcmp(e->name, "..") != 0)
            s->order[s->n++] = (uint16_t)(at / 8);
        cookie = e->off;
    }
    return cookie;
}

static ssize_t read_entries(Slot *s) {
    ssize_t n = syscall(SYS_getdents64, s->dir->fd, s->bytes, sizeof(s->bytes));

    return n < 0 ? -errno : n;
}

/* Once more after an error that may pass; after ESTALE with the directory looked up again. */
static ssize_t read_entries_again(Tree *t, Slot *s, ssize_t error) {
    int r;

    if (error == -ESTALE) {
        r = trail_renew(&t->trail);
        if (r < 0)
            return r;
    } else if (error != -EIO && error != -EINTR) {
        return error;
    }
    return read_entries(s);
}

/* Reads more names. 1: there are some; 0: the directory is done, for good or for bad. */
static int tree_fill(Tree *t) {
    Level *l = trail_top(&t->trail);
    ssize_t n = read_entries(l->slot);
    int64_t cookie;

    if (n < 0)
        n = read_entries_again(t, l->slot, n);
    if (t->trail.failed)
        return t->trail.failed;
    if (n < 0)
        return tree_object(t, NULL, failure_status((int)n));
    cookie = slot_index(l->slot, (size_t)n);
    if (t->random) {
        slot_shuffle(t, l->slot);
        l->cookie = cookie;
    }
    return n > 0;
}

/* ---- the walk ---- */

static int tree_step(Tree *t) {
    Level *l = trail_top(&t->trail);
    const Entry *e;
    int r;

    if (l->slot->next == l->slot->n) {
        r = tree_fill(t);
        return r == 0 ? trail_leave(&t->trail) : r;
    }
    e = slot_next(l->slot);
    if (!t->random)
        l->cookie = e->off;
    return tree_entry(t, e);
}

static int tree_run(Tree *t) {
    int r = 0;

    while (r >= 0 && t->trail.n)
        r = flag_get(t->o->stop) ? -ECANCELED : tree_step(t);
    return r < 0 ? r : 0;
}

/* The directory of a root that is one file, and its name there, which borrows from path. */
static int open_parent(Tree *t, char *path, const char **ret_name, Directory **ret) {
    char *slash = strrchr(path, '/');
    Directory *d;
    FileMeta m;
    int fd, r;

    *ret_name = slash + 1;
    *slash = 0;
    fd = open(*path ? path : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    r = fd < 0 ? -errno : meta_of(fd, &m);
    if (r < 0) {
        fd_close(fd);
        return r;
    }
    r = directory_new(fd, span(NULL, 0), &d);
    if (r < 0)
        return r;
    d->root = t->o->root;
    d->dev = m.dev;
    d->ino = m.ino;
    d->resolve = BENEATH_RESOLVE;
    d->file_root = true;
    *ret = d;
    return 0;
}

/* The root is one file: a batch of one. */
static int tree_root_file(Tree *t, const char *root, Error *reterr) {
    _cleanup_(free_p) char *path = realpath(root, NULL);
    _cleanup_(directory_unrefp) Directory *d = NULL;
    _cleanup_(batch_draft_done) BatchDraft draft = {0};
    const char *name = "";
    Batch *b = NULL;
    int r;

    r = path ? open_parent(t, path, &name, &d) : -errno;
    if (r < 0)
        return error_errno(reterr, r, "cannot open the directory of the root");
    batch_draft_add(&draft, span_of(name));
    r = batch_draft_take(&draft, d, &b);
    return r < 0 ? trail_fail(&t->trail, r) : t->sink->batch(t->sink->of, b);
}

static int tree_root(Tree *t, const char *root, Error *reterr) {
    FileMeta m;
    int fd, r;

    t->trail.root_fd = open(root, O_PATH | O_CLOEXEC);
    r = t->trail.root_fd < 0 ? -errno : meta_of(t->trail.root_fd, &m);
    if (r < 0)
        return error_errno(reterr, r, "cannot open the root");
    if (mount_pseudo(t->trail.root_fd))
        return tree_object(t, &m, status_of(STATUS_OTHER_FILESYSTEM, "pseudo"));
    if (filter_own(t->filter, (FileId){m.dev, m.ino}))
        return tree_object(t, &m, status_of(STATUS_EXCLUDED, "own-store"));
    if (S_ISREG(m.mode))
        return tree_root_file(t, root, reterr);
    if (!S_ISDIR(m.mode))
        return tree_object(t, &m, meta_special(m.mode));
    fd = beneath_open(t->trail.root_fd, ".", O_RDONLY | O_DIRECTORY, t->trail.resolve, NULL);
    if (fd < 0)
        return error_errno(reterr, fd, "cannot open the root");
    return trail_push(&t->trail, fd, &m, 0);
}

static void tree_done(Tree *t) {
    trail_done(&t->trail);
}

int tree_walk(const char *root, const TreeOptions *o, const Sink *sink, Error *reterr) {
    static const Filter no_filter = {0};
    _cleanup_(tree_done) Tree t = {
        .o = o,
        .filter = o->filter ? o->filter : &no_filter,
        .sink = sink,
        .random = o->shuffle_seed,
        .trail = {.sink = sink,
                  .reterr = reterr,
                  .root = o->root,
                  .resolve = BENEATH_RESOLVE | (o->cross_filesystems ? 0 : RESOLVE_NO_XDEV),
                  .keep_slots = o->shuffle_seed != 0,
                  .root_fd = -1,
                  .path = {.limit = UNIT_PATH_MAX}},
    };
    int r = tree_root(&t, root, reterr);

    return r < 0 ? r : tree_run(&t);
}
