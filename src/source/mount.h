/*
 * Mount: what the kernel's mount table says of a mount, and which file systems are no storage.
 *
 * The table is read afresh at each question, from /proc/self/mountinfo; asking needs no server to
 * answer.
 */
#pragma once

#include "base/cleanup.h"
#include "model/status.h"

#define MOUNT_TYPE_MAX 32

typedef struct Mount {
    char type[MOUNT_TYPE_MAX];
    char *source;        /* device, server:/export, //server/share; unescaped */
    char *options;       /* of this mount */
    char *super_options; /* of the file system */
} Mount;

void mount_done(Mount *m);

/* -ENOENT if there is no such mount, or no table. */
int mount_find(uint64_t id, Mount *ret);

/* Views of the kernel, which are never entered: proc, sysfs, cgroups and their like. */
bool mount_pseudo_magic(uint64_t magic);
bool mount_pseudo_type(const char *type);

/* The same of an open descriptor (O_PATH will do). False where the file system does not tell. */
bool mount_pseudo(int fd);

/* On a server, not on this machine's disks: nfs, cifs, and whatever is mounted by FUSE. */
bool mount_remote_type(const char *type);

/* other-filesystem with the type of the mount as reason, or `pseudo`, or none. */
Status mount_status(uint64_t id);
