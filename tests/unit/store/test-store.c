/* Store: where it may stand, whose it must be, one writer, readers beside it, foreign files. */
#include "fixture.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>

static mode_t mode_of(const char *path) {
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    return st.st_mode & 07777;
}

static void beside(const Fixture *f, const char *suffix, char ret[128]) {
    snprintf(ret, 128, "%s%s", f->path, suffix);
}

static void assert_refused(const Fixture *f, StoreMode mode, int code, const char *words) {
    Store *s = NULL;
    Error e = {0};

    assert_int_equal(store_open(f->path, mode, &e, &s), code);
    assert_null(s);
    if (!strstr(e.text, words))
        fail_msg("'%s' has no '%s'", e.text, words);
}

static void keeps_to_itself(void **state) {
    Fixture *f = *state;
    static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};

    for (size_t i = 0; i < N_ELEMENTS(suffixes); i++) {
        char path[128];

        beside(f, suffixes[i], path);
        assert_int_equal(mode_of(path), 0600);
    }
}

static void makes_its_directories(void **state) {
    Fixture *f = *state;
    Fixture deep = {0};

    snprintf(deep.path, sizeof(deep.path), "%s/a/b/t.db", f->directory);
    fixture_open(&deep);
    deep.store = store_close(deep.store);
    assert_int_equal(mode_of(deep.path), 0600);
    snprintf(deep.path, sizeof(deep.path), "%s/a/b", f->directory);
    assert_int_equal(mode_of(deep.path), 0700);
}

static void one_scan_at_a_time(void **state) {
    Fixture *f = *state;
    char pid[32];

    snprintf(pid, sizeof(pid), "(pid %d)", (int)getpid());
    assert_refused(f, STORE_WRITE, -EBUSY, pid);
    assert_refused(f, STORE_WRITE, -EBUSY, "is in use by a scan started at 2");
    f->store = store_close(f->store);
    fixture_open(f);
}

