/* Sql: what is bound comes back, and SQLite's codes become those of the system. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "store/sql.h"

static int db_setup(void **state) {
    return sqlite3_open(":memory:", (sqlite3 **)state) == SQLITE_OK ? 0 : -1;
}

static int db_teardown(void **state) {
    sqlite3_close(*state);
    return 0;
}

static void brings_back_what_was_bound(void **state) {
    _cleanup_(sql_finalizep) sqlite3_stmt *stmt = NULL;

    assert_int_equal(sql_prepare(*state, "SELECT ?1, ?2, ?3, ?4, ?5, ?6, typeof(?7), ?8", &stmt),
                     0);
    sql_bind_uint(stmt, 1, UINT64_MAX);
    sql_bind_time(stmt, 2, INT64_MIN);
    sql_bind_time(stmt, 3, -5);
    sql_bind_blob(stmt, 4, span("a\0\xff", 3));
    sql_bind_blob(stmt, 5, (Span){0});
    sql_bind_text(stmt, 6, NULL);
    sql_bind_blob(stmt, 7, (Span){0});
    sql_bind_null(stmt, 8);
    assert_int_equal(sql_step(stmt), 1);
    assert_true(sql_uint(stmt, 0) == UINT64_MAX);
    assert_int_equal(sql_time(stmt, 1), INT64_MIN);
    assert_int_equal(sql_time(stmt, 2), -5);
    assert_true(span_eq(sql_blob(stmt, 3), span("a\0\xff", 3)));
    assert_int_equal(sql_blob(stmt, 4).n, 0);
    assert_true(span_is(sql_text(stmt, 5), ""));
    assert_true(span_is(sql_text(stmt, 6), "blob"));
    assert_true(span_is(sql_text(stmt, 7), ""));
    assert_int_equal(sql_step(stmt), 0);
}

static void tells_errors_apart(void **state) {
    sqlite3 *db = *state;

    assert_int_equal(sql_exec(db, "CREATE TABLE t (x INTEGER PRIMARY KEY) STRICT"), 0);
    assert_int_equal(sql_exec(db, "INSERT INTO t VALUES (1)"), 0);
    assert_int_equal(sql_exec(db, "INSERT INTO t VALUES (1)"), -EEXIST);
    assert_int_equal(sql_exec(db, "no sql at all"), -EINVAL);
    assert_int_equal(sql_exec(db, "PRAGMA query_only = ON"), 0);
    assert_int_equal(sql_exec(db, "INSERT INTO t VALUES (2)"), -EROFS);
    assert_int_equal(sql_error(db, SQLITE_FULL), -ENOSPC);
    assert_int_equal(sql_error(db, SQLITE_CORRUPT), -EUCLEAN);
    assert_int_equal(sql_error(db, SQLITE_NOTADB), -EUCLEAN);
    assert_int_equal(sql_error(db, SQLITE_NOMEM), -ENOMEM);
    assert_int_equal(sql_error(db, SQLITE_BUSY_SNAPSHOT), -EBUSY);
    errno = EDQUOT;
    assert_int_equal(sql_error(db, SQLITE_IOERR_WRITE), -EDQUOT);
    errno = 0;
    assert_int_equal(sql_error(db, SQLITE_IOERR_READ), -EIO);
}

static void runs_again_after_a_failure(void **state) {
    _cleanup_(sql_finalizep) sqlite3_stmt *stmt = NULL;

    assert_int_equal(sql_exec(*state, "CREATE TABLE t (x INTEGER PRIMARY KEY) STRICT"), 0);
    assert_int_equal(sql_prepare(*state, "INSERT INTO t VALUES (?1)", &stmt), 0);
    sql_bind_int(stmt, 1, 1);
    assert_int_equal(sql_run(stmt), 0);
    assert_int_equal(sql_run(stmt), -EEXIST);
    sql_bind_int(stmt, 1, 2);
    assert_int_equal(sql_run(stmt), 0);
}

#define DB_TEST(function) cmocka_unit_test_setup_teardown(function, db_setup, db_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        DB_TEST(brings_back_what_was_bound),
        DB_TEST(tells_errors_apart),
        DB_TEST(runs_again_after_a_failure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
