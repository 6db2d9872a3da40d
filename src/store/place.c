/* Place: see place.h. */
#include "store/place.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>

#include "base/file.h"

#define MAGIC_FUSE    0x65735546
#define MOUNTINFO_MAX (4u << 20)

/* linux/magic.h and the sources of those that are not in it. */
static const uint32_t remote_magics[] = {
    0x6969,     /* NFS */
    0x517B,     /* SMB */
    0xFF534D42, /* CIFS */
    0xFE534D42, /* SMB2 and later */
    0x5346414F, /* AFS */
    0x6B414653, /* kAFS */
    0x73757245, /* Coda */
    0x00C36400, /* Ceph */
    0x01021997, /* 9P */
    0x0BD00BD0, /* Lustre */
    0x47504653, /* GPFS */
    0x01161970, /* GFS2 */
    0x7461636F, /* OCFS2 */
    0x19830326, /* BeeGFS */
    0xAAD7AAEA, /* PanFS */
    0x564C,     /* NCP */
    0x786F4256, /* VirtualBox shared folders */
    0xBACBACBC, /* VMware shared folders */
};

/* Types of FUSE, after "fuse.", whose bytes are on another machine. */
static const char *const remote_fuses[] = {
    "sshfs",    "glusterfs", "ceph-fuse", "ceph",      "s3fs",    "rclone",   "davfs",
    "davfs2",   "moosefs",   "mfs",       "lizardfs",  "juicefs", "gcsfuse",  "goofys",
    "mount-s3", "blobfuse",  "blobfuse2", "curlftpfs", "afpfs",   "smbnetfs", "gvfsd-fuse",
    "nfs",      "seaweedfs", "hdfs",      "fuse_dfs",  "cvmfs2",
};

bool place_is_remote(uint64_t magic, Span type) {
    Span prefix = span_of("fuse.");

    for (size_t i = 0; i < N_ELEMENTS(remote_magics); i++) {
        if ((uint32_t)magic == remote_magics[i])
            return true;
    }
    if ((uint32_t)magic != MAGIC_FUSE || !span_starts(type, prefix))
        return false;
    type = span(type.at + prefix.n, type.n - prefix.n);
    for (size_t i = 0; i < N_ELEMENTS(remote_fuses); i++) {
        if (span_is(type, remote_fuses[i]))
            return true;
    }
    return false;
}

/* The next word of a line, which moves behind it. */
static Span word_next(Span *line) {
    const uint8_t *space = line->n ? memchr(line->at, ' ', line->n) : NULL;
    size_t n = space ? (size_t)(space - line->at) : line->n;
    Span word = span(line->at, n);

    n += space ? 1 : 0;
    *line = span(line->at + n, line->n - n);
    return word;
}

/* proc(5): id, parent, major:minor, root, mount point, options, optional fields, "-", type, ... */
static Span line_type(Span line, const char *device) {
    word_next(&line);
    word_next(&line);
    if (!span_is(word_next(&line), device))
        return (Span){0};
    while (line.n) {
        if (span_is(word_next(&line), "-"))
            return word_next(&line);
    }
    return (Span){0};
}

Span place_type(Span mountinfo, unsigned major, unsigned minor) {
    char device[32];

    snprintf(device, sizeof(device), "%u:%u", major, minor);
    while (mountinfo.n) {
        const uint8_t *end = memchr(mountinfo.at, '\n', mountinfo.n);
        size_t n = end ? (size_t)(end - mountinfo.at) : mountinfo.n;
        Span type = line_type(span(mountinfo.at, n), device);

        if (type.n)
            return type;
        n += end ? 1 : 0;
        mountinfo = span(mountinfo.at + n, mountinfo.n - n);
    }
    return (Span){0};
}

static int remote_check(const char *directory, Error *reterr) {
    _cleanup_(fd_closep) int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    _cleanup_(buf_done) Buf mounts = {0};
    struct statfs fs;
    struct stat st;
    Span type = {0};

    if (fd < 0 || fstatfs(fd, &fs) < 0 || fstat(fd, &st) < 0)
        return error_errno(reterr, -errno, "cannot use the directory '%s'", directory);
    if ((uint32_t)fs.f_type == MAGIC_FUSE &&
        file_read("/proc/self/mountinfo", MOUNTINFO_MAX, NULL, &mounts) == 0)
        type = place_type(buf_as_span(&mounts), major(st.st_dev), minor(st.st_dev));
    if (!place_is_remote((uint64_t)fs.f_type, type))
        return 0;
    return error_set(reterr, -EREMOTE,
                     "the store cannot stand in '%s': it is on a network file system; name a local "
                     "place with --store FILE",
                     directory);
}

int place_check(const char *directory, bool make, Error *reterr) {
    int r;

    if (make)
        r = directory_make_private(directory, reterr);
    else
        r = directory_check_private(directory, reterr);
    if (r < 0)
        return r;
    return remote_check(directory, reterr);
}
