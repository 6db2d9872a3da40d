/* Write: whole objects only, replaced whole; a kill, a full disk and a resumed run. */
#include "fixture.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* The first column of the first row, by a connection of the child's own. */
static int64_t number(Fixture *f, const char *sql) {
    sqlite3_stmt *stmt;
    sqlite3 *db;
    int64_t n;

    f->store = store_close(f->store);
    assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    n = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return n;
}

static bool is_done(Fixture *f, uint32_t root, const char *path) {
    _cleanup_(object_cursor_closep) ObjectCursor *c = NULL;
    ObjectRow row;

    assert_int_equal(object_cursor_open(f->store, f->run, false, NULL, &c), 0);
    while (object_cursor_step(c, NULL, &row) > 0) {
        if (root == 0 && span_is(row.path, path))
            return true;
    }
    return false;
}

static void runs_are_numbered(void **state) {
    Fixture *f = *state;
    _cleanup_(arena_done) Arena a = {0};
    RunRow run;
    Error e = {0};

    assert_int_equal(f->run, 1);
    assert_int_equal(query_run(f->store, 0, &a, &e, &run), 0);
    assert_int_equal(run.ended, INT64_MIN);
    assert_int_equal(run.exit, -1);
    assert_string_equal(run.tool, "0.1.0");
    assert_string_equal(run.key, "0a1b2c3d");
    assert_int_equal(run.ruleset[2], 3);
    assert_true(span_is(run.parameters, "{\"roots\":[\"/srv\"]}"));
    assert_int_equal(run.n_detectors, N_ELEMENTS(fixture_detectors));
    fixture_end(f);
    assert_int_equal(query_run(f->store, 1, &a, &e, &run), 0);
    assert_int_equal(run.ended, T0 + 5000000000);
    assert_int_equal(run.exit, 0);
    assert_true(run.complete && run.balanced && !run.survey);
    assert_int_equal(fixture_run(f), 2);
    assert_int_equal(query_run(f->store, 3, &a, &e, &run), -ENOENT);
    assert_non_null(strstr(e.text, "no run 3"));
}

static void objects_come_back_as_put(void **state) {
    Fixture *f = *state;
    static const uint8_t hash[16] = {9, 8, 7};
    StoreObject o = fixture_object(0, span_of("a\xff b"));
    _cleanup_(object_cursor_closep) ObjectCursor *c = NULL;
    ObjectRow row;
    Error e = {0};

    fixture_root(f, 0, "/srv");
    o.meta.dev = UINT64_MAX - 1;
    o.meta.ino = UINT64_C(1) << 63;
    o.hash = hash;
    o.members = 4;
    o.status = status_of(STATUS_PARTIAL, "no-ocr");
    fixture_put(f, &o, NULL, 0);
    assert_int_equal(object_cursor_open(f->store, f->run, false, &e, &c), 0);
    assert_int_equal(object_cursor_step(c, &e, &row), 1);
    assert_true(span_is(row.root, "/srv") && span_is(row.path, "a\xff b"));
    assert_true(row.meta.dev == UINT64_MAX - 1 && row.meta.ino == UINT64_C(1) << 63);
    assert_int_equal(row.meta.size, 100);
    assert_int_equal(row.meta.mtime, T0);
    assert_int_equal(row.meta.btime, INT64_MIN);
    assert_int_equal(row.meta.mode, 0100640);
    assert_int_equal(row.meta.uid, 1000);
    assert_int_equal(row.meta.gid, 100);
    assert_int_equal(row.status.kind, STATUS_PARTIAL);
    assert_string_equal(row.status.reason, "no-ocr");
    assert_int_equal(row.bytes_read, 100);
    assert_int_equal(row.members, 4);
    assert_memory_equal(row.hash, hash, 16);
    assert_string_equal(row.format, "text");
    assert_string_equal(row.encoding, "utf-8");
    assert_int_equal(object_cursor_step(c, &e, &row), 0);
}

static void putting_again_replaces_all_of_it(void **state) {
    Fixture *f = *state;

    fixture_root(f, 0, "/srv");
    fixture_found(f, 0, "a", "p", SSN, 5, 0);
    fixture_found(f, 0, "b", "p", SSN, 5, 0);
    fixture_found(f, 0, "a", "q", IBAN, 2, 0);
    assert_int_equal(number(f, "SELECT count(*) FROM object"), 2);
    assert_int_equal(number(f, "SELECT count(*) FROM finding"), 2);
    assert_int_equal(number(f, "SELECT detector FROM finding JOIN object ON object = id"
                               " WHERE path = x'61'"),
                     IBAN);
}

