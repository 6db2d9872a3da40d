/* Scope: what a root covers, in part or whole; mounts of mounts; files that are not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/file.h"
#include "schedule/scope.h"

typedef struct Fixture {
    char directory[64], mounts[96], exports[96], samba[96];
} Fixture;

static int setup(void **state) {
    Fixture *f = calloc(1, sizeof(*f));

    snprintf(f->directory, sizeof(f->directory), "/tmp/terrier-scope-XXXXXX");
    if (!mkdtemp(f->directory))
        return -1;
    snprintf(f->mounts, sizeof(f->mounts), "%s/mounts", f->directory);
    snprintf(f->exports, sizeof(f->exports), "%s/exports", f->directory);
    snprintf(f->samba, sizeof(f->samba), "%s/smb.conf", f->directory);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    Fixture *f = *state;

    unlink(f->mounts);
    unlink(f->exports);
    unlink(f->samba);
    rmdir(f->directory);
    free(f);
    return 0;
}

static void put(const char *path, const char *text) {
    assert_int_equal(file_replace(path, span_of(text), 0600, NULL), 0);
}

/* "0 /srv mount (ext4);" of each place: how far it is covered, where, and what it is. */
static void assert_scope(const Fixture *f, const ScopeRoot *roots, size_t n, const char *expected) {
    const ScopeFiles files = {f->mounts, f->exports, "/nowhere", f->samba};
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(buf_done) Buf got = {0};
    ScopePlace *places;
    size_t n_places;
    Error e = {0};

    if (scope_find(&files, roots, n, &a, &e, &places, &n_places) < 0)
        fail_msg("%s", e.text);
    for (size_t i = 0; i < n_places; i++) {
        char kind[64];

        scope_print_kind(&places[i], kind, sizeof(kind));
        buf_printf(&got, "%d %s %s;", (int)places[i].cover, places[i].path, kind);
    }
    assert_string_equal(buf_cstr(&got), expected);
}

static void mounts(void **state) {
    const Fixture *f = *state;
    const ScopeRoot none[1] = {{0}};
    const ScopeRoot srv[] = {{"/srv", false}}, crossing[] = {{"/srv/", true}};
    const ScopeRoot beneath[] = {{"/data/a", false}, {"/srv/nfs", false}};

    put(f->mounts, "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
                   "23 22 0:5 / /proc rw - proc proc rw\n"
                   "24 22 0:6 / /run rw - tmpfs tmpfs rw\n"
                   "25 22 8:2 / /data rw shared:1 - xfs /dev/sdb rw\n"
                   "26 22 8:3 / /srv rw - xfs /dev/sdc rw\n"
                   "27 26 0:50 / /srv/nfs rw - nfs4 server:/x rw\n"
                   "28 22 8:2 / /mnt/again rw - xfs /dev/sdb rw\n"
                   "29 22 8:2 /sub /mnt/with\\040blank rw - xfs /dev/sdb rw\n"
                   "garbage\n"
                   "30 22 8:9 / rw\n");
    assert_scope(f, none, 0,
                 "0 / mount (ext4);0 /data mount (xfs);0 /mnt/with blank mount (xfs);"
                 "0 /srv mount (xfs);0 /srv/nfs mount (nfs4);");
    assert_scope(f, srv, 1,
                 "1 / mount (ext4);0 /data mount (xfs);0 /mnt/with blank mount (xfs);"
                 "2 /srv mount (xfs);0 /srv/nfs mount (nfs4);");
    assert_scope(f, crossing, 1,
                 "1 / mount (ext4);0 /data mount (xfs);0 /mnt/with blank mount (xfs);"
                 "2 /srv mount (xfs);2 /srv/nfs mount (nfs4);");
    assert_scope(f, beneath, 2,
                 "1 / mount (ext4);1 /data mount (xfs);0 /mnt/with blank mount (xfs);"
                 "1 /srv mount (xfs);2 /srv/nfs mount (nfs4);");
}

static void exports_and_shares(void **state) {
    const Fixture *f = *state;
    const ScopeRoot roots[] = {{"/srv/data", false}, {"/srv/homework", false}};

    put(f->mounts, "");
    put(f->exports, "/srv/data/sub *\n/srv/other *\n");
    put(f->samba, "[home]\npath = /srv/home\n[all]\npath = /srv\n[data]\npath = /srv/data\n");
    assert_scope(f, roots, 2,
                 "2 /srv/data/sub NFS export;0 /srv/other NFS export;"
                 "1 /srv Samba share [all];2 /srv/data Samba share [data];"
                 "0 /srv/home Samba share [home];");
}

static void root_of_all(void **state) {
    const Fixture *f = *state;
    const ScopeRoot roots[] = {{"/", false}};

    put(f->mounts, "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n25 22 8:2 / /data rw - xfs /dev/sdb rw\n");
    put(f->exports, "/srv/x *\n");
    assert_scope(f, roots, 1, "2 / mount (ext4);0 /data mount (xfs);2 /srv/x NFS export;");
}

static void no_table(void **state) {
    const Fixture *f = *state;
    const ScopeFiles files = {"/nowhere/mountinfo", f->exports, "/nowhere", f->samba};
    _cleanup_(arena_done) Arena a = {0};
    ScopePlace *places;
    Error e = {0};
    size_t n;

    assert_int_equal(scope_find(&files, NULL, 0, &a, &e, &places, &n), -ENOENT);
    assert_non_null(strstr(e.text, "table of mounts"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(mounts, setup, teardown),
        cmocka_unit_test_setup_teardown(exports_and_shares, setup, teardown),
        cmocka_unit_test_setup_teardown(root_of_all, setup, teardown),
        cmocka_unit_test_setup_teardown(no_table, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
