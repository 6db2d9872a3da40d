/* Mount: this machine's own table, and what is no storage. */
#include "scratch.h"

#include <sys/vfs.h>

#include "source/beneath.h"
#include "source/mount.h"

static void finds_the_mount_of_a_file(void **state _unused_) {
    _cleanup_(mount_done) Mount m = {0};
    FileMeta meta;
    Status status;

    assert_int_equal(meta_at(AT_FDCWD, "/proc", &meta), 0);
    assert_true(meta.mount != 0);
    assert_int_equal(mount_find(meta.mount, &m), 0);
    assert_string_equal(m.type, "proc");
    assert_true(m.options[0] == 'r');
    status = mount_status(meta.mount);
    assert_int_equal(status.kind, STATUS_OTHER_FILESYSTEM);
    assert_string_equal(status.reason, "pseudo");
}

static void knows_when_there_is_none(void **state _unused_) {
    Mount m;

    assert_int_equal(mount_find(0, &m), -ENOENT);
    assert_int_equal(mount_find(UINT64_MAX, &m), -ENOENT);
    assert_string_equal(mount_status(0).reason, "");
}

static void tells_views_from_storage(void **state _unused_) {
    _cleanup_(fd_closep) int proc = open("/proc", O_PATH | O_CLOEXEC);
    _cleanup_(fd_closep) int tmp = open("/tmp", O_PATH | O_CLOEXEC);

    assert_true(mount_pseudo(proc));
    assert_false(mount_pseudo(tmp));
    assert_true(mount_pseudo_type("devtmpfs"));
    assert_true(mount_pseudo_type("cgroup2"));
    assert_false(mount_pseudo_type("tmpfs"));
    assert_false(mount_pseudo_type("ext4"));
    assert_false(mount_pseudo_magic(0xEF53));
}

static void knows_servers(void **state _unused_) {
    static const char *const far[] = {"nfs", "nfs4", "cifs", "smb3", "fuse", "fuse.sshfs", "9p"};
    static const char *const near[] = {"ext4", "xfs", "btrfs", "zfs", "tmpfs", "fusectl", ""};

    for (size_t i = 0; i < N_ELEMENTS(far); i++) {
        if (!mount_remote_type(far[i]))
            fail_msg("'%s' is near", far[i]);
    }
    for (size_t i = 0; i < N_ELEMENTS(near); i++) {
        if (mount_remote_type(near[i]))
            fail_msg("'%s' is far", near[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_servers),
        cmocka_unit_test(finds_the_mount_of_a_file),
        cmocka_unit_test(knows_when_there_is_none),
        cmocka_unit_test(tells_views_from_storage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