static void findings_without_hits_are_none(void **state) {
    Fixture *f = *state;

    fixture_root(f, 0, "/srv");
    fixture_found(f, 0, "a", "", SSN, 0, 0);
    assert_int_equal(number(f, "SELECT count(*) FROM finding"), 0);
    assert_int_equal(number(f, "SELECT count(*) FROM object WHERE id IS NULL"), 1);
}

/* What a Sample carries as value must not be anywhere in the store's files. */
static void values_never_enter(void **state) {
    Fixture *f = *state;
    Sample sample = {.line = 1, .mask = "v***", .value = span_of("v-canary-51b2")};
    Finding finding = {
        .detector = SSN, .count = {[LEVEL_HIGH] = 1}, .samples = &sample, .n_samples = 1};
    StoreObject o = fixture_object(0, span_of("a"));
    char command[256];

    fixture_root(f, 0, "/srv");
    fixture_put(f, &o, &finding, 1);
    assert_int_equal(store_commit(f->store, NULL), 0);
    snprintf(command, sizeof(command), "grep -rqa 'v-canary' '%s'", f->directory);
    assert_int_not_equal(system(command), 0);
    snprintf(command, sizeof(command), "grep -rqaF 'v***' '%s'", f->directory);
    assert_int_equal(system(command), 0);
}

static void done_is_by_run_root_and_path(void **state) {
    Fixture *f = *state;

    fixture_root(f, 0, "/srv");
    fixture_status(f, 0, "a", STATUS_READ, "");
    assert_true(is_done(f, 0, "a"));
    assert_false(is_done(f, 1, "a"));
    assert_false(is_done(f, 0, "A"));
    assert_false(is_done(f, 0, ""));
    fixture_run(f);
    assert_false(is_done(f, 0, "a"));
}

/* The child puts object after object, each with three findings, until it is killed. */
static void put_for_ever(Fixture *f, int ready) {
    Sample sample = {.line = 1, .mask = "***"};
    Finding findings[3] = {
        {.detector = EMAIL, .count = {[LEVEL_LOW] = 1}, .samples = &sample, .n_samples = 1},
        {.detector = IBAN, .count = {[LEVEL_LOW] = 1}, .samples = &sample, .n_samples = 1},
        {.detector = SSN, .count = {[LEVEL_LOW] = 1}, .samples = &sample, .n_samples = 1},
    };

    fixture_open(f);
    for (int i = 0; i < 100000000; i++) {
        char path[16];
        StoreObject o;

        snprintf(path, sizeof(path), "%08d", i);
        o = fixture_object(0, span_of(path));
        if (store_object_put(f->store, f->run, &o, findings, 3, NULL) < 0)
            _exit(1);
        if (i % 1000 == 0 && write(ready, ".", 1) != 1)
            _exit(1);
    }
    _exit(1);
}

static void kill_after(Fixture *f, int thousands, unsigned microseconds) {
    int ready[2], status;
    char dot;
    pid_t child;

    assert_int_equal(pipe(ready), 0);
    child = fork();
    if (child == 0)
        put_for_ever(f, ready[1]);
    for (int i = 0; i < thousands; i++)
        assert_int_equal(read(ready[0], &dot, 1), 1);
    usleep(microseconds);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    close(ready[0]);
    close(ready[1]);
}

static void a_kill_leaves_whole_objects(void **state) {
    Fixture *f = *state;

    fixture_root(f, 0, "/srv");
    for (int i = 0; i < 5; i++) {
        int64_t objects;

        f->store = store_close(f->store);
        kill_after(f, 3 + i, (unsigned)i * 1700);
        fixture_open(f); /* which also runs the quick_check */
        objects = number(f, "SELECT count(*) FROM object");
        assert_true(objects > 0);
        assert_int_equal(number(f, "SELECT count(*) FROM finding"), objects * 3);
        assert_int_equal(number(f, "SELECT count(*) FROM object JOIN finding ON object = id"),
                         objects * 3);
    }
}

static void an_interrupted_run_goes_on(void **state) {
    Fixture *f = *state;

    fixture_root(f, 0, "/srv");
    fixture_status(f, 0, "a", STATUS_READ, "");
    f->store = store_close(f->store);
    fixture_open(f);
    fixture_status(f, 0, "b", STATUS_READ, "");
    assert_true(is_done(f, 0, "a"));
    assert_true(is_done(f, 0, "b"));
    fixture_end(f);
    assert_int_equal(number(f, "SELECT slots FROM run"), 2);
}

static int put_until_refused(Fixture *f, Error *e) {
    int r = 0;

    for (int i = 0; r == 0 && i < 1000000; i++) {
        char path[16];
        StoreObject o;

        snprintf(path, sizeof(path), "%08d", i);
        o = fixture_object(0, span_of(path));
        r = store_object_put(f->store, f->run, &o, NULL, 0, e);
    }
    return r;
}

