/* Migrate: a copy before anything changes, all steps or none. The steps are made up. */
#include "fixture.h"

#include <sqlite3.h>

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
    assert_int_equal(number(db, version), STORE_FORMAT);
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
    assert_int_equal(number(db, version), STORE_FORMAT);
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

/* The schema as it was, with one ended and one interrupted run in it. */
static void make_format_1(const char *path) {
    char name[512], text[32768];
    const char *top = getenv("TERRIER_SOURCE_ROOT");
    FILE *file;
    sqlite3 *db;
    size_t n;

    assert_non_null(top);
    snprintf(name, sizeof(name), "%s/tests/unit/store/format-1.sql", top);
    file = fopen(name, "r");
    assert_non_null(file);
    n = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    text[n] = 0;
    assert_int_equal(remove(path), 0);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sql_exec(db, text), 0);
    assert_int_equal(
        sql_exec(
            db,
            "INSERT INTO meta VALUES (1, 0, 'x');"
            "INSERT INTO run VALUES (1, 1, 2, 0, 0, 1, 1, '0.1', NULL, x'00', '{}'),"
            " (2, 3, NULL, NULL, 0, NULL, NULL, '0.1', NULL, x'00', '{}');"
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
            "INSERT INTO finding VALUES (7, x'', 0, x'', 0, 3, 4.0, 1, 0, 0, 1, 1, 0, 1, 1, x'');"
            "PRAGMA journal_mode = WAL"),
        0);
    sqlite3_close(db);
    assert_int_equal(chmod(path, 0600), 0);
}

static unsigned count_objects(Fixture *f, int64_t run, bool unread) {
    _cleanup_(object_cursor_closep) ObjectCursor *c = NULL;
    ObjectRow row;
    unsigned n = 0;

    assert_int_equal(object_cursor_open(f->store, run, unread, NULL, &c), 0);
    while (object_cursor_step(c, NULL, &row) > 0)
        n++;
    return n;
}

static void format_1_is_brought_up_to_date(void **state) {
    Fixture *f = *state;
    _cleanup_(found_cursor_closep) FoundCursor *c = NULL;
    FoundRow hit;
    Error e = {0};

    f->store = store_close(f->store);
    make_format_1(f->path);
    assert_int_equal(store_open(f->path, STORE_READ, &e, &f->store), -EPROTO);
    assert_non_null(strstr(e.text, "the next scan brings it up to date"));
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

/* Tables, columns, indexes: made at once or brought up to date, they are the same. */
static void both_ways_lead_to_one_schema(void **state) {
    Fixture *f = *state;
    static const char columns[] =
        "SELECT coalesce(group_concat(m.name || '.' || i.name || i.type || i.\"notnull\" || i.pk),"
        " '') FROM (SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name) m,"
        " pragma_table_info(m.name) i";
    static const char indexes[] = "SELECT group_concat(name || coalesce(tbl_name, '')) FROM (SELECT"
                                  " * FROM sqlite_schema WHERE type = 'index' ORDER BY name)";
    char made[2][16384];
    sqlite3_stmt *stmt;

    for (int i = 0; i < 2; i++) {
        sqlite3 *db = connect(f->path);

        made[i][0] = 0;
        for (int k = 0; k < 2; k++) {
            assert_int_equal(sql_prepare(db, k ? indexes : columns, &stmt), 0);
            assert_int_equal(sql_step(stmt), 1);
            snprintf(made[i] + strlen(made[i]), sizeof(made[i]) - strlen(made[i]), "%s\n",
                     (const char *)sqlite3_column_text(stmt, 0));
            sqlite3_finalize(stmt);
        }
        sqlite3_close(db);
        if (i)
            break;
        f->store = store_close(f->store);
        make_format_1(f->path);
        fixture_open(f);
    }
    assert_string_equal(made[0], made[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(runs_all_steps_after_a_copy),  TEST(leaves_the_store_when_a_step_fails),
        TEST(begins_where_the_store_is),    TEST(format_1_is_brought_up_to_date),
        TEST(both_ways_lead_to_one_schema),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
