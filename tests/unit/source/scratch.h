/*
 * Scratch: a directory of its own for a test, and a Recorder of what a source delivers.
 *
 * Everything is made and removed relative to a descriptor, so depth and odd names do not matter.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "source/file.h"
#include "source/tree.h"

typedef struct Scratch {
    char path[64];
    int fd;
} Scratch;

static inline void scratch_init_in(Scratch *s, const char *directory) {
    *s = (Scratch){.fd = -1};
    snprintf(s->path, sizeof(s->path), "%s/terrier-test-XXXXXX", directory);
    assert_non_null(mkdtemp(s->path));
    s->fd = open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(s->fd >= 0);
}

static inline void scratch_init(Scratch *s) {
    scratch_init_in(s, "/tmp");
}

/* Unlinks what is in `from`; directories that are not empty move up into the scratch itself. */
static inline size_t scratch_flatten(Scratch *s, int from, unsigned *number) {
    DIR *d = fdopendir(from);
    const struct dirent *e;
    size_t left = 0;
    char name[32];

    while (d && (e = readdir(d))) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        if (unlinkat(from, e->d_name, 0) == 0 || unlinkat(from, e->d_name, AT_REMOVEDIR) == 0)
            continue;
        snprintf(name, sizeof(name), "left-%u", (*number)++);
        left += renameat(from, e->d_name, s->fd, name) == 0;
    }
    if (d)
        closedir(d);
    return left;
}

static inline void scratch_done(Scratch *s) {
    unsigned number = 0;
    size_t left = 1;

    if (s->fd < 0)
        return;
    while (left) {
        DIR *d = fdopendir(openat(s->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        const struct dirent *e;

        left = 0;
        while (d && (e = readdir(d))) {
            int sub = -1;

            if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
                unlinkat(s->fd, e->d_name, 0) == 0 || unlinkat(s->fd, e->d_name, AT_REMOVEDIR) == 0)
                continue;
            if (fchmodat(s->fd, e->d_name, 0700, 0) == 0)
                sub = openat(s->fd, e->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
            if (sub >= 0)
                left += scratch_flatten(s, sub, &number) + 1;
        }
        if (d)
            closedir(d);
    }
    s->fd = fd_close(s->fd);
    rmdir(s->path);
}

static inline int make_dir(int at, const char *name) {
    int fd;

    assert_int_equal(mkdirat(at, name, 0755), 0);
    fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

static inline void make_file(int at, const char *name, const char *text) {
    int fd = openat(at, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static inline void make_socket(const Scratch *s, const char *name) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", s->path, name);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    close(fd);
}

static inline size_t count_descriptors(void) {
    DIR *d = opendir("/proc/self/fd");
    size_t n = 0;

    assert_non_null(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n - 3; /* ".", "..", and that of d */
}

/* What was delivered: "path = status" for objects, "path = file", one a line, as they came. */
typedef struct Recorder {
    Buf lines; /* each ends in NUL */
    size_t files, objects, directories, batches, peak_descriptors;
    size_t read_bytes;
    bool open_files; /* each file is opened and its bytes appended to `content` */
    bool count_only;
    Buf content;
} Recorder;

static inline void recorder_done(Recorder *r) {
    buf_done(&r->lines);
    buf_done(&r->content);
}

static inline void recorder_line(Recorder *r, Span path, const char *what) {
    if (r->count_only)
        return;
    buf_span(&r->lines, path);
    buf_printf(&r->lines, " = %s", what);
    buf_byte(&r->lines, 0);
}

static inline void recorder_file(Recorder *r, const Batch *b, size_t i) {
    char text[STATUS_REASON_MAX + 24] = "file";
    _cleanup_(buf_done) Buf path = {0};
    uint8_t bytes[4096];
    Status status;
    size_t n;
    Unit u;

    batch_path(b, i, &path);
    if (r->open_files && file_open(b, i, &u, &status) == FILE_E_REFUSED)
        status_print(&status, text, sizeof(text));
    else if (r->open_files && file_read_at(u.fd, 0, bytes, sizeof(bytes), &n) == 0) {
        buf_add(&r->content, bytes, n);
        close(u.fd);
    }
    recorder_line(r, buf_as_span(&path), text);
}

static inline int recorder_batch(void *of, Batch *b) {
    Recorder *r = of;

    r->batches++;
    r->files += b->n;
    for (size_t i = 0; i < b->n && (!r->count_only || r->open_files); i++)
        recorder_file(r, b, i);
    batch_free(b);
    return 0;
}

static inline int recorder_object(void *of, Span path, const FileMeta *meta _unused_,
                                  Status status) {
    char text[STATUS_REASON_MAX + 24];
    Recorder *r = of;

    r->objects++;
    status_print(&status, text, sizeof(text));
    recorder_line(r, path, text);
    return 0;
}

static inline int recorder_directory(void *of, Span path _unused_, const FileMeta *m _unused_,
                                     int fd _unused_) {
    Recorder *r = of;
    size_t n;

    if (r->directories++ % 64 == 0) {
        n = count_descriptors();
        if (n > r->peak_descriptors)
            r->peak_descriptors = n;
    }
    return 0;
}

static inline Sink recorder_sink(Recorder *r) {
    return (Sink){.of = r,
                  .batch = recorder_batch,
                  .object = recorder_object,
                  .directory = recorder_directory};
}

/* How often that line was delivered. */
static inline size_t recorder_count(const Recorder *r, const char *line) {
    size_t n = strlen(line) + 1, count = 0;

    for (size_t at = 0; at < r->lines.n;) {
        size_t length = strlen((const char *)r->lines.at + at) + 1;

        count += length == n && memcmp(r->lines.at + at, line, n) == 0;
        at += length;
    }
    return count;
}

static inline void assert_delivered(const Recorder *r, const char *const *lines, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (recorder_count(r, lines[i]) != 1)
            print_error("delivered %zu times: %s\n", recorder_count(r, lines[i]), lines[i]);
        assert_int_equal(recorder_count(r, lines[i]), 1);
    }
    assert_int_equal(r->files + r->objects, n);
}

static inline int record(const char *root, const TreeOptions *o, Recorder *r) {
    Sink sink = recorder_sink(r);

    return tree_walk(root, o, &sink, NULL);
}