static void a_killed_scan_leaves_no_lock(void **state) {
    Fixture *f = *state;
    int status;
    pid_t child;

    f->store = store_close(f->store);
    child = fork();
    if (child == 0) {
        Store *s;

        if (store_open(f->path, STORE_WRITE, NULL, &s) < 0)
            _exit(1);
        raise(SIGKILL);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    fixture_open(f);
}

static void readers_need_a_store_and_no_lock(void **state) {
    Fixture *f = *state;
    int status;
    pid_t child = fork();

    if (child == 0) {
        Arena a = {0};
        Store *reader;
        RunRow run;

        if (store_open(f->path, STORE_READ, NULL, &reader) < 0 ||
            query_run(reader, 0, &a, NULL, &run) < 0 || run.id != f->run)
            _exit(1);
        store_close(reader);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    f->store = store_close(f->store);
    assert_int_equal(unlink(f->path), 0);
    assert_refused(f, STORE_READ, -ENOENT, "scan first");
}

static void refuses_what_others_can_read_or_swap(void **state) {
    Fixture *f = *state;
    char other[128];

    f->store = store_close(f->store);
    assert_int_equal(chmod(f->path, 0640), 0);
    assert_refused(f, STORE_WRITE, -EPERM, "chmod 0600");
    assert_refused(f, STORE_READ, -EPERM, "chmod 0600");
    assert_int_equal(chmod(f->path, 0600), 0);
    assert_int_equal(chmod(f->directory, 0770), 0);
    assert_refused(f, STORE_WRITE, -EPERM, "chmod go-w");
    assert_int_equal(chmod(f->directory, 0700), 0);
    beside(f, ".real", other);
    assert_int_equal(rename(f->path, other), 0);
    assert_int_equal(symlink(other, f->path), 0);
    assert_refused(f, STORE_WRITE, -ELOOP, "cannot open");
}

static void refuses_what_others_own(void **state) {
    Fixture *f = *state;

    if (geteuid() != 0)
        skip();
    f->store = store_close(f->store);
    assert_int_equal(chown(f->path, 12345, (gid_t)-1), 0);
    assert_refused(f, STORE_READ, -EPERM, "belongs to user 12345");
    assert_int_equal(chown(f->path, 0, (gid_t)-1), 0);
    assert_int_equal(chown(f->directory, 12345, (gid_t)-1), 0);
    assert_refused(f, STORE_WRITE, -EPERM, "belongs to user 12345");
}

static void bytes_move(const char *path, off_t at, void *bytes, size_t n, bool put) {
    int fd = open(path, O_RDWR | O_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(put ? pwrite(fd, bytes, n, at) : pread(fd, bytes, n, at), n);
    close(fd);
}

static void refuses_a_newer_store_untouched(void **state) {
    Fixture *f = *state;
    uint8_t newer[4] = {0, 0, 0, STORE_FORMAT + 1}, before[4096], after[4096];
    struct stat was, is;
    char wal[128], expected[64];

    snprintf(expected, sizeof(expected), "newer Terrier (format %d, this one knows %d)",
             STORE_FORMAT + 1, STORE_FORMAT);
    f->store = store_close(f->store);
    bytes_move(f->path, 60, newer, sizeof(newer), true);
    bytes_move(f->path, 0, before, sizeof(before), false);
    assert_int_equal(stat(f->path, &was), 0);
    assert_refused(f, STORE_WRITE, -EPROTO, expected);
    assert_refused(f, STORE_READ, -EPROTO, "newer Terrier");
    bytes_move(f->path, 0, after, sizeof(after), false);
    assert_memory_equal(before, after, sizeof(before));
    assert_int_equal(stat(f->path, &is), 0);
    assert_memory_equal(&is.st_mtim, &was.st_mtim, sizeof(is.st_mtim));
    beside(f, "-wal", wal);
    assert_int_not_equal(access(wal, F_OK), 0);
}

static void refuses_what_is_no_store(void **state) {
    Fixture *f = *state;
    sqlite3 *db;
    int fd;

    f->store = store_close(f->store);
    assert_int_equal(unlink(f->path), 0);
    fd = open(f->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, "hello", 5), 5);
    close(fd);
    assert_refused(f, STORE_WRITE, -EMEDIUMTYPE, "not a Terrier store");
    assert_int_equal(unlink(f->path), 0);
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE t (x)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(chmod(f->path, 0600), 0);
    assert_refused(f, STORE_WRITE, -EMEDIUMTYPE, "not a Terrier store");
    assert_int_equal(unlink(f->path), 0);
    assert_int_equal(mkdir(f->path, 0700), 0);
    assert_refused(f, STORE_WRITE, -EINVAL, "not a regular file");
}

/* Damaged pages, and a WAL that tells of an unclean end: looked at before they are believed. */
static void looks_inside_after_an_unclean_end(void **state) {
    Fixture *f = *state;
    uint8_t noise[512];
    char wal[128];
    int fd;

    fixture_root(f, 0, "/srv");
    for (int i = 0; i < 500; i++) {
        char path[64];

        snprintf(path, sizeof(path), "some/file/that/has/a/longer/name/%05d", i);
        fixture_found(f, 0, path, "", SSN, 1, 0);
    }
    fixture_end(f);
    f->store = store_close(f->store);
    memset(noise, 0xa5, sizeof(noise));
    for (off_t at = 4096; at < 40 * 4096; at += 4096)
        bytes_move(f->path, at, noise, sizeof(noise), true);
    beside(f, "-wal", wal);
    fd = open(wal, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, "x", 1), 1);
    close(fd);
    assert_refused(f, STORE_WRITE, -EUCLEAN, "restore a copy");
}

static int64_t number(const char *path, const char *sql) {
    sqlite3_stmt *stmt;
    sqlite3 *db;
    int64_t n;

    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    n = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return n;
}

static void is_strict_and_in_wal_mode(void **state) {
    Fixture *f = *state;

    f->store = store_close(f->store);
    assert_int_equal(number(f->path, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
    assert_int_equal(number(f->path, "SELECT user_version FROM pragma_user_version"), STORE_FORMAT);
    assert_int_equal(number(f->path, "SELECT count(*) FROM pragma_table_list WHERE strict = 0 AND"
                                     " type = 'table' AND name NOT LIKE 'sqlite%'"),
                     0);
    assert_int_equal(number(f->path, "SELECT count(*) FROM meta WHERE uuid LIKE "
                                     "'________-____-4___-____-____________' AND created > 0"),
                     1);
}

/* As many comments inside CREATE TABLE as columns. */
static void comments_every_column(void **state) {
    Fixture *f = *state;

    f->store = store_close(f->store);
    assert_int_equal(
        number(f->path,
               "SELECT count(*) FROM (SELECT s.name, (length(sql) - length(replace(sql, '-- ', ''"
               "))) / 3 AS comments, (SELECT count(*) FROM pragma_table_info(s.name)) AS columns"
               " FROM sqlite_schema s WHERE type = 'table' AND name NOT LIKE 'sqlite%')"
               " WHERE comments <> columns"),
        0);
}

static void knows_its_default_place(void **state _unused_) {
    char *path = NULL;

    assert_int_equal(setenv("XDG_STATE_HOME", "/x/state", 1), 0);
    assert_int_equal(store_default_path(&path), 0);
    assert_string_equal(path, "/x/state/terrier/terrier.db");
    free(path);
    assert_int_equal(setenv("XDG_STATE_HOME", "relative", 1), 0); /* to be ignored, says XDG */
    assert_int_equal(setenv("HOME", "/home/u", 1), 0);
    assert_int_equal(store_default_path(&path), 0);
    assert_string_equal(path, "/home/u/.local/state/terrier/terrier.db");
    free(path);
    assert_int_equal(unsetenv("HOME"), 0);
    assert_int_equal(store_default_path(&path), -ENOENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(keeps_to_itself),
        TEST(makes_its_directories),
        TEST(one_scan_at_a_time),
        TEST(a_killed_scan_leaves_no_lock),
        TEST(readers_need_a_store_and_no_lock),
        TEST(refuses_what_others_can_read_or_swap),
        TEST(refuses_what_others_own),
        TEST(refuses_a_newer_store_untouched),
        TEST(refuses_what_is_no_store),
        TEST(looks_inside_after_an_unclean_end),
        TEST(is_strict_and_in_wal_mode),
        TEST(comments_every_column),
        TEST(knows_its_default_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
