/*
 * Access: levels of modes and ACLs, the way down, shares, mounts. The last test makes a real tree
 * and asks the kernel, as other users: what it grants must be what we say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#include "classify/access.h"

#define ACL_NAME "system.posix_acl_access"

/* ---- ACLs as the kernel writes them ---- */

typedef struct TestEntry {
    unsigned tag, permissions;
    uint32_t id;
} TestEntry;

#define NOBODY UINT32_MAX

static Span acl_make(const TestEntry *entries, size_t n, uint8_t *to) {
    uint8_t *at = to + 4;

    memcpy(to, (uint8_t[]){2, 0, 0, 0}, 4);
    for (size_t i = 0; i < n; i++, at += 8) {
        at[0] = (uint8_t)entries[i].tag;
        at[1] = 0;
        at[2] = (uint8_t)entries[i].permissions;
        at[3] = 0;
        for (int k = 0; k < 4; k++)
            at[4 + k] = (uint8_t)(entries[i].id >> 8 * k);
    }
    return span(to, 4 + 8 * n);
}

static void assert_exposure(CaseExposure got, CaseExposure wanted) {
    assert_string_equal(exposure_name(got), exposure_name(wanted));
}

static void test_modes(void **state _unused_) {
    static const struct {
        uint32_t mode;
        unsigned permission;
        CaseExposure level;
    } cases[] = {
        {0644, ACCESS_READ, EXPOSURE_ANY_USER}, {0640, ACCESS_READ, EXPOSURE_GROUP},
        {0600, ACCESS_READ, EXPOSURE_OWNER},    {0000, ACCESS_READ, EXPOSURE_OWNER},
        {0604, ACCESS_READ, EXPOSURE_ANY_USER}, {0711, ACCESS_SEARCH, EXPOSURE_ANY_USER},
        {0711, ACCESS_READ, EXPOSURE_OWNER},    {0750, ACCESS_SEARCH, EXPOSURE_GROUP},
        {0744, ACCESS_SEARCH, EXPOSURE_OWNER},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++)
        assert_exposure(access_level(&(AccessFacts){.mode = cases[i].mode}, cases[i].permission),
                        cases[i].level);
}

static void test_acl(void **state _unused_) {
    uint8_t bytes[64];
    const TestEntry named[] = {{0x01, 6, NOBODY},
                               {0x02, 4, 1234},
                               {0x04, 0, NOBODY},
                               {0x10, 4, NOBODY},
                               {0x20, 0, NOBODY}};
    const TestEntry masked[] = {{0x01, 6, NOBODY},
                                {0x02, 4, 1234},
                                {0x04, 4, NOBODY},
                                {0x10, 0, NOBODY},
                                {0x20, 0, NOBODY}};
    const TestEntry group[] = {
        {0x01, 6, NOBODY}, {0x04, 0, NOBODY}, {0x08, 5, 77}, {0x10, 5, NOBODY}, {0x20, 0, NOBODY}};
    AccessFacts f = {.mode = 0640};

    f.acl = acl_make(named, 5, bytes);
    assert_exposure(access_level(&f, ACCESS_READ), EXPOSURE_GROUP);
    assert_exposure(access_level(&f, ACCESS_SEARCH), EXPOSURE_OWNER);
    f.mode = 0600; /* the mask stands where the group's bits are */
    f.acl = acl_make(masked, 5, bytes);
    assert_exposure(access_level(&f, ACCESS_READ), EXPOSURE_OWNER);
    f.acl = acl_make(group, 5, bytes);
    assert_exposure(access_level(&f, ACCESS_SEARCH), EXPOSURE_GROUP);
    /* what is no ACL is none */
    for (size_t n = 0; n < 12; n++) {
        f.acl = span(bytes, n);
        f.mode = 0640;
        access_level(&f, ACCESS_READ);
    }
    bytes[0] = 9;
    f.acl = span(bytes, 44);
    assert_exposure(access_level(&f, ACCESS_READ), EXPOSURE_GROUP);
}

/* ---- the way down ---- */

static void enter(AccessTrail *t, const char *path, uint32_t mode) {
    assert_int_equal(access_enter(t, span_of(path), &(AccessFacts){.mode = mode, .gid = 5}), 0);
}

static Access judge(const AccessTrail *t, const char *directory, uint32_t mode,
                    const AccessShare *shares, size_t n) {
    Access a;

    access_judge(t, span_of(directory), &(AccessFacts){.mode = mode, .uid = 1000, .gid = 5}, shares,
                 n, &a);
    return a;
}

static void assert_access(const Access *a, const char *word, const char *reason) {
    assert_string_equal(access_word(a), word);
    assert_string_equal(a->reason, reason);
}

