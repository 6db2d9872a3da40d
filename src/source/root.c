/* Root: see root.h. Nothing is asked of a server that the mount table does not tell. */
#include "source/root.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include "base/buf.h"
#include "source/beneath.h"
#include "source/mount.h"

#define BY_UUID "/dev/disk/by-uuid"

void root_done(Root *r) {
    free(r->path);
    free(r->options);
    free(r->identity);
    *r = (Root){0};
}

/* "uuid:..." of the block device: the name of the link in /dev/disk/by-uuid that leads to it. */
static void identity_uuid(uint64_t dev, Buf *ret) {
    _cleanup_(closedirp) DIR *d = opendir(BY_UUID);
    const struct dirent *e;
    struct stat s;

    while (d && (e = readdir(d))) {
        if (fstatat(dirfd(d), e->d_name, &s, 0) == 0 && S_ISBLK(s.st_mode) && s.st_rdev == dev) {
            buf_printf(ret, "uuid:%s", e->d_name);
            return;
        }
    }
}

/*
 * "fsid:..." where the file system makes it of what is written on it, or at random for this mount:
 * the same number is then the same content. Elsewhere (XFS, FAT ...) it is the device number.
 */
static void identity_fsid(const Root *root, const struct statfs *s, Buf *ret) {
    static const uint64_t lasting[] = {
        0xEF53,     /* ext2, ext3, ext4: of the UUID */
        0x9123683E, /* btrfs: of the UUID and the subvolume */
        0x2FC12FC1, /* zfs: of the data set's GUID */
        0x01021994, /* tmpfs: at random (since 5.12) */
        0x794C7630, /* overlay: that of the upper layer */
    };
    uint32_t id[2];

    memcpy(id, &s->f_fsid, sizeof(id));
    for (size_t i = 0; i < N_ELEMENTS(lasting) && (id[0] || id[1]); i++) {
        if (root->magic == lasting[i]) {
            buf_printf(ret, "fsid:%08x%08x", id[0], id[1]);
            return;
        }
    }
}

static bool is_one_of(const char *type, const char *const *names, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (strcmp(type, names[i]) == 0)
            return true;
    }
    return false;
}

static void identity_print(const Mount *m, uint64_t dev, Buf *ret) {
    static const char *const nfs[] = {"nfs", "nfs4"}, *const cifs[] = {"cifs", "smb3"};
    struct stat device;

    if (is_one_of(m->type, nfs, N_ELEMENTS(nfs)))
        buf_printf(ret, "nfs:%s", m->source);
    else if (is_one_of(m->type, cifs, N_ELEMENTS(cifs)))
        buf_printf(ret, "cifs:%s", m->source);
    else
        identity_uuid(dev, ret);
    /* btrfs and the like have device numbers of their own: ask for that of the source instead. */
    if (ret->n == 0 && m->source[0] == '/' && stat(m->source, &device) == 0 &&
        S_ISBLK(device.st_mode))
        identity_uuid(device.st_rdev, ret);
}

static int root_mount(const FileMeta *m, const struct statfs *s, Root *ret) {
    _cleanup_(mount_done) Mount mount = {0};
    _cleanup_(buf_done) Buf options = {0}, identity = {0};
    int r = mount_find(m->mount, &mount);

    if (r == -ENOMEM)
        return r;
    if (r == 0) {
        snprintf(ret->type, sizeof(ret->type), "%s", mount.type);
        ret->pseudo |= mount_pseudo_type(mount.type);
        buf_printf(&options, "%s;%s", mount.options, mount.super_options);
        identity_print(&mount, m->dev, &identity);
    }
    if (!identity.n)
        identity_fsid(ret, s, &identity);
    ret->options = strdup(buf_cstr(&options));
    ret->identity = strdup(buf_cstr(&identity));
    return buf_error(&options) || buf_error(&identity) || !ret->options || !ret->identity ? -ENOMEM
                                                                                          : 0;
}

/* Asked by opening it: the owner's right or a capability, whatever the file system makes of them.
 */
static bool keeps_atime(const char *path, uint32_t mode) {
    _cleanup_(fd_closep) int fd = -1;
    bool kept = false;

    if (S_ISDIR(mode) || S_ISREG(mode))
        fd = beneath_open(AT_FDCWD, path, O_RDONLY, RESOLVE_NO_SYMLINKS, &kept);
    return kept;
}

static int root_fill(int fd, Root *ret) {
    struct statfs s = {0};
    FileMeta m;
    int r = meta_of(fd, &m);

    if (r < 0)
        return r;
    ret->dev = m.dev;
    ret->ino = m.ino;
    ret->mount = m.mount;
    ret->directory = S_ISDIR(m.mode);
    if (fstatfs(fd, &s) == 0) {
        ret->magic = (uint64_t)s.f_type & UINT32_MAX;
        ret->read_only = s.f_flags & ST_RDONLY;
        ret->noatime = s.f_flags & ST_NOATIME;
        ret->pseudo = mount_pseudo_magic(ret->magic);
    }
    ret->atime_kept = keeps_atime(ret->path, m.mode);
    return root_mount(&m, &s, ret);
}

int root_describe(const char *path, Error *reterr, Root *ret) {
    _cleanup_(root_done) Root root = {0};
    _cleanup_(fd_closep) int fd = -1;
    int r;

    root.path = realpath(path, NULL);
    fd = root.path ? open(root.path, O_PATH | O_CLOEXEC) : -1;
    r = fd < 0 ? -errno : root_fill(fd, &root);
    if (r < 0)
        return error_errno(reterr, r, "cannot look up the root");
    *ret = root;
    root = (Root){0};
    return 0;
}
