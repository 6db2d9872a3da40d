/* Trail: few directories open, each found again as the one it was. */
#include "scratch.h"

#include "source/beneath.h"
#include "source/trail.h"

static int drop_batch(void *of _unused_, Batch *b) {
    batch_free(b);
    return 0;
}

static int keep_status(void *of, Span path _unused_, const FileMeta *m _unused_, Status status) {
    *(Status *)of = status;
    return 0;
}

/* Goes down `levels` directories called "d", which are made on the way. */
static void descend(Trail *t, size_t levels) {
    FileMeta m;
    int fd = openat(t->root_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    for (size_t i = 0;; i++) {
        size_t before = t->path.n;

        assert_int_equal(meta_of(fd, &m), 0);
        if (i)
            assert_true(trail_path_push(t, "d"));
        assert_int_equal(trail_push(t, fd, &m, before), 0);
        if (i == levels)
            return;
        mkdirat(fd, "d", 0755);
        fd = trail_open(t, fd, "d", O_RDONLY, BENEATH_RESOLVE);
        assert_true(fd >= 0);
    }
}

static Trail trail_at(const Scratch *s, const Sink *sink) {
    return (Trail){.sink = sink,
                   .resolve = BENEATH_RESOLVE,
                   .root_fd = dup(s->fd),
                   .path = {.limit = UNIT_PATH_MAX}};
}

static void keeps_few_open(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    Status status = {.kind = N_STATUSES};
    Sink sink = {.of = &status, .batch = drop_batch, .object = keep_status};
    _cleanup_(trail_done) Trail t = {.root_fd = -1};
    size_t before;

    scratch_init(&s);
    t = trail_at(&s, &sink);
    before = count_descriptors();
    descend(&t, 100);
    assert_int_equal(t.n, 101);
    assert_int_equal(t.n - t.open_from, TRAIL_SLOTS);
    assert_int_equal(count_descriptors(), before + TRAIL_SLOTS);
    for (size_t n = 100; n > 0; n--) {
        FileMeta m;

        assert_int_equal(trail_leave(&t), 0);
        assert_int_equal(t.n, n);
        assert_int_equal(meta_of(trail_top(&t)->slot->dir->fd, &m), 0);
        assert_true(m.ino == trail_top(&t)->ino);
        assert_int_equal(t.path.n, n == 1 ? 0 : 2 * (n - 1) - 1);
    }
    assert_int_equal(trail_leave(&t), 0);
    assert_int_equal(t.n, 0);
    assert_int_equal(count_descriptors(), before);
    assert_int_equal(status.kind, N_STATUSES);
}

static void believes_nobody_else_in_its_place(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    Status status = {.kind = N_STATUSES};
    Sink sink = {.of = &status, .batch = drop_batch, .object = keep_status};
    _cleanup_(trail_done) Trail t = {.root_fd = -1};

    scratch_init(&s);
    t = trail_at(&s, &sink);
    descend(&t, 40);
    while (t.n > 10)
        assert_int_equal(trail_leave(&t), 0);
    assert_int_equal(t.open_from, 9); /* the innermost alone is open */
    trail_top(&t)[-1].ino++;
    assert_int_equal(trail_leave(&t), 0);
    assert_int_equal(status.kind, STATUS_ERROR);
    assert_string_equal(status.reason, "ESTALE");
    assert_int_equal(t.n, 8);
}

static void renews_where_it_stopped(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s = {.fd = -1};
    Sink sink = {.batch = drop_batch, .object = keep_status};
    _cleanup_(trail_done) Trail t = {.root_fd = -1};
    int before;

    scratch_init(&s);
    t = trail_at(&s, &sink);
    descend(&t, 3);
    before = trail_top(&t)->slot->dir->fd;
    assert_int_equal(dup2(s.fd, before), before); /* as if it had gone stale */
    assert_int_equal(trail_renew(&t), 0);
    assert_true(trail_top(&t)->slot->dir->ino == trail_top(&t)->ino);
    assert_int_equal(unlinkat(s.fd, "d/d/d", AT_REMOVEDIR), 0);
    assert_int_equal(trail_renew(&t), -ENOENT);
}

static void bounds_its_path(void **state _unused_) {
    _cleanup_(trail_done) Trail t = {.root_fd = -1, .path = {.limit = 8}};

    assert_true(trail_path_push(&t, "abc"));
    assert_true(trail_path_push(&t, "defg"));
    assert_false(trail_path_push(&t, ""));
    assert_string_equal(buf_cstr(&t.path), "abc/defg");
    trail_path_cut(&t, 3);
    assert_string_equal(buf_cstr(&t.path), "abc");
    assert_true(trail_path_push(&t, "x"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_few_open),
        cmocka_unit_test(believes_nobody_else_in_its_place),
        cmocka_unit_test(renews_where_it_stopped),
        cmocka_unit_test(bounds_its_path),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
