/*
 * bare-loop: open, read, close every file below a directory, and nothing else: what the kernel
 * asks of any scan of a tree, whatever the scanner does.
 *
 *     bare-loop DIRECTORY [THREADS]
 *
 * The walk comes first, in one thread (d_type only, no stat); then threads take the paths from one
 * counter. Prints files and bytes.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/buf.h"
#include "number.h"

enum {
    THREADS_MAX = 64,
    READ_BYTES = 256 << 10,
};

/* The paths, each with its NUL, and where each starts; frozen before the threads start. */
typedef struct Tree {
    Buf paths;
    Buf starts; /* of size_t */
    size_t n;
    atomic_size_t next;
    atomic_ullong bytes;
    atomic_int error;
} Tree;

static int directory_walk(Tree *t, const char *path);

static void path_add(Tree *t, const char *path) {
    size_t start = t->paths.n;

    buf_add(&t->starts, &start, sizeof(start));
    buf_add(&t->paths, path, strlen(path) + 1);
    t->n++;
}

static int entry_walk(Tree *t, const char *directory, const struct dirent *e) {
    _cleanup_(free_p) char *path = NULL;

    if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
        return 0;
    if (asprintf(&path, "%s/%s", directory, e->d_name) < 0)
        return -ENOMEM;
    if (e->d_type == DT_DIR)
        return directory_walk(t, path);
    if (e->d_type == DT_REG)
        path_add(t, path);
    return 0;
}

static int directory_walk(Tree *t, const char *path) {
    _cleanup_(closedirp) DIR *d = opendir(path);
    const struct dirent *e;
    int r = 0;

    if (!d)
        return -errno;
    while (r == 0 && (e = readdir(d)))
        r = entry_walk(t, path, e);
    return r;
}

static int file_read(const char *path, uint8_t *buffer, uint64_t *bytes) {
    _cleanup_(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = 1;

    if (fd < 0)
        return -errno;
    while (n > 0) {
        n = read(fd, buffer, READ_BYTES);
        *bytes += n > 0 ? (uint64_t)n : 0;
    }
    return n < 0 ? -errno : 0;
}

static void *reader(void *of) {
    Tree *t = of;
    const size_t *starts = (const size_t *)(const void *)t->starts.at;
    _cleanup_(free_p) uint8_t *buffer = malloc(READ_BYTES);
    uint64_t bytes = 0;
    int r = buffer ? 0 : -ENOMEM;
    size_t i;

    while (r == 0 && (i = atomic_fetch_add(&t->next, 1)) < t->n)
        r = file_read((const char *)t->paths.at + starts[i], buffer, &bytes);
    atomic_fetch_add(&t->bytes, bytes);
    if (r < 0)
        atomic_store(&t->error, r);
    return NULL;
}

static int tree_read(Tree *t, uint64_t n_threads) {
    pthread_t threads[THREADS_MAX];
    uint64_t started = 0;

    while (started < n_threads && pthread_create(&threads[started], NULL, reader, t) == 0)
        started++;
    for (uint64_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    return started < n_threads ? -EAGAIN : atomic_load(&t->error);
}

int main(int argc, char **argv) {
    uint64_t threads = 1;
    Tree t = {0};
    int r;

    if (argc < 2 || argc > 3 || (argc == 3 && !number_parse(argv[2], 1, THREADS_MAX, &threads))) {
        fputs("usage: bare-loop DIRECTORY [THREADS]\n", stderr);
        return 2;
    }
    r = directory_walk(&t, argv[1]);
    r = r ? r : buf_error(&t.paths);
    r = r ? r : buf_error(&t.starts);
    r = r ? r : tree_read(&t, threads);
    if (r < 0)
        fprintf(stderr, "bare-loop: cannot read '%s': %s\n", argv[1], strerror(-r));
    else
        printf("%zu files, %llu bytes\n", t.n, (unsigned long long)atomic_load(&t.bytes));
    buf_done(&t.paths);
    buf_done(&t.starts);
    return r < 0;
}
