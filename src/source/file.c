/*
 * File: see file.h.
 *
 * The type of a name was known when it was listed, so it is opened directly, without a first look
 * by O_PATH: O_NONBLOCK keeps a FIFO put in its place meanwhile from holding us up. (A device put
 * there in between is opened and closed again unread; to make one needs the privilege of root.)
 */
#include "source/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

#include "source/beneath.h"
#include "source/mount.h"

/* File systems where a file may have a size and its bytes elsewhere, to be fetched on reading. */
#define MAGIC_CIFS   0xFF534D42u
#define MAGIC_SMB2   0xFE534D42u
#define MAGIC_GPFS   0x47504653u
#define MAGIC_LUSTRE 0x0BD00BD0u

#ifndef SYS_cachestat
#define SYS_cachestat 451 /* the same on every architecture but alpha */
#endif

enum { CACHE_PROBES = 8 };

/* Below that a file system may keep the bytes beside the inode, with no block to show for it. */
#define INLINE_MAX (64u << 10)

/* [MS-FSCC] 2.6: OFFLINE, RECALL_ON_OPEN, RECALL_ON_DATA_ACCESS. */
#define DOS_ATTRIBUTES_OFFLINE (0x1000u | 0x40000u | 0x400000u)

static bool cifs_is_offline(int fd) {
    uint32_t attributes;
    ssize_t n = fgetxattr(fd, "user.cifs.dosattrib", &attributes, sizeof(attributes));

    return n == (ssize_t)sizeof(attributes) && attributes & DOS_ATTRIBUTES_OFFLINE;
}

/*
 * Blocks 0 alone says nothing: a file that is one hole has none either, and reads as zeros. Only
 * where the file system is one that migrates files is it believed, or where the server tells.
 */
static bool is_offline(int fd, const FileMeta *m) {
    struct statfs s;

    if (m->size == 0 || m->blocks >= (m->size - 1) / 512 + 1 || fstatfs(fd, &s) < 0)
        return false;
    switch ((uint64_t)s.f_type & UINT32_MAX) {
    case MAGIC_CIFS:
    case MAGIC_SMB2:
        return cifs_is_offline(fd);
    case MAGIC_GPFS:
    case MAGIC_LUSTRE:
        return m->blocks == 0 && m->size > INLINE_MAX;
    default:
        return false;
    }
}

static Status refusal(const Directory *d, const char *name, int r) {
    FileMeta m;

    switch (r) {
    case -ENOENT:
        return status_of(STATUS_VANISHED, "");
    case -ELOOP:
        return status_of(STATUS_LINK, "");
    case -EXDEV:
        return mount_status(meta_cached(d->fd, name, &m) < 0 ? 0 : m.mount);
    case -ENXIO: /* a socket, or a device without a driver */
    case -ENODEV:
        if (meta_at(d->fd, name, &m) == 0 && !S_ISREG(m.mode))
            return meta_special(m.mode);
        return status_errno(-r);
    default:
        return status_errno(-r);
    }
}

/* Whether what was opened may be read; else its status. */
static bool may_read(const Directory *d, int fd, const FileMeta *m, Status *ret) {
    FileMeta above = {.dev = d->dev, .mount = d->mount};

    if (!S_ISREG(m->mode)) {
        *ret = meta_special(m->mode);
        return false;
    }
    if (d->mount && meta_crosses(&above, m) && (d->resolve & RESOLVE_NO_XDEV || mount_pseudo(fd))) {
        *ret = mount_status(m->mount);
        return false;
    }
    if (is_offline(fd, m)) {
        *ret = status_of(STATUS_OFFLINE, "");
        return false;
    }
    return true;
}

int file_open(const Batch *b, size_t i, Unit *ret, Status *ret_status) {
    const char *name = b->names + b->at[i];
    _cleanup_(fd_closep) int fd = -1;
    Status status;
    bool kept;
    FileMeta m;
    int r;

    fd = beneath_open(b->dir->fd, name, O_RDONLY, b->dir->resolve, &kept);
    if (fd == -EMFILE || fd == -ENFILE || fd == -ENOMEM)
        return fd;
    r = fd < 0 ? fd : meta_of(fd, &m);
    if (r < 0) {
        *ret_status = refusal(b->dir, name, r);
        return FILE_E_REFUSED;
    }
    if (!may_read(b->dir, fd, &m, &status)) {
        *ret_status = status;
        return FILE_E_REFUSED;
    }
    *ret = (Unit){.root = b->dir->root, .meta = m, .fd = fd_take(&fd), .atime_kept = kept};
    return 0;
}

