/* File: what opens, what is refused and why, and reading that survives what others do meanwhile. */
#include "scratch.h"

#include <sys/vfs.h>

#include "source/beneath.h"

/* A batch of one name in the scratch. */
static Batch *batch_of(const Scratch *s, const char *name) {
    BatchDraft draft = {0};
    Directory *d;
    Batch *b;

    assert_int_equal(directory_new(dup(s->fd), span_of("base"), &d), 0);
    d->resolve = BENEATH_RESOLVE;
    batch_draft_add(&draft, span_of(name));
    assert_int_equal(batch_draft_take(&draft, d, &b), 0);
    directory_unref(d);
    batch_draft_done(&draft);
    return b;
}

/* What stands beside a file of the batch: 0 with its content, or refused. */
static int open_beside(const Batch *b, const char *name, const char *expected) {
    _cleanup_(fd_closep) int fd = -1;
    uint64_t size = 0;
    char text[16] = "";
    int r = file_open_beside(b, 0, name, &fd, &size);

    if (r)
        return r;
    assert_int_equal(read(fd, text, sizeof(text) - 1), size);
    assert_string_equal(text, expected);
    assert_int_equal(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
    assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
    return 0;
}

static void opens_what_is_beside(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    _cleanup_(batch_freep) Batch *top = NULL, *below = NULL;

    scratch_init(&s);
    make_file(s.fd, "1.dat", "rows");
    make_file(s.fd, "toc", "contents");
    assert_int_equal(mkdirat(s.fd, "d", 0700), 0);
    make_file(s.fd, "d/1.dat", "rows");
    make_file(s.fd, "d/toc", "others");
    assert_int_equal(symlinkat("toc", s.fd, "link"), 0);
    assert_int_equal(symlinkat("../toc", s.fd, "d/link"), 0);
    assert_int_equal(mkfifoat(s.fd, "fifo", 0600), 0);
    top = batch_of(&s, "1.dat");
    below = batch_of(&s, "d/1.dat");
    assert_int_equal(open_beside(top, "toc", "contents"), 0);
    assert_int_equal(open_beside(below, "toc", "others"), 0);
    assert_int_equal(open_beside(top, "none", ""), FILE_E_REFUSED);
    assert_int_equal(open_beside(top, "link", ""), FILE_E_REFUSED);
    assert_int_equal(open_beside(below, "link", ""), FILE_E_REFUSED);
    assert_int_equal(open_beside(top, "fifo", ""), FILE_E_REFUSED);
    assert_int_equal(open_beside(top, "d", ""), FILE_E_REFUSED);
    assert_int_equal(open_beside(below, "../toc", "contents"), 0); /* beneath the root still */
    assert_int_equal(open_beside(top, "../toc", ""), FILE_E_REFUSED);
    top->dir->file_root = true; /* the root is one file: nothing is beside it */
    assert_int_equal(open_beside(top, "toc", ""), FILE_E_REFUSED);
}

static void assert_refused(const Scratch *s, const char *name, const char *expected) {
    _cleanup_(batch_freep) Batch *b = batch_of(s, name);
    char text[STATUS_REASON_MAX + 24];
    Unit u = {.fd = 77};
    Status status;

    assert_int_equal(file_open(b, 0, &u, &status), FILE_E_REFUSED);
    status_print(&status, text, sizeof(text));
    assert_string_equal(text, expected);
    assert_int_equal(u.fd, 77);
}

static int open_one(const Scratch *s, const char *name, Unit *ret) {
    _cleanup_(batch_freep) Batch *b = batch_of(s, name);
    Status status;

    return file_open(b, 0, ret, &status);
}

static void opens_with_its_facts(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    struct stat st;
    Unit u;

    scratch_init(&s);
    make_file(s.fd, "a", "0123456789");
    assert_int_equal(open_one(&s, "a", &u), 0);
    assert_int_equal(fstat(u.fd, &st), 0);
    assert_int_equal(u.meta.size, 10);
    assert_true(u.meta.dev == st.st_dev);
    assert_true(u.meta.ino == st.st_ino);
    assert_true(u.meta.mtime == st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec);
    assert_int_equal(u.meta.nlink, 1);
    assert_true(u.atime_kept);
    assert_int_equal(fcntl(u.fd, F_GETFD), FD_CLOEXEC);
    close(u.fd);
}

static void refuses_what_is_no_file_any_more(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};

    scratch_init(&s);
    make_file(s.fd, "a", "x");
    assert_int_equal(mkfifoat(s.fd, "fifo", 0600), 0);
    make_socket(&s, "socket");
    close(make_dir(s.fd, "dir"));
    assert_int_equal(symlinkat("a", s.fd, "link"), 0);
    assert_refused(&s, "fifo", "special(fifo)");
    assert_refused(&s, "socket", "special(socket)");
    assert_refused(&s, "dir", "special(directory)");
    assert_refused(&s, "link", "link");
    assert_refused(&s, "gone", "vanished");
}

static void reads_to_the_end_and_no_further(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    char bytes[32];
    size_t n;
    Unit u;

    scratch_init(&s);
    make_file(s.fd, "a", "0123456789");
    assert_int_equal(open_one(&s, "a", &u), 0);
    assert_int_equal(file_read_at(u.fd, 4, bytes, sizeof(bytes), &n), 0);
    assert_int_equal(n, 6);
    assert_memory_equal(bytes, "456789", 6);
    assert_int_equal(file_read_at(u.fd, 10, bytes, sizeof(bytes), &n), 0);
    assert_int_equal(n, 0);
    close(u.fd);
    assert_int_equal(file_read_at(s.fd, 0, bytes, sizeof(bytes), &n), -EISDIR);
}

