/*
 * make-corpus: seeded inputs for the benches, the same bytes for the same arguments everywhere.
 *
 *     make-corpus prose|csv|digits|random|sql MIB SEED > FILE
 *     make-corpus tree DIRECTORY FILES SEED       files of 1 to 8 KiB, 200 a directory
 *     make-corpus adversarial DIRECTORY MIB       one file of that size an adversary
 */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "adversarial.h"
#include "base/cleanup.h"
#include "line.h"
#include "number.h"

enum {
    BLOCK = 1 << 20,
    MIB_MAX = 1 << 20,
    FILES_MAX = 100000000,
    FILES_A_DIRECTORY = 200,
    DIRECTORIES_A_DIRECTORY = 100,
    FILE_LEAST = 1024,
    FILE_SPREAD = 7168,
    ADVERSARIAL_SEED = 5,
};

static int usage(void) {
    fputs("usage: make-corpus prose|csv|digits|random|sql MIB SEED > FILE\n"
          "       make-corpus tree DIRECTORY FILES SEED\n"
          "       make-corpus adversarial DIRECTORY MIB\n",
          stderr);
    return 2;
}

static int complain(const char *what, int error) {
    fprintf(stderr, "make-corpus: cannot write '%s': %s\n", what, strerror(-error));
    return 1;
}

static int bytes_write(int fd, const uint8_t *at, size_t n) {
    while (n > 0) {
        ssize_t done = write(fd, at, n);

        if (done < 0 && errno != EINTR)
            return -errno;
        if (done > 0) {
            at += done;
            n -= (size_t)done;
        }
    }
    return 0;
}

/* ---- a corpus in one file ---- */

static int corpus_write(int fd, void (*line)(Text *t), uint64_t bytes, uint64_t seed) {
    _cleanup_(text_done) Text t;
    int r = 0;

    text_init(&t, seed);
    while (t.written < bytes && r == 0) {
        uint64_t wanted = bytes - t.written;

        buf_clear(&t.buf);
        while (t.buf.n < BLOCK && !t.buf.failed)
            line(&t);
        r = buf_error(&t.buf);
        if (r == 0)
            r = bytes_write(fd, t.buf.at, t.buf.n < wanted ? t.buf.n : wanted);
        t.written += t.buf.n;
    }
    return r;
}

static int run_corpus(void (*line)(Text *t), char **args) {
    uint64_t mib, seed;
    int r;

    if (!number_parse(args[0], 0, MIB_MAX, &mib) || !number_parse(args[1], 0, UINT64_MAX, &seed))
        return usage();
    r = corpus_write(STDOUT_FILENO, line, mib << 20, seed);
    return r < 0 ? complain("standard output", r) : 0;
}

/* ---- a tree of small files ---- */

static int directory_make(const char *path) {
    return mkdir(path, 0755) < 0 && errno != EEXIST ? -errno : 0;
}

static int file_write(const char *path, const uint8_t *at, size_t n) {
    _cleanup_(fd_closep) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    return fd < 0 ? -errno : bytes_write(fd, at, n);
}

/* The directory of a file in ret, made when it is the first one there. */
static int tree_directory(const char *root, uint64_t file, char *ret, size_t n) {
    uint64_t directory = file / FILES_A_DIRECTORY;
    uint64_t parent = directory / DIRECTORIES_A_DIRECTORY;
    int r;

    snprintf(ret, n, "%s/d%03llu", root, (unsigned long long)parent);
    r = file % (FILES_A_DIRECTORY * DIRECTORIES_A_DIRECTORY) == 0 ? directory_make(ret) : 0;
    snprintf(ret, n, "%s/d%03llu/s%05llu", root, (unsigned long long)parent,
             (unsigned long long)directory);
    return r == 0 && file % FILES_A_DIRECTORY == 0 ? directory_make(ret) : r;
}

static int tree_file(Text *t, const char *root, uint64_t file, char *path, size_t n) {
    static const char *const extensions[] = {"txt", "log", "csv", "json", "md", "sql"};
    const char *extension = extensions[text_draw(t, (uint32_t)N_ELEMENTS(extensions))];
    size_t bytes = FILE_LEAST + text_draw(t, FILE_SPREAD), used;
    int r = tree_directory(root, file, path, n);

    if (r < 0)
        return r;
    buf_clear(&t->buf);
    while (t->buf.n < bytes && !t->buf.failed)
        line_of_extension(t, extension);
    used = strlen(path);
    snprintf(path + used, n - used, "/f%06llu.%s", (unsigned long long)file, extension);
    r = buf_error(&t->buf);
    return r < 0 ? r : file_write(path, t->buf.at, bytes);
}

static int run_tree(char **args) {
    _cleanup_(text_done) Text t;
    uint64_t files, seed;
    char path[4096];
    int r;

    if (!number_parse(args[1], 0, FILES_MAX, &files) ||
        !number_parse(args[2], 0, UINT64_MAX, &seed))
        return usage();
    text_init(&t, seed);
    r = directory_make(args[0]);
    for (uint64_t i = 0; i < files && r == 0; i++)
        r = tree_file(&t, args[0], i, path, sizeof(path));
    return r < 0 ? complain(args[0], r) : 0;
}

/* ---- adversaries ---- */

static int adversary_write(const Adversary *a, const char *directory, uint64_t bytes) {
    _cleanup_(fd_closep) int fd = -1;
    _cleanup_(text_done) Text t;
    char path[4096];
    int r;

    text_init(&t, ADVERSARIAL_SEED);
    while (t.buf.n < BLOCK && !t.buf.failed)
        a->piece(&t);
    r = buf_error(&t.buf);
    if (r < 0)
        return r;
    snprintf(path, sizeof(path), "%s/%s", directory, a->name);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return -errno;
    for (; bytes > 0 && r == 0; bytes -= bytes < t.buf.n ? bytes : t.buf.n)
        r = bytes_write(fd, t.buf.at, bytes < t.buf.n ? bytes : t.buf.n);
    return r;
}

static int run_adversarial(char **args) {
    uint64_t mib;
    int r;

    if (!number_parse(args[1], 0, MIB_MAX, &mib))
        return usage();
    r = directory_make(args[0]);
    for (size_t i = 0; i < n_adversaries && r == 0; i++)
        r = adversary_write(&adversaries[i], args[0], mib << 20);
    return r < 0 ? complain(args[0], r) : 0;
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        void (*line)(Text *t);
    } corpora[] = {
        {"prose", line_prose},   {"csv", line_csv}, {"digits", line_digits},
        {"random", line_random}, {"sql", line_sql},
    };

    if (argc == 5 && strcmp(argv[1], "tree") == 0)
        return run_tree(argv + 2);
    if (argc == 4 && strcmp(argv[1], "adversarial") == 0)
        return run_adversarial(argv + 2);
    for (size_t i = 0; argc == 4 && i < N_ELEMENTS(corpora); i++)
        if (strcmp(argv[1], corpora[i].name) == 0)
            return run_corpus(corpora[i].line, argv + 2);
    return usage();
}
