/* Recount: as many as the walk, whatever the tree; set aside only what it is told to. */
#include "scratch.h"

#include "source/recount.h"

static void make(Scratch *s, const char *directories, unsigned files) {
    char path[512];

    for (const char *at = directories; (at = strchr(at, '/')); at++) {
        snprintf(path, sizeof(path), "%.*s", (int)(at - directories), directories);
        mkdirat(s->fd, path, 0700);
    }
    for (unsigned i = 0; i < files; i++) {
        int fd;

        snprintf(path, sizeof(path), "%sf-%u", directories, i);
        fd = openat(s->fd, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, "0123456789", i % 10), i % 10);
        close(fd);
    }
}

static void counts_all_kinds(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s;
    RecountOptions o = {.since = INT64_MAX};
    Recount c;

    scratch_init(&s);
    make(&s, "", 3);
    make(&s, "a/b/", 20);
    make(&s, "c/", 0);
    assert_int_equal(symlinkat("/", s.fd, "a/up"), 0);
    assert_int_equal(mkfifoat(s.fd, "c/pipe", 0600), 0);
    assert_int_equal(linkat(s.fd, "f-1", s.fd, "c/again", 0), 0);
    assert_int_equal(recount_walk(s.path, &o, &c), 0);
    assert_int_equal(c.files, 24);
    assert_int_equal(c.links, 1);
    assert_int_equal(c.special, 1);
    assert_int_equal(c.directories, 4);
    assert_int_equal(c.bytes, 0 + 1 + 2 + 90 + 1);
    assert_int_equal(c.linked, 2);
    assert_int_equal(c.aside + c.denied + c.deep + c.recent, 0);
    o.since = 0;
    assert_int_equal(recount_walk(s.path, &o, &c), 0);
    assert_int_equal(c.recent, 24 + 1 + 1 + 4);
}

static int aside_c(void *of, Span path) {
    buf_printf(of, "%.*s ", (int)path.n, (const char *)path.at);
    return span_is(path, "a/b");
}

static void asks_before_it_enters(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s;
    _cleanup_(buf_done) Buf asked = {0};
    const RecountOptions o = {.of = &asked, .aside = aside_c};
    Recount c;

    scratch_init(&s);
    make(&s, "a/b/", 5);
    make(&s, "a/b/c/", 5);
    make(&s, "a/", 2);
    assert_int_equal(recount_walk(s.path, &o, &c), 0);
    assert_int_equal(c.files, 2);
    assert_int_equal(c.aside, 1);
    assert_int_equal(c.directories, 2);
    assert_string_equal(buf_cstr(&asked), "a a/b ");
}

static void stops_where_it_is_too_deep(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s;
    const RecountOptions o = {0};
    Recount c;
    int fd;

    scratch_init(&s);
    fd = dup(s.fd);
    for (unsigned i = 0; i < RECOUNT_DEPTH + 20; i++) {
        int next;

        assert_int_equal(mkdirat(fd, "d", 0700), 0);
        next = openat(fd, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_true(next >= 0);
        close(fd);
        fd = next;
    }
    close(fd);
    assert_int_equal(recount_walk(s.path, &o, &c), 0);
    assert_int_equal(c.directories, RECOUNT_DEPTH);
    assert_int_equal(c.deep, 1);
}

static bool stop(void *of) {
    return ++*(unsigned *)of > 5;
}

static void can_be_stopped(void **state _unused_) {
    _cleanup_(scratch_done) Scratch s;
    unsigned calls = 0;
    const RecountOptions o = {.of = &calls, .stop = stop};
    Recount c;

    scratch_init(&s);
    make(&s, "", 50);
    assert_int_equal(recount_walk(s.path, &o, &c), -ECANCELED);
    assert_true(c.files < 10);
}

static void says_that_there_is_no_root(void **state _unused_) {
    const RecountOptions o = {0};
    Recount c;

    assert_int_equal(recount_walk("/tmp/terrier-test-there-is-none", &o, &c), -ENOENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_all_kinds),           cmocka_unit_test(asks_before_it_enters),
        cmocka_unit_test(stops_where_it_is_too_deep), cmocka_unit_test(can_be_stopped),
        cmocka_unit_test(says_that_there_is_no_root),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