static void sees_growth_and_truncation(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    char bytes[32];
    size_t n;
    Unit u;

    scratch_init(&s);
    make_file(s.fd, "a", "0123456789");
    assert_int_equal(open_one(&s, "a", &u), 0);
    assert_int_equal(file_changed(&u.meta, u.fd), 0);
    make_file(s.fd, "a", "0123456789AB");
    assert_int_equal(file_changed(&u.meta, u.fd), 1);
    close(u.fd);

    assert_int_equal(open_one(&s, "a", &u), 0);
    make_file(s.fd, "a", "01");
    assert_int_equal(file_read_at(u.fd, 0, bytes, u.meta.size, &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(file_changed(&u.meta, u.fd), 1);
    assert_int_equal(unlinkat(s.fd, "a", 0), 0);
    assert_int_equal(file_read_at(u.fd, 0, bytes, 2, &n), 0);
    assert_int_equal(n, 2);
    close(u.fd);
}

static void skips_the_holes(void **state _unused_) {
    const uint64_t size = UINT64_C(1) << 40, island = size / 2;
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    uint64_t start, end, at = 0, data = 0;
    bool found = false;
    int fd;

    scratch_init(&s);
    fd = openat(s.fd, "sparse", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(ftruncate(fd, (off_t)size), 0);
    assert_int_equal(pwrite(fd, "island", 6, (off_t)island), 6);
    for (int steps = 0; at < size; steps++) {
        assert_in_range(steps, 0, 100);
        assert_int_equal(file_next_data(fd, at, size, &start, &end), 0);
        assert_true(start >= at && end >= start && end <= size);
        found |= start <= island && end >= island + 6;
        data += end - start;
        at = end;
    }
    assert_true(found);
    assert_true(data <= 1 << 20);
    assert_int_equal(file_next_data(fd, size + 5, size, &start, &end), 0);
    assert_true(start == size && end == size);
    close(fd);
}

static void takes_a_file_without_holes_whole(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    uint64_t start, end;
    int pipes[2];
    Unit u;

    scratch_init(&s);
    make_file(s.fd, "a", "0123456789");
    assert_int_equal(open_one(&s, "a", &u), 0);
    assert_int_equal(file_next_data(u.fd, 3, 10, &start, &end), 0);
    assert_int_equal(start, 3);
    assert_int_equal(end, 10);
    close(u.fd);
    assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
    assert_int_equal(file_next_data(pipes[0], 0, 10, &start, &end), -ESPIPE);
    close(pipes[0]);
    close(pipes[1]);
}

/* The kernel takes its time to forget, and may forget sooner than asked: tries for a second. */
static bool forgets(int fd, uint64_t size) {
    for (int i = 0; i < 100; i++) {
        file_drop(fd, 0, 0);
        if (file_uncached(fd, size))
            return true;
        usleep(10000);
    }
    return false;
}

static bool remembers(int fd, void *bytes, size_t size) {
    size_t n;

    for (int i = 0; i < 100; i++) {
        assert_int_equal(file_read_at(fd, 0, bytes, size, &n), 0);
        assert_int_equal(n, size);
        if (!file_uncached(fd, size))
            return true;
        usleep(10000);
    }
    return false;
}

static void forgets_what_it_brought_in(void **state _unused_) {
    enum { SIZE = 1 << 20, MAGIC_TMPFS = 0x01021994 };
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    static char bytes[SIZE];
    struct statfs fs;
    int fd;

    scratch_init(&s);
    assert_int_equal(fstatfs(s.fd, &fs), 0);
    if (fs.f_type == MAGIC_TMPFS) {
        print_message("skipped: tmpfs keeps its pages\n");
        scratch_done(&s);
        skip();
    }
    memset(bytes, 'x', SIZE);
    fd = openat(s.fd, "a", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, bytes, SIZE), SIZE);
    assert_int_equal(fsync(fd), 0);
    assert_true(forgets(fd, SIZE));
    assert_true(remembers(fd, bytes, SIZE));
    assert_false(file_uncached(fd, 0));
    close(fd);
}

static void leaves_the_access_time(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    struct timespec old[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1100000000}};
    struct stat st;
    char bytes[8];
    size_t n;
    Unit u;

    scratch_init(&s);
    make_file(s.fd, "a", "x");
    assert_int_equal(utimensat(s.fd, "a", old, 0), 0);
    assert_int_equal(open_one(&s, "a", &u), 0);
    assert_int_equal(file_read_at(u.fd, 0, bytes, sizeof(bytes), &n), 0);
    assert_int_equal(fstat(u.fd, &st), 0);
    assert_int_equal(st.st_atime, 1000000000);
    close(u.fd);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_with_its_facts),
        cmocka_unit_test(opens_what_is_beside),
        cmocka_unit_test(refuses_what_is_no_file_any_more),
        cmocka_unit_test(reads_to_the_end_and_no_further),
        cmocka_unit_test(sees_growth_and_truncation),
        cmocka_unit_test(skips_the_holes),
        cmocka_unit_test(takes_a_file_without_holes_whole),
        cmocka_unit_test(forgets_what_it_brought_in),
        cmocka_unit_test(leaves_the_access_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
