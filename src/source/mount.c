/*
 * Mount: see mount.h. Lines of mountinfo, as proc(5) says:
 *
 *     36 35 98:0 /sub /mnt rw,noatime master:1 - ext3 /dev/root rw,errors=continue
 *     id parent dev root point options [fields]* - type source super-options
 */
#include "source/mount.h"

#include <stdio.h>
#include <sys/vfs.h>

static const struct {
    uint64_t magic; /* from linux/magic.h and the sources named */
    const char *type;
} pseudo[] = {
    {0x9FA0, "proc"},
    {0x62656572, "sysfs"},
    {0x1CD1, "devpts"},
    {0x27E0EB, "cgroup"},
    {0x63677270, "cgroup2"},
    {0x64626720, "debugfs"},
    {0x74726163, "tracefs"},
    {0x73636673, "securityfs"},
    {0x62656570, "configfs"},
    {0xCAFE4A11, "bpf"},
    {0x6165676C, "pstore"},
    {0xDE5E81E4, "efivarfs"},
    {0x65735543, "fusectl"}, /* fs/fuse/control.c */
    {0x19800202, "mqueue"},  /* ipc/mqueue.c */
    {0x958458F6, "hugetlbfs"},
    {0x0187, "autofs"},
    {0x42494E4D, "binfmt_misc"},
    {0x6E736673, "nsfs"},
    {0xF97CFF8C, "selinuxfs"},
    {0x67596969, "rpc_pipefs"}, /* net/sunrpc/rpc_pipe.c */
    {0x6E667364, "nfsd"},       /* fs/nfsd/nfsctl.c */
    {0x43415D53, "smackfs"},
    {0xABBA1974, "xenfs"},
};

bool mount_pseudo_magic(uint64_t magic) {
    for (size_t i = 0; i < N_ELEMENTS(pseudo); i++) {
        if (pseudo[i].magic == magic)
            return true;
    }
    return false;
}

/* devtmpfs has the magic of tmpfs, so only the table can tell them apart. */
bool mount_pseudo_type(const char *type) {
    if (strcmp(type, "devtmpfs") == 0)
        return true;
    for (size_t i = 0; i < N_ELEMENTS(pseudo); i++) {
        if (strcmp(pseudo[i].type, type) == 0)
            return true;
    }
    return false;
}

bool mount_remote_type(const char *type) {
    static const char *const remote[] = {"nfs",       "nfs4",  "cifs", "smb3",   "smbfs",
                                         "ceph",      "afs",   "9p",   "lustre", "gpfs",
                                         "glusterfs", "ncpfs", "coda", "ocfs2",  "gfs2"};

    if (strncmp(type, "fuse", 4) == 0)
        return strcmp(type, "fusectl") != 0;
    for (size_t i = 0; i < N_ELEMENTS(remote); i++) {
        if (strcmp(remote[i], type) == 0)
            return true;
    }
    return false;
}

bool mount_pseudo(int fd) {
    struct statfs s;

    return fstatfs(fd, &s) == 0 && mount_pseudo_magic((uint64_t)s.f_type & UINT32_MAX);
}

void mount_done(Mount *m) {
    free(m->source);
    free(m->options);
    free(m->super_options);
    *m = (Mount){0};
}

/* The next word of a line, cut off in place; NULL at the end. */
static char *next_word(char **line) {
    char *word = strsep(line, " \n");

    return word && *word ? word : NULL;
}

/* Undoes the kernel's \ooo for space, tab, newline, backslash and '#', in place. */
static void unescape(char *s) {
    char *to = s;

    for (; *s; s++) {
        if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' &&
            s[3] >= '0' && s[3] <= '7') {
            *to++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0'));
            s += 3;
        } else {
            *to++ = *s;
        }
    }
    *to = 0;
}

static int mount_fill(const char *options, char *rest, Mount *ret) {
    _cleanup_(mount_done) Mount m = {0};
    const char *type, *super;
    char *source, *word;

    do
        word = next_word(&rest);
    while (word && strcmp(word, "-") != 0);
    type = next_word(&rest);
    source = next_word(&rest);
    super = next_word(&rest);
    if (!type)
        return -ENOENT;
    if (source)
        unescape(source);
    snprintf(m.type, sizeof(m.type), "%s", type);
    m.source = strdup(source ? source : "");
    m.options = strdup(options);
    m.super_options = strdup(super ? super : "");
    if (!m.source || !m.options || !m.super_options)
        return -ENOMEM;
    *ret = m;
    m = (Mount){0};
    return 0;
}

int mount_find(uint64_t id, Mount *ret) {
    _cleanup_(fclosep) FILE *f = fopen("/proc/self/mountinfo", "re");
    _cleanup_(free_p) char *line = NULL;
    size_t cap = 0;

    while (f && getline(&line, &cap, f) > 0) {
        char *rest = line, *word = next_word(&rest), *end;

        if (!word || strtoull(word, &end, 10) != id || *end)
            continue;
        for (int skip = 0; skip < 5 && word; skip++)
            word = next_word(&rest);
        return word ? mount_fill(word, rest, ret) : -ENOENT;
    }
    return -ENOENT;
}

Status mount_status(uint64_t id) {
    _cleanup_(mount_done) Mount m = {0};

    if (mount_find(id, &m) < 0)
        return status_of(STATUS_OTHER_FILESYSTEM, "");
    if (mount_pseudo_type(m.type))
        return status_of(STATUS_OTHER_FILESYSTEM, "pseudo");
    for (char *c = m.type; *c; c++) {
        if (*c == '.') /* fuse.sshfs: a reason has no dots */
            *c = '-';
    }
    return status_of(STATUS_OTHER_FILESYSTEM, m.type);
}
