/* Link: one reading an inode, all names kept, the lowest one in the end. */
#include "fixture.h"

#include "store/carry.h"
#include "store/tally.h"

static bool claim(Fixture *f, uint64_t ino, uint32_t root, const char *path) {
    bool first = false;
    Error e = {0};

    if (store_link_claim(f->store, f->run, 7, ino, root, span_of(path), &e, &first) < 0)
        fail_msg("%s", e.text);
    return first;
}

static void put(Fixture *f, uint64_t ino, uint32_t root, Span path) {
    StoreObject o = fixture_object(root, path);

    o.meta.ino = ino;
    o.meta.nlink = 3;
    fixture_put(f, &o, NULL, 0);
}

static void assert_objects(Fixture *f, const char *const *expected, size_t n) {
    _cleanup_(object_cursor_closep) ObjectCursor *c = NULL;
    ObjectRow row;

    assert_int_equal(object_cursor_open(f->store, f->run, false, NULL, &c), 0);
    for (size_t i = 0; i < n; i++) {
        char name[64];

        assert_int_equal(object_cursor_step(c, NULL, &row), 1);
        snprintf(name, sizeof(name), "%.*s %.*s", (int)row.root.n, row.root.at, (int)row.path.n,
                 row.path.at);
        assert_string_equal(name, expected[i]);
    }
    assert_int_equal(object_cursor_step(c, NULL, &row), 0);
}

static void assert_names(Fixture *f, uint64_t ino, const char *const *expected, size_t n) {
    _cleanup_(arena_done) Arena a = {0};
    NameRow *names;
    size_t n_names;

    assert_int_equal(query_names(f->store, f->run, 7, ino, &a, NULL, &names, &n_names), 0);
    assert_int_equal(n_names, n);
    for (size_t i = 0; i < n; i++)
        assert_true(span_is(names[i].path, expected[i]));
}

static void the_first_name_claims(void **state) {
    Fixture *f = *state;

    assert_true(claim(f, 1, 0, "m"));
    assert_false(claim(f, 1, 0, "z"));
    assert_true(claim(f, 1, 0, "m"));
    assert_false(claim(f, 1, 1, "m"));
    assert_true(claim(f, 2, 0, "n"));
    fixture_run(f);
    assert_true(claim(f, 1, 0, "z"));
}

static void the_lowest_name_stands_in_the_end(void **state) {
    Fixture *f = *state;

    fixture_root(f, 0, "/srv");
    claim(f, 1, 0, "m");
    claim(f, 1, 0, "z");
    claim(f, 1, 0, "b");
    put(f, 1, 0, span_of("m"));
    put(f, 9, 0, span_of("c"));
    claim(f, 2, 0, "x");
    claim(f, 2, 0, "y");
    put(f, 2, 0, span_of("x"));
    fixture_end(f);
    assert_objects(f, (const char *[]){"/srv b", "/srv c", "/srv x"}, 3);
    assert_names(f, 1, (const char *[]){"m", "z"}, 2);
    assert_names(f, 2, (const char *[]){"y"}, 1);
    assert_names(f, 9, NULL, 0);
}

/* Roots count by their path, not by their number. */
static void lowest_is_across_roots(void **state) {
    Fixture *f = *state;

    fixture_root(f, 0, "/srv");
    fixture_root(f, 1, "/home");
    claim(f, 1, 0, "a");
    claim(f, 1, 1, "z");
    put(f, 1, 0, span_of("a"));
    fixture_end(f);
    assert_objects(f, (const char *[]){"/home z"}, 1);
    assert_names(f, 1, (const char *[]){"a"}, 1);
}

static void members_move_with_their_container(void **state) {
    Fixture *f = *state;

    fixture_root(f, 0, "/srv");
    claim(f, 1, 0, "m\xff.zip");
    claim(f, 1, 0, "b.zip");
    put(f, 1, 0, span_of("m\xff.zip"));
    put(f, 1, 0, span("m\xff.zip\0in", 9));
    put(f, 1, 0, span_of("m\xff.zip2"));
    fixture_end(f);
    assert_objects(f, (const char *[]){"/srv b.zip", "/srv b.zip", "/srv m\xff.zip2"}, 3);
}

/* The scanner was killed: another name of the inode may be met first by the next walk. */
static void each_walk_claims_anew(void **state) {
    Fixture *f = *state;
    uint64_t names = 9;

    fixture_root(f, 0, "/srv");
    claim(f, 1, 0, "m");
    claim(f, 1, 0, "n");
    claim(f, 2, 0, "x");
    claim(f, 2, 0, "y");
    put(f, 2, 0, span_of("x"));
    f->store = store_close(f->store);
    fixture_open(f);
    assert_int_equal(store_walk_begin(f->store, f->run, NULL), 0);
    assert_int_equal(store_names(f->store, f->run, 0, NULL, &names), 0);
    assert_int_equal(names, 0);
    assert_true(claim(f, 1, 0, "n"));
    assert_false(claim(f, 1, 0, "m"));
    assert_true(claim(f, 2, 0, "y"));
    put(f, 2, 0, span_of("y"));
    put(f, 1, 0, span_of("n"));
    assert_int_equal(store_names(f->store, f->run, 0, NULL, &names), 0);
    assert_int_equal(names, 1);
    fixture_end(f);
    assert_objects(f, (const char *[]){"/srv m", "/srv y"}, 2);
}

static void names_are_in_the_balance(void **state) {
    Fixture *f = *state;
    Coverage c;

    fixture_root_found(f, 0, "/srv", 1, 100, 2);
    claim(f, 1, 0, "m");
    claim(f, 1, 0, "n");
    put(f, 1, 0, span_of("m"));
    assert_int_equal(query_coverage(f->store, f->run, NULL, &c), 0);
    assert_false(c.balanced);
    assert_int_equal(c.names, 1);
    claim(f, 1, 0, "o");
    assert_int_equal(query_coverage(f->store, f->run, NULL, &c), 0);
    assert_true(c.balanced);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_first_name_claims),  TEST(the_lowest_name_stands_in_the_end),
        TEST(lowest_is_across_roots), TEST(members_move_with_their_container),
        TEST(each_walk_claims_anew),  TEST(names_are_in_the_balance),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
