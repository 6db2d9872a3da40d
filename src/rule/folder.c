/* Folder: see folder.h. Directories are opened beneath their parent's descriptor, never a link, so
 * that depth on disk is depth here. */
#include "rule/folder.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "rule/yaml.h"

typedef struct Found Found;

struct Found {
    const char *path;
    Found *before;
};

typedef struct Walk {
    Arena *arena;
    Error *reterr;
    Found *last;
    size_t n, n_entries;
} Walk;

static int folder_complain(Error *reterr, int code, const char *path) {
    return error_errno(reterr, code, "cannot read rules in '%s'", quote(span_of(path)).text);
}

static const char *path_join(Arena *a, const char *directory, const char *name) {
    size_t n = strlen(directory);
    _cleanup_(buf_done) Buf b = {0};

    buf_text(&b, directory);
    if (n == 0 || directory[n - 1] != '/')
        buf_byte(&b, '/');
    buf_text(&b, name);
    return buf_error(&b) < 0 ? NULL : arena_text(a, buf_as_span(&b));
}

static bool is_rule_name(const char *name) {
    size_t n = strlen(name);

    return (n > 5 && strcmp(name + n - 5, ".yaml") == 0) ||
           (n > 4 && strcmp(name + n - 4, ".yml") == 0);
}

static int walk_add(Walk *w, const char *path) {
    Found *f;

    if (w->n == FOLDER_FILES_MAX)
        return error_set(w->reterr, -E2BIG, "too many rule files at '%s', expected at most %d",
                         quote(span_of(path)).text, FOLDER_FILES_MAX);
    f = arena_new(w->arena, Found);
    if (!f)
        return -ENOMEM;
    *f = (Found){.path = path, .before = w->last};
    w->last = f;
    w->n++;
    return 0;
}

static int walk_directory(Walk *w, int parent, const char *name, const char *path, unsigned depth);

static int walk_entry(Walk *w, int directory, const char *name, const char *within,
                      unsigned depth) {
    struct stat st;
    const char *path;

    if (name[0] == '.')
        return 0;
    if (++w->n_entries > FOLDER_ENTRIES_MAX)
        return error_set(w->reterr, -E2BIG, "too many files in '%s', expected a directory of rules",
                         quote(span_of(within)).text);
    path = path_join(w->arena, within, name);
    if (!path)
        return -ENOMEM;
    if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return folder_complain(w->reterr, -errno, path);
    if (S_ISDIR(st.st_mode))
        return walk_directory(w, directory, name, path, depth + 1);
    return is_rule_name(name) ? walk_add(w, path) : 0;
}

/* Recursion is bounded by FOLDER_DEPTH_MAX. */
static int walk_directory(Walk *w, int parent, const char *name, const char *path, unsigned depth) {
    int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (depth ? O_NOFOLLOW : 0);
    _cleanup_(closedirp) DIR *d = NULL;
    _cleanup_(fd_closep) int fd = -1;
    struct dirent *e;
    int rc;

    if (depth > FOLDER_DEPTH_MAX)
        return error_set(w->reterr, -ELOOP, "too deep at '%s', expected at most %d directories",
                         quote(span_of(path)).text, FOLDER_DEPTH_MAX);
    fd = openat(parent, name, flags);
    if (fd < 0)
        return folder_complain(w->reterr, -errno, path);
    d = fdopendir(fd);
    if (!d)
        return folder_complain(w->reterr, -errno, path);
    fd = -1; /* the stream's now */
    while ((errno = 0, e = readdir(d))) {
        rc = walk_entry(w, dirfd(d), e->d_name, path, depth);
        if (rc < 0)
            return rc;
    }
    return errno ? folder_complain(w->reterr, -errno, path) : 0;
}

static int path_cmp(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int folder_list(const char *directory, Arena *arena, Error *reterr, const char *const **ret,
                size_t *ret_n) {
    Walk w = {.arena = arena, .reterr = reterr};
    const char **paths;
    size_t i = 0;
    int rc = walk_directory(&w, AT_FDCWD, directory, directory, 0);

    if (rc < 0)
        return rc;
    paths = arena_array(arena, w.n, sizeof(*paths));
    if (!paths)
        return -ENOMEM;
    for (const Found *f = w.last; f; f = f->before)
        paths[i++] = f->path;
    if (w.n)
        qsort(paths, w.n, sizeof(*paths), path_cmp);
    *ret = paths;
    *ret_n = w.n;
    return 0;
}

/* A file that grows meanwhile is read as long as it was. */
static int file_fill(int fd, uint8_t *at, size_t n, size_t *ret) {
    size_t done = 0;

    while (done < n) {
        ssize_t got = read(fd, at + done, n - done);

        if (got < 0 && errno != EINTR)
            return -errno;
        if (got == 0)
            break;
        if (got > 0)
            done += (size_t)got;
    }
    *ret = done;
    return 0;
}

int folder_read(const char *path, size_t max, Arena *arena, Error *reterr, Span *ret) {
    _cleanup_(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;
    uint8_t *at;
    size_t n;
    int rc;

    if (fd < 0 || fstat(fd, &st) < 0)
        return folder_complain(reterr, -errno, path);
    if (!S_ISREG(st.st_mode))
        return error_set(reterr, -EINVAL, "cannot read rules in '%s': expected a regular file",
                         quote(span_of(path)).text);
    n = (uint64_t)st.st_size > max ? max + 1 : (size_t)st.st_size;
    at = arena_alloc(arena, n);
    if (!at)
        return -ENOMEM;
    rc = file_fill(fd, at, n, &n);
    if (rc < 0)
        return folder_complain(reterr, rc, path);
    *ret = span(at, n);
    return 0;
}
