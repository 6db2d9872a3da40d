/*
 * Migrate: a copy before anything changes, all steps or none. The steps are made up, but for the
 * last test: it brings a store of the oldest format to today's and compares it with a new one.
 */
#include "fixture.h"

#include <sqlite3.h>

#include "base/file.h"
#include "store/found.h"
#include "store/migrate.h"
#include "store/sql.h"

static sqlite3 *connect(const char *path) {
    sqlite3 *db;

    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    return db;
}

static int64_t number(sqlite3 *db, const char *sql) {
    sqlite3_stmt *stmt;
    int64_t n;

    assert_int_equal(sql_prepare(db, sql, &stmt), 0);
    assert_int_equal(sql_step(stmt), 1);
    n = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return n;
}

static const char version[] = "SELECT user_version FROM pragma_user_version";

static void runs_all_steps_after_a_copy(void **state) {
    Fixture *f = *state;
    static const char *const steps[] = {
        "SELECT no_such_function()",
        "SELECT no_such_function()",
        "CREATE TABLE two (x INTEGER) STRICT; PRAGMA user_version = 4",
        "ALTER TABLE two ADD COLUMN y INTEGER; PRAGMA user_version = 5",
    };
    char copy[128];
    struct stat st;
    sqlite3 *db;
    Error e = {0};

    f->store = store_close(f->store);
    db = connect(f->path);
    if (migrate_run(db, f->path, STORE_FORMAT, steps, N_ELEMENTS(steps), &e) < 0)
        fail_msg("%s", e.text);
    assert_int_equal(number(db, version), 5);
    assert_int_equal(number(db, "SELECT count(*) FROM pragma_table_info('two')"), 2);
    assert_int_equal(number(db, "SELECT count(*) FROM run"), 1);
    sqlite3_close(db);
    snprintf(copy, sizeof(copy), "%s.format-%d", f->path, STORE_FORMAT);
    assert_int_equal(stat(copy, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    db = connect(copy);
    assert_int_equal(number(db, version), STORE_FORMAT);
    assert_int_equal(number(db, "SELECT count(*) FROM run"), 1);
    assert_int_equal(migrate_check(db), 0);
    sqlite3_close(db);
}

static void leaves_the_store_when_a_step_fails(void **state) {
    Fixture *f = *state;
    static const char *const steps[] = {
        "SELECT no_such_function()",
        "SELECT no_such_function()",
        "CREATE TABLE two (x INTEGER) STRICT; PRAGMA user_version = 4",
        "ALTER TABLE none ADD COLUMN y INTEGER",
    };
    sqlite3 *db;
    Error e = {0};

    f->store = store_close(f->store);
    db = connect(f->path);
    assert_true(migrate_run(db, f->path, STORE_FORMAT, steps, N_ELEMENTS(steps), &e) < 0);
    assert_non_null(strstr(e.text, "it is as it was"));
    assert_int_equal(number(db, version), STORE_FORMAT);
    assert_int_equal(number(db, "SELECT count(*) FROM pragma_table_list WHERE name = 'two'"), 0);
    sqlite3_close(db);
}

static void begins_where_the_store_is(void **state) {
    Fixture *f = *state;
    static const char *const steps[] = {
        "SELECT no_such_function()",
        "SELECT no_such_function()",
        "PRAGMA user_version = 4",
    };
    sqlite3 *db;

    f->store = store_close(f->store);
    db = connect(f->path);
    assert_int_equal(migrate_run(db, f->path, STORE_FORMAT, steps, N_ELEMENTS(steps), NULL), 0);
    assert_int_equal(number(db, version), 4);
    sqlite3_close(db);
}

/* All columns and indexes with what is said of them, in order of name. */
static void shape(const char *path, Buf *to) {
    sqlite3 *db = connect(path);
    sqlite3_stmt *row;

    assert_int_equal(
        sql_prepare(
            db,
            "SELECT m.name || '.' || c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' ' ||"
            " c.pk || ' ' || coalesce(c.dflt_value, '-') FROM sqlite_schema m JOIN"
            " pragma_table_xinfo(m.name) c WHERE m.type IN ('table', 'index') AND"
            " m.name NOT LIKE 'sqlite_%' ORDER BY m.name, c.name",
            &row),
        0);
    while (sql_step(row) > 0) {
        buf_span(to, sql_text(row, 0));
        buf_byte(to, '\n');
    }
    sqlite3_finalize(row);
    sqlite3_close(db);
}

/* A store of an old format with one run, as the schema of that day made it. */
static void old_store(const char *path, int format) {
    _cleanup_(buf_done) Buf file = {0}, schema = {0};
    const char *root = getenv("TERRIER_SOURCE_ROOT");
    sqlite3 *db = NULL;
    Error e = {0};

    buf_printf(&file, "%s/tests/unit/store/format-%d.sql", root ? root : ".", format);
    if (file_read(buf_cstr(&file), 1 << 20, &e, &schema) < 0)
        fail_msg("%s", e.text);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(sql_exec(db, buf_cstr(&schema)), 0);
    assert_int_equal(sql_exec(db, "PRAGMA journal_mode = WAL;"
                                  "INSERT INTO meta VALUES (1, 5, 'u');"
                                  "INSERT INTO run (started, survey, tool, ruleset, parameters)"
                                  " VALUES (7, 0, '0.1.0', x'00', '{}')"),
                     0);
    sqlite3_close(db);
}

static void comes_up_to_date(Fixture *f, int format, StoreMode mode, const char *expected) {
    _cleanup_(buf_done) Buf got = {0};
    char path[128], copy[160];
    Store *s = NULL;
    Error e = {0};
    sqlite3 *db;

    snprintf(path, sizeof(path), "%s/old-%d-%d.db", f->directory, format, (int)mode);
    snprintf(copy, sizeof(copy), "%s.format-%d", path, format);
    old_store(path, format);
    if (store_open(path, mode, &e, &s) < 0)
        fail_msg("%s", e.text);
    store_close(s);
    shape(path, &got);
    assert_string_equal(buf_cstr(&got), expected);
    db = connect(path);
    assert_int_equal(number(db, version), STORE_FORMAT);
    assert_int_equal(number(db, "SELECT started FROM run"), 7);
    sqlite3_close(db);
    db = connect(copy);
    assert_int_equal(number(db, version), format);
    assert_int_equal(number(db, "SELECT started FROM run"), 7);
    sqlite3_close(db);
}

static void brings_every_old_format_up_to_date(void **state) {
    static const StoreMode modes[] = {STORE_WRITE, STORE_APPEND, STORE_READ};
    Fixture *f = *state;
    _cleanup_(buf_done) Buf expected = {0};

    shape(f->path, &expected);
    for (int format = 1; format < STORE_FORMAT; format++)
        for (size_t i = 0; i < N_ELEMENTS(modes); i++)
            comes_up_to_date(f, format, modes[i], buf_cstr(&expected));
}

/* One run that ended and one that did not. */
static const char objects_of_old[] =
    "UPDATE run SET ended = 2, exit = 0, complete = 1, balanced = 1;"
    "INSERT INTO run VALUES (2, 3, NULL, NULL, 0, NULL, NULL, '0.1', NULL, x'00', '{}');"
    "INSERT INTO detector VALUES (1, 0, 'a.b', 'A', 'c', 3), (2, 0, 'a.b', 'A', 'c', 3);"
    "INSERT INTO root VALUES (1, 0, x'2f737276', '', '', '', '', 'read', '', 2, 8, 0, 1),"
    " (2, 0, x'2f737276', '', '', '', '', 'read', '', 0, 0, 0, 0);"
    "INSERT INTO object VALUES"
    " (1, 0, x'61', 7, 0, 1, 1, 1, 4, 1, 1, NULL, 33188, 0, 0, 'read', '', 4, 1, NULL,"
    " 'zip', ''),"
    " (1, 0, x'610062', NULL, 1, 1, 1, 1, 4, 1, 1, NULL, 0, 0, 0, 'read', '', 4, 0,"
    " NULL, 'text', ''),"
    " (1, 0, x'63', NULL, 0, 1, 1, 1, 4, 1, 1, NULL, 33188, 0, 0, 'error', 'EIO', 0, 0,"
    " NULL, '', ''),"
    " (2, 0, x'61', NULL, 0, 1, 1, 1, 4, 1, 1, NULL, 33188, 0, 0, 'read', '', 4, 0,"
    " NULL, 'text', '');"
    "INSERT INTO finding VALUES (7, x'', 0, x'', 0, 3, 4.0, 1, 0, 0, 1, 1, 0, 1, 1, x'');";

static unsigned count_objects(Fixture *f, int64_t run, bool unread) {
    _cleanup_(object_cursor_closep) ObjectCursor *c = NULL;
    ObjectRow row;
    unsigned n = 0;

    assert_int_equal(object_cursor_open(f->store, run, unread, NULL, &c), 0);
    while (object_cursor_step(c, NULL, &row) > 0)
        n++;
    return n;
}

static void objects_of_old_runs_are_kept(void **state) {
    Fixture *f = *state;
    _cleanup_(found_cursor_closep) FoundCursor *c = NULL;
    FoundRow hit;
    Error e = {0};
    sqlite3 *db;

    f->store = store_close(f->store);
    assert_int_equal(remove(f->path), 0);
    old_store(f->path, 1);
    db = connect(f->path);
    assert_int_equal(sql_exec(db, objects_of_old), 0);
    sqlite3_close(db);
    fixture_open(f);
    assert_int_equal(count_objects(f, 1, false), 3);
    assert_int_equal(count_objects(f, 1, true), 1);
    assert_int_equal(count_objects(f, 2, false), 1);
    assert_int_equal(found_cursor_open(f->store, 1, &(FoundFilter){0}, false, &e, &c), 0);
    assert_int_equal(found_cursor_step(c, &e, &hit), 1);
    assert_true(span_is(hit.path, "a"));
    assert_int_equal(found_cursor_step(c, &e, &hit), 0);
    f->run = 2;
    fixture_status(f, 0, "d", STATUS_READ, "");
    fixture_end(f);
    assert_int_equal(count_objects(f, 2, false), 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(runs_all_steps_after_a_copy),  TEST(leaves_the_store_when_a_step_fails),
        TEST(begins_where_the_store_is),    TEST(brings_every_old_format_up_to_date),
        TEST(objects_of_old_runs_are_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
