/* ACL: see acl.h. */
#include "source/acl.h"

#include <sys/xattr.h>

#define NAME "system.posix_acl_access"

enum { FIRST = 512, MOST = 65536 }; /* bytes: 63 entries, and what an attribute may have */

static ssize_t get(int fd, const char *path, void *at, size_t n) {
    return path ? getxattr(path, NAME, at, n) : fgetxattr(fd, NAME, at, n);
}

static int acl_get(int fd, const char *path, Buf *to) {
    uint8_t first[FIRST];
    ssize_t n = get(fd, path, first, sizeof(first));
    void *at;

    buf_clear(to);
    if (n >= 0) {
        buf_add(to, first, (size_t)n);
        return buf_error(to);
    }
    if (errno != ERANGE)
        return 0;
    at = buf_extend(to, MOST);
    if (!at)
        return -ENOMEM;
    n = get(fd, path, at, MOST);
    to->n = n < 0 ? 0 : (size_t)n;
    return 0;
}

int acl_of(int fd, Buf *to) {
    return acl_get(fd, NULL, to);
}

int acl_at(const char *path, Buf *to) {
    return acl_get(-1, path, to);
}