int file_open_beside(const Batch *b, size_t i, const char *name, int *ret_fd, uint64_t *ret_size) {
    _cleanup_(fd_closep) int fd = -1;
    _cleanup_(buf_done) Buf path = {0};
    Span file = batch_name(b, i);
    const uint8_t *slash = file.n ? memrchr(file.at, '/', file.n) : NULL;
    FileMeta m;
    Status status;

    if (b->dir->fd == AT_FDCWD || b->dir->file_root)
        return FILE_E_REFUSED;
    buf_add(&path, file.at, slash ? (size_t)(slash + 1 - file.at) : 0);
    buf_text(&path, name);
    if (buf_error(&path))
        return -ENOMEM;
    fd = beneath_open(b->dir->fd, buf_cstr(&path), O_RDONLY, b->dir->resolve, NULL);
    if (fd < 0 || meta_of(fd, &m) < 0 || !may_read(b->dir, fd, &m, &status))
        return FILE_E_REFUSED;
    *ret_fd = fd_take(&fd);
    *ret_size = m.size;
    return 0;
}

int file_read_at(int fd, uint64_t offset, void *at, size_t n, size_t *ret_n) {
    bool again = true;
    size_t done = 0;

    while (done < n) {
        ssize_t got = pread(fd, (uint8_t *)at + done, n - done, (off_t)(offset + done));

        if (got == 0)
            break;
        if (got > 0) {
            done += (size_t)got;
        } else if (errno == EINTR) {
            continue;
        } else if ((errno == EIO || errno == ESTALE) && again) {
            again = false;
        } else if (done) {
            break;
        } else {
            return -errno;
        }
    }
    *ret_n = done;
    return 0;
}

int file_next_data(int fd, uint64_t from, uint64_t size, uint64_t *ret_start, uint64_t *ret_end) {
    uint64_t start = from, end = size;
    off_t at;

    if (from < size) {
        at = lseek(fd, (off_t)from, SEEK_DATA);
        if (at < 0 && errno == ENXIO)
            start = size;
        else if (at < 0 && errno != EINVAL && errno != EOPNOTSUPP)
            return -errno;
        else if (at >= 0)
            start = (uint64_t)at;
        at = at < 0 || start >= size ? -1 : lseek(fd, (off_t)start, SEEK_HOLE);
        if (at > (off_t)start && (uint64_t)at < size)
            end = (uint64_t)at;
    }
    *ret_start = start < size ? start : size;
    *ret_end = end;
    return 0;
}

/* cachestat(2), of Linux 6.5; its structures as the kernel's interface has them. */
typedef struct CacheRange {
    uint64_t offset, length;
} CacheRange;

typedef struct CacheState {
    uint64_t cached, dirty, writeback, evicted, evicted_recently;
} CacheState;

/* Without cachestat(2): a byte here and there. True if it is there, or if that cannot be told. */
static bool is_resident(int fd, uint64_t offset) {
    uint8_t byte;
    struct iovec probe = {.iov_base = &byte, .iov_len = 1};

    return preadv2(fd, &probe, 1, (off_t)offset, RWF_NOWAIT) >= 0 || errno != EAGAIN;
}

bool file_uncached(int fd, uint64_t size) {
    const CacheRange all = {.length = size};
    CacheState state = {0};

    if (size == 0)
        return false;
    if (syscall(SYS_cachestat, fd, &all, &state, 0) == 0)
        return state.cached == 0;
    for (uint64_t i = 0; i < CACHE_PROBES; i++) {
        if (is_resident(fd, size / CACHE_PROBES * i))
            return false;
    }
    return !is_resident(fd, size - 1);
}

void file_drop(int fd, uint64_t offset, uint64_t n) {
    posix_fadvise(fd, (off_t)offset, (off_t)n, POSIX_FADV_DONTNEED);
}

int file_changed(const FileMeta *before, int fd) {
    FileMeta now;
    int r = meta_of(fd, &now);

    if (r < 0)
        return r;
    return now.size != before->size || now.mtime != before->mtime || now.ctime != before->ctime;
}
