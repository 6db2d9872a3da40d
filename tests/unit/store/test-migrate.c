/* Migrate: a copy before anything changes, all steps or none. The steps are made up. */
#include "fixture.h"

#include <sqlite3.h>

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
        "CREATE TABLE two (x INTEGER) STRICT; PRAGMA user_version = 2",
        "ALTER TABLE two ADD COLUMN y INTEGER; PRAGMA user_version = 3",
    };
    char copy[128];
    struct stat st;
    sqlite3 *db;
    Error e = {0};

    f->store = store_close(f->store);
    db = connect(f->path);
    if (migrate_run(db, f->path, 1, steps, 2, &e) < 0)
        fail_msg("%s", e.text);
    assert_int_equal(number(db, version), 3);
    assert_int_equal(number(db, "SELECT count(*) FROM pragma_table_info('two')"), 2);
    assert_int_equal(number(db, "SELECT count(*) FROM run"), 1);
    sqlite3_close(db);
    snprintf(copy, sizeof(copy), "%s.format-1", f->path);
    assert_int_equal(stat(copy, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    db = connect(copy);
    assert_int_equal(number(db, version), 1);
    assert_int_equal(number(db, "SELECT count(*) FROM run"), 1);
    assert_int_equal(migrate_check(db), 0);
    sqlite3_close(db);
}

static void leaves_the_store_when_a_step_fails(void **state) {
    Fixture *f = *state;
    static const char *const steps[] = {
        "CREATE TABLE two (x INTEGER) STRICT; PRAGMA user_version = 2",
        "ALTER TABLE none ADD COLUMN y INTEGER",
    };
    sqlite3 *db;
    Error e = {0};

    f->store = store_close(f->store);
    db = connect(f->path);
    assert_true(migrate_run(db, f->path, 1, steps, 2, &e) < 0);
    assert_non_null(strstr(e.text, "it is as it was"));
    assert_int_equal(number(db, version), 1);
    assert_int_equal(number(db, "SELECT count(*) FROM pragma_table_list WHERE name = 'two'"), 0);
    sqlite3_close(db);
}

static void begins_where_the_store_is(void **state) {
    Fixture *f = *state;
    static const char *const steps[] = {
        "SELECT no_such_function()",
        "PRAGMA user_version = 3",
    };
    sqlite3 *db;

    f->store = store_close(f->store);
    db = connect(f->path);
    assert_int_equal(migrate_run(db, f->path, 2, steps, 2, NULL), 0);
    assert_int_equal(number(db, version), 3);
    sqlite3_close(db);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(runs_all_steps_after_a_copy),
        TEST(leaves_the_store_when_a_step_fails),
        TEST(begins_where_the_store_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