/* The limit on file size stands in for a full disk: write(2) fails in the same places. */
static void a_full_disk_keeps_the_last_commit(void **state) {
    Fixture *f = *state;
    struct rlimit before, small;
    StoreObject late = fixture_object(0, span_of("late"));
    Error e = {0};
    int r;

    signal(SIGXFSZ, SIG_IGN);
    fixture_root(f, 0, "/srv");
    fixture_status(f, 0, "kept", STATUS_READ, "");
    assert_int_equal(store_commit(f->store, &e), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = (struct rlimit){.rlim_cur = 600000, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    r = put_until_refused(f, &e);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    if (r != -EFBIG && r != -ENOSPC)
        fail_msg("%d: %s", r, e.text);
    assert_non_null(strstr(e.text, f->path));
    assert_non_null(strstr(e.text, "make room"));
    e = (Error){0};
    assert_int_equal(store_object_put(f->store, f->run, &late, NULL, 0, &e), r);
    assert_non_null(strstr(e.text, "make room"));
    assert_int_equal(store_commit(f->store, &e), r);
    f->store = store_close(f->store);
    fixture_open(f);
    assert_true(is_done(f, 0, "kept"));
    assert_false(is_done(f, 0, "late"));
    fixture_put(f, &late, NULL, 0);
    fixture_end(f);
    assert_int_equal(number(f, "SELECT count(*) FROM pragma_integrity_check WHERE"
                               " integrity_check <> 'ok'"),
                     0);
}

static void notes_and_roots_are_replaced(void **state) {
    Fixture *f = *state;
    _cleanup_(note_cursor_closep) NoteCursor *c = NULL;
    _cleanup_(arena_done) Arena a = {0};
    StoreNote note = {"excluded", span_of("*.iso"), 3, "default"};
    RootRow *roots;
    NoteRow row;
    Error e = {0};
    size_t n;

    fixture_root_found(f, 0, "/srv", 1, 2, 3);
    fixture_root_found(f, 0, "/srv", 10, 20, 30);
    fixture_root_found(f, 1, "/home", 1, 1, 1);
    assert_int_equal(query_roots(f->store, f->run, &a, &e, &roots, &n), 0);
    assert_int_equal(n, 2);
    assert_true(span_is(roots[0].path, "/home"));
    assert_int_equal(roots[1].found, 10);
    assert_string_equal(roots[1].fs_type, "ext4");
    assert_string_equal(roots[1].atime, "kept");
    assert_int_equal(store_note_put(f->store, f->run, &note, &e), 0);
    note.count = 5;
    assert_int_equal(store_note_put(f->store, f->run, &note, &e), 0);
    note = (StoreNote){"excluded", span_of("#snapshot"), 1, ""};
    assert_int_equal(store_note_put(f->store, f->run, &note, &e), 0);
    note = (StoreNote){"restart", span_of("1"), 1, ""};
    assert_int_equal(store_note_put(f->store, f->run, &note, &e), 0);
    assert_int_equal(note_cursor_open(f->store, f->run, "excluded", &e, &c), 0);
    assert_int_equal(note_cursor_step(c, &e, &row), 1);
    assert_true(span_is(row.subject, "#snapshot"));
    assert_int_equal(note_cursor_step(c, &e, &row), 1);
    assert_true(span_is(row.subject, "*.iso"));
    assert_int_equal(row.count, 5);
    assert_string_equal(row.detail, "default");
    assert_int_equal(note_cursor_step(c, &e, &row), 0);
}

static void the_end_leaves_one_file(void **state) {
    Fixture *f = *state;
    char wal[128];
    struct stat st;

    fixture_root(f, 0, "/srv");
    for (int i = 0; i < 3000; i++) {
        char path[16];

        snprintf(path, sizeof(path), "%08d", i);
        fixture_found(f, 0, path, "", EMAIL, 1, 0);
    }
    fixture_end(f);
    snprintf(wal, sizeof(wal), "%s-wal", f->path);
    assert_int_equal(stat(wal, &st), 0);
    assert_int_equal(st.st_size, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(runs_are_numbered),
        TEST(objects_come_back_as_put),
        TEST(putting_again_replaces_all_of_it),
        TEST(findings_without_hits_are_none),
        TEST(values_never_enter),
        TEST(done_is_by_run_root_and_path),
        TEST(a_kill_leaves_whole_objects),
        TEST(an_interrupted_run_goes_on),
        TEST(a_full_disk_keeps_the_last_commit),
        TEST(notes_and_roots_are_replaced),
        TEST(the_end_leaves_one_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
