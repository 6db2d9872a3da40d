/*
 * File: see file.h. Names are resolved once, to a directory descriptor and a last component, so
 * that what is checked, written and renamed is in one directory whatever happens to the path.
 */
#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>

#define BESIDE_TRIES 100

int file_write(int fd, Span bytes) {
    while (bytes.n) {
        ssize_t n = write(fd, bytes.at, bytes.n);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        bytes = span(bytes.at + n, bytes.n - (size_t)n);
    }
    return 0;
}

static int read_rest(int fd, size_t max, Buf *to) {
    size_t before = to->n;

    for (;;) {
        uint8_t block[4096];
        ssize_t n = read(fd, block, sizeof(block));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            return buf_error(to);
        if ((size_t)n > max - (to->n - before))
            return -EFBIG;
        buf_add(to, block, (size_t)n);
        explicit_bzero(block, (size_t)n);
        if (buf_error(to) < 0)
            return -ENOMEM;
    }
}

int file_read(const char *path, size_t max, Error *reterr, Buf *ret) {
    _cleanup_(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    size_t before = ret->n;
    struct stat st;
    int r;

    if (fd < 0 || fstat(fd, &st) < 0)
        return error_errno(reterr, -errno, "cannot read '%s'", path);
    if (!S_ISREG(st.st_mode))
        return error_set(reterr, -EINVAL, "cannot read '%s': it is not a regular file", path);
    r = read_rest(fd, max, ret);
    if (r == 0)
        return 0;
    ret->n = before;
    if (r == -EFBIG)
        return error_set(reterr, r, "cannot read '%s': it has more than %zu bytes", path, max);
    return error_errno(reterr, r, "cannot read '%s'", path);
}

/* Splits into directory and last component, which must be a name and not "." or "..". */
static int path_split(const char *path, char **ret_directory, const char **ret_name) {
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    char *directory;

    if (!name[0] || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return -EISDIR;
    if (!slash)
        directory = strdup(".");
    else
        directory = strndup(path, slash == path ? 1 : (size_t)(slash - path));
    if (!directory)
        return -ENOMEM;
    *ret_directory = directory;
    *ret_name = name;
    return 0;
}

/* Opens a new file beside name; process id and a number make its name, O_EXCL makes it ours. */
static int beside_open(FileDraft *d, mode_t mode) {
    for (unsigned i = 0; i < BESIDE_TRIES; i++) {
        free(d->beside);
        if (asprintf(&d->beside, ".%s.%d-%u.new", d->name, (int)getpid(), i) < 0) {
            d->beside = NULL;
            return -ENOMEM;
        }
        d->fd = openat(d->directory, d->beside, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                       0600);
        if (d->fd >= 0)
            return fchmod(d->fd, mode) < 0 ? -errno : 0;
        if (errno != EEXIST)
            break;
    }
    free(d->beside);
    d->beside = NULL;
    return -errno;
}

static int draft_open(const char *path, mode_t mode, FileDraft *d) {
    _cleanup_(free_p) char *directory = NULL;
    const char *name;
    int r;

    r = path_split(path, &directory, &name);
    if (r < 0)
        return r;
    d->path = strdup(path);
    d->name = strdup(name);
    if (!d->path || !d->name)
        return -ENOMEM;
    d->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (d->directory < 0)
        return -errno;
    return beside_open(d, mode);
}

int file_draft_open(const char *path, mode_t mode, Error *reterr, FileDraft *ret) {
    FileDraft d = FILE_DRAFT_NONE;
    int r = draft_open(path, mode, &d);

    if (r < 0) {
        file_draft_done(&d);
        return error_errno(reterr, r, "cannot write '%s'", path);
    }
    *ret = d;
    return 0;
}

char *file_draft_path(const FileDraft *d) {
    size_t n = strlen(d->path) - strlen(d->name);
    char *path;

    if (asprintf(&path, "%.*s%s", (int)n, d->path, d->beside) < 0)
        return NULL;
    return path;
}

void file_draft_done(FileDraft *d) {
    if (d->beside)
        unlinkat(d->directory, d->beside, 0);
    d->fd = fd_close(d->fd);
    d->directory = fd_close(d->directory);
    free(d->path);
    free(d->name);
    free(d->beside);
    *d = FILE_DRAFT_NONE;
}

/* A file system without RENAME_NOREPLACE has links: linkat() refuses a taken name as well. */
static int rename_new(int directory, const char *from, const char *to) {
    if (renameat2(directory, from, directory, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -errno;
    if (linkat(directory, from, directory, to, 0) < 0)
        return -errno;
    unlinkat(directory, from, 0);
    return 0;
}

static int draft_commit(FileDraft *d, bool replace) {
    int r;

    if (!d->unsynced && fsync(d->fd) < 0)
        return -errno;
    if (replace)
        r = renameat(d->directory, d->beside, d->directory, d->name) < 0 ? -errno : 0;
    else
        r = rename_new(d->directory, d->beside, d->name);
    if (r < 0)
        return r;
    free(d->beside);
    d->beside = NULL;
    return !d->unsynced && fsync(d->directory) < 0 ? -errno : 0;
}

static int draft_end(FileDraft *d, bool replace, Error *reterr) {
    int r = draft_commit(d, replace);

    if (r < 0)
        error_errno(reterr, r, "cannot write '%s'", d->path);
    file_draft_done(d);
    return r;
}

int file_draft_commit(FileDraft *d, Error *reterr) {
    return draft_end(d, true, reterr);
}

int file_draft_commit_new(FileDraft *d, Error *reterr) {
    return draft_end(d, false, reterr);
}

static int replace(const char *path, Span bytes, mode_t mode, bool unsynced, Error *reterr) {
    _cleanup_(file_draft_done) FileDraft d = FILE_DRAFT_NONE;
    int r;

    r = file_draft_open(path, mode, reterr, &d);
    if (r < 0)
        return r;
    d.unsynced = unsynced;
    r = file_write(d.fd, bytes);
    if (r < 0)
        return error_errno(reterr, r, "cannot write '%s'", path);
    return file_draft_commit(&d, reterr);
}

int file_replace(const char *path, Span bytes, mode_t mode, Error *reterr) {
    return replace(path, bytes, mode, false, reterr);
}

int file_replace_unsynced(const char *path, Span bytes, mode_t mode, Error *reterr) {
    return replace(path, bytes, mode, true, reterr);
}

static int directory_refused(int error, const char *path, Error *reterr) {
    struct stat st;

    if (error == -ENOTDIR && lstat(path, &st) == 0 && S_ISLNK(st.st_mode))
        return error_set(reterr, -ELOOP, "'%s' is a symbolic link; name the directory itself",
                         path);
    return error_errno(reterr, error, "cannot use the directory '%s'", path);
}

int directory_check_private(const char *path, Error *reterr) {
    _cleanup_(fd_closep) int fd = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0)
        return directory_refused(-errno, path, reterr);
    if (st.st_uid != geteuid() && st.st_uid != 0)
        return error_set(reterr, -EPERM,
                         "the directory '%s' belongs to user %u; use one of your own", path,
                         st.st_uid);
    if (st.st_mode & (S_IWGRP | S_IWOTH))
        return error_set(reterr, -EPERM,
                         "others can write to the directory '%s'; chmod go-w it, or use another",
                         path);
    return 0;
}

int file_check_private(int fd, const char *path, mode_t allowed, Error *reterr) {
    struct stat st;

    if (fstat(fd, &st) < 0)
        return error_errno(reterr, -errno, "cannot look at '%s'", path);
    if (!S_ISREG(st.st_mode))
        return error_set(reterr, -EINVAL, "'%s' is not a regular file", path);
    if (st.st_uid != geteuid())
        return error_set(reterr, -EPERM, "'%s' belongs to user %u; run as its owner, or chown it",
                         path, st.st_uid);
    if (st.st_mode & 07777 & ~allowed)
        return error_set(reterr, -EPERM, "'%s' has mode %04o; chmod %04o it", path,
                         st.st_mode & 07777, allowed);
    return 0;
}

/* mkdir -p, each missing level 0700. */
static int directories_make(char *path) {
    for (char *slash = path + 1;; slash++) {
        bool last;

        slash += strcspn(slash, "/");
        last = !*slash;
        *slash = 0;
        if (mkdir(path, 0700) < 0 && errno != EEXIST)
            return -errno;
        if (last)
            return 0;
        *slash = '/';
    }
}

int directory_make_private(const char *path, Error *reterr) {
    _cleanup_(free_p) char *copy = strdup(path);
    int r;

    if (!copy)
        return -ENOMEM;
    if (!copy[0])
        return error_set(reterr, -EINVAL, "the name of a directory is empty");
    r = directories_make(copy);
    if (r < 0)
        return error_errno(reterr, r, "cannot make the directory '%s'", path);
    return directory_check_private(path, reterr);
}
