/*
 * ACL: the POSIX access ACL of a file or directory, as the kernel keeps it.
 *
 * The bytes of system.posix_acl_access (linux/posix_acl_xattr.h). Most files have none, and a file
 * system without ACLs has none at all; an ACL that cannot be read is taken for none, as the mode's
 * bits then say the most that anybody has. Stateless; any thread.
 */
#pragma once

#include "base/buf.h"

/* Of an open descriptor (not of O_PATH), or of a path, whose last component is followed. Replaces
 * what is in *to; empty: there is none. 0 or -ENOMEM. */
int acl_of(int fd, Buf *to);
int acl_at(const char *path, Buf *to);