static void test_trail(void **state _unused_) {
    _cleanup_(access_trail_done) AccessTrail t = {0};
    Access a;

    enter(&t, "/", 0755);
    enter(&t, "/srv", 0755);
    enter(&t, "/srv/hr", 0750);
    enter(&t, "/srv/hr/pay", 0777);
    a = judge(&t, "/srv/hr/pay", 0644, NULL, 0);
    assert_access(&a, "group",
                  "mode 0644, but its group, or whom the ACL names, may search a directory above "
                  "it (mode 0750)");
    a = judge(&t, "/srv", 0644, NULL, 0);
    assert_access(&a, "any_user",
                  "mode 0644, and every directory above may be searched by all");
    a = judge(&t, "/srv/hr", 0600, NULL, 0);
    assert_access(&a, "owner", "mode 0600: only the owner may read it");
    a = judge(&t, "/srv/pub", 0644, NULL, 0);
    assert_access(&a, "unknown", "the directories above it were not seen");
    enter(&t, "/srv/hr-old", 0700); /* sorts before what is in /srv/hr */
    a = judge(&t, "/srv/hr-old", 0644, NULL, 0);
    assert_exposure(a.exposure, EXPOSURE_OWNER);
    a = judge(&t, "/srv/hr", 0644, NULL, 0);
    assert_false(a.known);
    enter(&t, "/srv/a/b", 0755); /* /srv/a was not told */
    a = judge(&t, "/srv/a/b", 0644, NULL, 0);
    assert_false(a.known);
}

static void test_shares(void **state _unused_) {
    _cleanup_(access_trail_done) AccessTrail t = {0};
    AccessShare s = {.path = span_of("/srv/pub"), .guest = true, .acts_as = 65534};

    enter(&t, "/", 0755);
    enter(&t, "/srv", 0700); /* shut to all on the host, but not to who comes by NFS */
    enter(&t, "/srv/pub", 0755);
    assert_exposure(judge(&t, "/srv/pub", 0644, &s, 1).exposure, EXPOSURE_OWNER);
    s.export = true;
    s.all_squash = true;
    assert_exposure(judge(&t, "/srv/pub", 0644, &s, 1).exposure, EXPOSURE_WORLD);
    assert_exposure(judge(&t, "/srv/pub", 0600, &s, 1).exposure, EXPOSURE_OWNER);
    s.all_squash = false;
    s.root_squash = true; /* a client may say that it is the owner */
    assert_exposure(judge(&t, "/srv/pub", 0600, &s, 1).exposure, EXPOSURE_WORLD);
    enter(&t, "/srv", 0755);
    enter(&t, "/srv/pub", 0755);
    s.export = false;
    assert_exposure(judge(&t, "/srv/pub", 0644, &s, 1).exposure, EXPOSURE_WORLD);
    assert_exposure(judge(&t, "/srv/pub", 0640, &s, 1).exposure, EXPOSURE_GROUP);
    s.acts_as = 1000; /* force user */
    assert_exposure(judge(&t, "/srv/pub", 0600, &s, 1).exposure, EXPOSURE_WORLD);
    s.restricted = true;
    assert_exposure(judge(&t, "/srv/pub", 0644, &s, 1).exposure, EXPOSURE_ANY_USER);
    s.restricted = false;
    s.path = span_of("/srv/pu");
    assert_exposure(judge(&t, "/srv/pub", 0644, &s, 1).exposure, EXPOSURE_ANY_USER);
}

static void test_mounts(void **state _unused_) {
    assert_null(access_invented("ext4", "rw"));
    assert_null(access_invented("nfs4", "rw"));
    assert_null(access_invented("fuse.glusterfs", "rw"));
    assert_null(access_invented("cifs", "rw,posix;"));
    assert_non_null(access_invented("cifs", "rw,file_mode=0755"));
    assert_non_null(access_invented("vfat", "rw"));
    assert_non_null(access_invented("fuse.sshfs", "rw"));
}

/* ---- what the kernel says ---- */

enum { OWNER = 41001, MEMBER = 41002, NAMED = 41003, OTHER = 41004, GROUP = 42001 };

/* Whether that user, with that group, can open the file. */
static bool kernel_admits(const char *path, uint32_t uid, uint32_t gid) {
    int status = 0;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        int fd = -1;

        if (setgroups(0, NULL) == 0 && setgid(gid) == 0 && setuid(uid) == 0)
            fd = open(path, O_RDONLY | O_CLOEXEC);
        _exit(fd >= 0 ? 0 : errno == EACCES ? 1 : 2);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
    return WEXITSTATUS(status) == 0;
}

static Span acl_read(const char *path, uint8_t *to, size_t n) {
    ssize_t got = getxattr(path, ACL_NAME, to, n);

    return span(to, got < 0 ? 0 : (size_t)got);
}

