/* Reach: the way down is found in the store, whatever the order of the objects. */
#include "../store/fixture.h"

#include "assess/reach.h"
#include "store/share.h"

static void directory(Fixture *f, const char *path, uint32_t mode) {
    Error e = {0};

    if (store_directory_put(f->store, f->run,
                            &(StoreDirectory){0, span_of(path), mode, 0, 100, span(NULL, 0)},
                            &e) < 0)
        fail_msg("%s", e.text);
}

static void tree(Fixture *f, const char *type) {
    Error e = {0};

    if (store_root_put(f->store, f->run,
                       &(StoreRoot){.path = span_of("/srv/share"),
                                    .identity = "uuid:1",
                                    .fs_type = type,
                                    .mount_options = "rw",
                                    .atime = "kept"},
                       &e) < 0)
        fail_msg("%s", e.text);
    directory(f, "/", 0755);
    directory(f, "/srv", 0755);
    directory(f, "", 0755);
    directory(f, "hr", 0750);
    directory(f, "hr/pay", 0755);
    directory(f, "hr-old", 0755);
}

static void assert_reach(Reach *r, const char *path, size_t n, uint32_t mode, const char *word) {
    Access a;
    Error e = {0};

    if (reach_judge(r, span_of("/srv/share"), span(path, n),
                    &(FileMeta){.mode = 0100000 | mode, .uid = 5, .gid = 6}, span(NULL, 0), &e,
                    &a) < 0)
        fail_msg("%s", e.text);
    assert_string_equal(access_word(&a), word);
}

#define REACH(path, mode, word) assert_reach(&r, path, sizeof(path) - 1, mode, word)

static void finds_the_way_down(void **state) {
    Fixture *f = *state;
    Reach r;
    Error e = {0};

    tree(f, "ext4");
    assert_int_equal(reach_init(&r, f->store, f->run, &e), 0);
    REACH("top.txt", 0644, "any_user");
    REACH("hr/pay/a.csv", 0644, "group");
    REACH("hr-old/b.csv", 0644, "any_user"); /* sorts between hr and hr/pay */
    REACH("hr/c.csv", 0644, "group");
    REACH("hr/c.csv", 0600, "owner");
    REACH("hr/pay/x.zip\0in/y.csv", 0644, "group");
    REACH("none/d.csv", 0644, "unknown");
    REACH("hr/pay/a.csv", 0644, "group");
    reach_done(&r);
}

static void shares_and_mounts(void **state) {
    Fixture *f = *state;
    Reach r;
    Error e = {0};
    const StoreShare guest = {.name = "x",
                              .path = span_of("/srv/share/hr-old"),
                              .guest = true,
                              .who = "",
                              .has_acts_as = true,
                              .acts_as = 65534};

    tree(f, "ext4");
    assert_int_equal(store_share_put(f->store, f->run, 0, &guest, &e), 0);
    assert_int_equal(reach_init(&r, f->store, f->run, &e), 0);
    REACH("hr-old/b.csv", 0644, "world");
    REACH("hr-old/b.csv", 0640, "group");
    REACH("top.txt", 0644, "any_user");
    reach_done(&r);
    tree(f, "vfat");
    assert_int_equal(reach_init(&r, f->store, f->run, &e), 0);
    REACH("hr-old/b.csv", 0644, "unknown");
    reach_done(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {TEST(finds_the_way_down), TEST(shares_and_mounts)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
