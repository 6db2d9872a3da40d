/* Beneath: see beneath.h. Stateless; any thread. */
#include "source/beneath.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

static int open_once(int dir, const char *name, int flags, uint64_t resolve) {
    struct open_how how = {.flags = (uint64_t)flags, .resolve = resolve};
    int fd;

    do
        fd = (int)syscall(SYS_openat2, dir, name, &how, sizeof(how));
    while (fd < 0 && errno == EINTR);
    if (fd >= 0)
        return fd;
    if (errno != ENOSYS)
        return -errno;
    do
        fd = openat(dir, name, flags);
    while (fd < 0 && errno == EINTR);
    return fd >= 0 ? fd : -errno;
}

int beneath_open(int dir, const char *name, int flags, uint64_t resolve, bool *ret_atime_kept) {
    bool kept = true;
    int fd;

    flags |= O_CLOEXEC | O_NOFOLLOW;
    if (flags & O_PATH) {
        fd = open_once(dir, name, flags, resolve);
    } else {
        flags |= O_NOCTTY | O_NONBLOCK;
        fd = open_once(dir, name, flags | O_NOATIME, resolve);
        if (fd == -EPERM) { /* not ours: O_NOATIME needs the owner or CAP_FOWNER */
            kept = false;
            fd = open_once(dir, name, flags, resolve);
        }
    }
    if (fd >= 0 && ret_atime_kept)
        *ret_atime_kept = kept;
    return fd;
}

static int64_t time_ns(struct statx_timestamp t) {
    int64_t ns;

    if (__builtin_mul_overflow(t.tv_sec, INT64_C(1000000000), &ns) ||
        __builtin_add_overflow(ns, t.tv_nsec, &ns))
        return t.tv_sec < 0 ? INT64_MIN + 1 : INT64_MAX;
    return ns;
}

static int meta_statx(int dir, const char *name, int flags, FileMeta *ret) {
    unsigned mask = STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID;
    struct statx s;

    if (statx(dir, name, flags | AT_NO_AUTOMOUNT | AT_SYMLINK_NOFOLLOW, mask, &s) < 0)
        return -errno;
    *ret = (FileMeta){
        .dev = makedev(s.stx_dev_major, s.stx_dev_minor),
        .ino = s.stx_ino,
        .size = s.stx_size,
        .blocks = s.stx_blocks,
        .mount = s.stx_mask & STATX_MNT_ID ? s.stx_mnt_id : 0,
        .mtime = time_ns(s.stx_mtime),
        .ctime = time_ns(s.stx_ctime),
        .btime = s.stx_mask & STATX_BTIME ? time_ns(s.stx_btime) : INT64_MIN,
        .mode = s.stx_mode,
        .uid = s.stx_uid,
        .gid = s.stx_gid,
        .nlink = s.stx_nlink,
    };
    return 0;
}

int meta_of(int fd, FileMeta *ret) {
    return meta_statx(fd, "", AT_EMPTY_PATH, ret);
}

int meta_at(int dir, const char *name, FileMeta *ret) {
    return meta_statx(dir, name, 0, ret);
}

int meta_cached(int dir, const char *name, FileMeta *ret) {
    return meta_statx(dir, name, AT_STATX_DONT_SYNC, ret);
}

Status meta_special(uint32_t mode) {
    switch (mode & S_IFMT) {
    case S_IFLNK:
        return status_of(STATUS_LINK, "");
    case S_IFIFO:
        return status_of(STATUS_SPECIAL, "fifo");
    case S_IFSOCK:
        return status_of(STATUS_SPECIAL, "socket");
    case S_IFBLK:
        return status_of(STATUS_SPECIAL, "block");
    case S_IFCHR:
        return status_of(STATUS_SPECIAL, "char");
    case S_IFDIR:
        return status_of(STATUS_SPECIAL, "directory");
    default:
        return status_of(STATUS_SPECIAL, "unknown");
    }
}

bool meta_crosses(const FileMeta *a, const FileMeta *b) {
    if (a->mount && b->mount)
        return a->mount != b->mount;
    return a->dev != b->dev;
}