static void enter_real(AccessTrail *t, const char *path) {
    uint8_t acl[256];
    struct stat s;

    assert_int_equal(stat(path, &s), 0);
    assert_int_equal(access_enter(t, span_of(path),
                                  &(AccessFacts){s.st_mode, s.st_uid, s.st_gid,
                                                 acl_read(path, acl, sizeof(acl))}),
                     0);
}

/* Every directory from the root down to `path`, then itself. */
static void enter_all(AccessTrail *t, const char *path) {
    char part[512];

    enter_real(t, "/");
    for (size_t i = 1; i <= strlen(path); i++) {
        if (path[i] && path[i] != '/')
            continue;
        snprintf(part, sizeof(part), "%.*s", (int)i, path);
        enter_real(t, part);
    }
}

typedef struct RealCase {
    uint32_t directory, file;
    unsigned named; /* what an ACL gives the named user on both; 0: no ACL */
    unsigned mask;
    bool bound; /* the answer is a level too high, as access.h says */
} RealCase;

static void acl_set(const char *path, uint32_t mode, const RealCase *c, unsigned permission) {
    uint8_t bytes[64];
    const TestEntry entries[] = {{0x01, mode >> 6 & 7, NOBODY},
                                 {0x02, permission, NAMED},
                                 {0x04, mode >> 3 & 7, NOBODY},
                                 {0x10, c->mask, NOBODY},
                                 {0x20, mode & 7, NOBODY}};
    Span acl = acl_make(entries, 5, bytes);

    assert_int_equal(setxattr(path, ACL_NAME, acl.at, acl.n, 0), 0);
}

static void real_case(const char *top, size_t i, const RealCase *c) {
    _cleanup_(access_trail_done) AccessTrail t = {0};
    char directory[256], file[300];
    uint8_t acl[256];
    struct stat s;
    CaseExposure kernel;
    Access a;
    int fd;

    snprintf(directory, sizeof(directory), "%s/%zu", top, i);
    snprintf(file, sizeof(file), "%s/file", directory);
    assert_int_equal(mkdir(directory, 0700), 0);
    fd = open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(chown(directory, OWNER, GROUP) | chown(file, OWNER, GROUP), 0);
    assert_int_equal(chmod(directory, c->directory) | chmod(file, c->file), 0);
    if (c->named) {
        acl_set(directory, c->directory, c, c->named);
        acl_set(file, c->file, c, c->named);
    }
    enter_all(&t, directory);
    assert_int_equal(stat(file, &s), 0);
    access_judge(&t, span_of(directory),
                 &(AccessFacts){s.st_mode, s.st_uid, s.st_gid, acl_read(file, acl, sizeof(acl))},
                 NULL, 0, &a);
    kernel = kernel_admits(file, OTHER, OTHER) ? EXPOSURE_ANY_USER
             : kernel_admits(file, MEMBER, GROUP) || kernel_admits(file, NAMED, NAMED)
                 ? EXPOSURE_GROUP
                 : EXPOSURE_OWNER;
    if (c->bound)
        kernel++;
    if (a.exposure != kernel)
        print_error("case %zu: directory %04o, file %04o: %s\n", i, c->directory, c->file,
                    a.reason);
    assert_exposure(a.exposure, kernel);
    assert_int_equal(a.acl, c->named != 0);
}

static void test_kernel(void **state _unused_) {
    static const RealCase cases[] = {
        {0755, 0644, 0, 0, false}, {0755, 0640, 0, 0, false}, {0755, 0600, 0, 0, false},
        {0750, 0644, 0, 0, false}, {0700, 0644, 0, 0, false}, {0700, 0640, 0, 0, false},
        {0711, 0604, 0, 0, false}, {0705, 0640, 0, 0, true},  {0700, 0600, 5, 5, false},
        {0700, 0600, 5, 4, false}, {0700, 0600, 5, 1, false}, {0750, 0600, 5, 5, false},
        {0700, 0600, 4, 7, false}, {0755, 0600, 5, 7, false}, {0755, 0604, 5, 0, false},
    };
    char top[] = "/tmp/terrier-access-XXXXXX", command[64];

    if (geteuid() != 0) {
        print_message("not root: the kernel cannot be asked as other users\n");
        skip();
    }
    assert_non_null(mkdtemp(top));
    assert_int_equal(chmod(top, 0755), 0);
    for (size_t i = 0; i < N_ELEMENTS(cases); i++)
        real_case(top, i, &cases[i]);
    snprintf(command, sizeof(command), "rm -r %s", top);
    assert_int_equal(system(command), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {  cmocka_unit_test(test_modes),  cmocka_unit_test(test_acl),
        cmocka_unit_test(test_trail),  cmocka_unit_test(test_shares), cmocka_unit_test(test_mounts),
        cmocka_unit_test(test_kernel),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
