/*
 * List: see list.h.
 *
 * Each name is looked at by O_PATH, which opens no device and wakes no reader, before it goes into
 * a batch; so a Batch of a list promises the same as one of a tree. The Directory of all batches is
 * the current one, AT_FDCWD.
 */
#include "source/list.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "source/beneath.h"
#include "source/mount.h"

#define LIST_RESOLVE RESOLVE_NO_MAGICLINKS

typedef struct List {
    const ListOptions *o;
    const Sink *sink;
    Directory *dir;
    BatchDraft draft;
    Buf name;      /* the part of a name that was read so far, at most PATH_MAX - 1 bytes */
    bool overlong; /* the rest of this name is skipped */
} List;

static void list_done(List *l) {
    directory_unref(l->dir);
    batch_draft_done(&l->draft);
    buf_done(&l->name);
}

static int list_flush(List *l) {
    Batch *b;
    int r = batch_draft_take(&l->draft, l->dir, &b);

    if (r < 0)
        return r;
    return b ? l->sink->batch(l->sink->of, b) : 0;
}

/* Whether the name is that of a regular file; else its status, and its facts in *ret if known. */
static bool look_at(const char *name, FileMeta *ret, Status *ret_status) {
    _cleanup_(fd_closep) int fd = beneath_open(AT_FDCWD, name, O_PATH, LIST_RESOLVE, NULL);
    int r = fd < 0 ? fd : meta_of(fd, ret);

    if (r == -ENOENT)
        *ret_status = status_of(STATUS_VANISHED, "");
    else if (r < 0)
        *ret_status = status_errno(-r);
    else if (!S_ISREG(ret->mode))
        *ret_status = meta_special(ret->mode);
    else if (mount_pseudo(fd))
        *ret_status = status_of(STATUS_OTHER_FILESYSTEM, "pseudo");
    else
        return true;
    return false;
}

static int list_name(List *l) {
    Span name = buf_as_span(&l->name);
    Status status;
    FileMeta m = {0};
    int r = 0;

    if (l->overlong)
        r = l->sink->object(l->sink->of, name, NULL, status_of(STATUS_LIMIT, "path"));
    else if (name.n == 0)
        r = 0;
    else if (memchr(name.at, 0, name.n)) /* in a list of lines */
        r = l->sink->object(l->sink->of, name, NULL, status_errno(EINVAL));
    else if (!look_at(buf_cstr(&l->name), &m, &status))
        r = l->sink->object(l->sink->of, name, m.mode ? &m : NULL, status);
    else if (batch_draft_add(&l->draft, name))
        r = list_flush(l);
    buf_clear(&l->name);
    l->overlong = false;
    return r;
}

static int list_bytes(List *l, Span bytes) {
    while (bytes.n) {
        const uint8_t *end = memchr(bytes.at, l->o->separator, bytes.n);
        size_t n = end ? (size_t)(end - bytes.at) : bytes.n;
        size_t room = PATH_MAX - 1 - l->name.n;
        int r;

        buf_add(&l->name, bytes.at, n < room ? n : room);
        if (buf_error(&l->name) < 0)
            return -ENOMEM;
        l->overlong |= n > room;
        if (!end)
            return 0;
        r = flag_get(l->o->stop) ? -ECANCELED : list_name(l);
        if (r < 0)
            return r;
        bytes = span(end + 1, bytes.n - n - 1);
    }
    return 0;
}

static int list_run(List *l, int fd) {
    uint8_t bytes[16 << 10];
    ssize_t n;
    int r;

    do {
        do
            n = read(fd, bytes, sizeof(bytes));
        while (n < 0 && errno == EINTR && !flag_get(l->o->stop));
        if (n < 0)
            return errno == EINTR ? -ECANCELED : -errno;
        r = list_bytes(l, span(bytes, (size_t)n));
        if (r < 0)
            return r;
    } while (n > 0);
    r = list_name(l);
    return r < 0 ? r : list_flush(l);
}

int list_read(int fd, const ListOptions *o, const Sink *sink, Error *reterr) {
    _cleanup_(list_done) List l = {.o = o, .sink = sink};
    int r = directory_new(AT_FDCWD, span(NULL, 0), &l.dir);

    if (r == 0) {
        l.dir->root = o->root;
        l.dir->resolve = LIST_RESOLVE;
        r = list_run(&l, fd);
    }
    return r < 0 ? error_errno(reterr, r, "cannot read the list of files") : 0;
}
