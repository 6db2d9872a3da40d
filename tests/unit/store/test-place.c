/* Place: network file systems are known by magic or, under FUSE, by type. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "store/place.h"

#include <sys/stat.h>

#define EXT4 0xEF53
#define FUSE 0x65735546

/* The form is that of proc(5); the lines are made up. */
static const char mountinfo[] =
    "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
    "31 22 0:45 / /home/a\\040b rw,nosuid shared:7 master:2 - fuse.sshfs a@host:/b rw\n"
    "32 22 0:46 / /usb rw - fuseblk /dev/sdb1 rw\n"
    "33 22 0:4 / /proc rw - proc proc rw";

static void knows_network_file_systems(void **state _unused_) {
    assert_true(place_is_remote(0x6969, span_of("nfs4")));
    assert_true(place_is_remote(0xFE534D42, span_of("smb3")));
    assert_true(place_is_remote(0xFFFFFFFFFF534D42, span_of("cifs"))); /* sign-extended f_type */
    assert_true(place_is_remote(0x01021997, span_of("9p")));
    assert_true(place_is_remote(FUSE, span_of("fuse.sshfs")));
    assert_true(place_is_remote(FUSE, span_of("fuse.glusterfs")));
}

static void lets_local_ones_be(void **state _unused_) {
    assert_false(place_is_remote(EXT4, span_of("ext4")));
    assert_false(place_is_remote(FUSE, span_of("fuseblk")));
    assert_false(place_is_remote(FUSE, span_of("fuse.gocryptfs")));
    assert_false(place_is_remote(FUSE, span_of("")));
    assert_false(place_is_remote(EXT4, span_of("fuse.sshfs")));
}

static void assert_type(const char *text, unsigned major, unsigned minor, const char *expected) {
    Span type = place_type(span_of(text), major, minor);

    assert_int_equal(type.n, strlen(expected));
    assert_memory_equal(type.at, expected, type.n);
}

static void finds_types_in_mountinfo(void **state _unused_) {
    assert_type(mountinfo, 8, 1, "ext4");
    assert_type(mountinfo, 0, 45, "fuse.sshfs");
    assert_type(mountinfo, 0, 46, "fuseblk");
    assert_type(mountinfo, 0, 4, "proc");
    assert_int_equal(place_type(span_of(mountinfo), 0, 47).n, 0);
    assert_int_equal(place_type(span_of(""), 8, 1).n, 0);
    assert_int_equal(place_type(span_of("22 1 8:1 / / rw"), 8, 1).n, 0);
    assert_int_equal(place_type(span_of("22 1 8:1\n\n"), 8, 1).n, 0);
}

static void refuses_directories_that_others_write_to(void **state _unused_) {
    char path[] = "/tmp/terrier-test-place-XXXXXX";
    Error e = {0};

    assert_non_null(mkdtemp(path));
    assert_int_equal(place_check(path, false, &e), 0);
    assert_int_equal(chmod(path, 0777), 0);
    assert_int_equal(place_check(path, true, &e), -EPERM);
    assert_non_null(strstr(e.text, "go-w"));
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(place_check(path, false, &e), -ENOENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_network_file_systems),
        cmocka_unit_test(lets_local_ones_be),
        cmocka_unit_test(finds_types_in_mountinfo),
        cmocka_unit_test(refuses_directories_that_others_write_to),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
