/* Query: one order, whatever the order of the roots and of the walk; which objects are unread. */
#include "fixture.h"

#include <sqlite3.h>

/* Objects of the run as "root|path" lines. */
static void list(Fixture *f, bool unread_only, char *ret, size_t n) {
    _cleanup_(object_cursor_closep) ObjectCursor *c = NULL;
    ObjectRow row;
    Error e = {0};
    int r;

    ret[0] = 0;
    assert_int_equal(object_cursor_open(f->store, f->run, unread_only, &e, &c), 0);
    while ((r = object_cursor_step(c, &e, &row)) > 0) {
        size_t used = strlen(ret);

        snprintf(ret + used, n - used, "%.*s|%.*s\n", (int)row.root.n, row.root.at, (int)row.path.n,
                 row.path.at);
    }
    assert_int_equal(r, 0);
}

static void orders_by_raw_locator(void **state) {
    Fixture *f = *state;
    char text[256];

    fixture_root(f, 0, "/srv");
    fixture_root(f, 1, "/home");
    fixture_root(f, 2, "/a");
    fixture_status(f, 1, "b", STATUS_READ, "");
    fixture_status(f, 0, "b/c", STATUS_READ, "");
    fixture_status(f, 0, "b.c", STATUS_READ, "");
    fixture_status(f, 0, "\xff", STATUS_READ, "");
    fixture_status(f, 0, "B", STATUS_READ, "");
    fixture_status(f, 2, "z", STATUS_READ, "");
    fixture_status(f, 1, "a", STATUS_READ, "");
    list(f, false, text, sizeof(text));
    assert_string_equal(text, "/a|z\n/home|a\n/home|b\n/srv|B\n/srv|b.c\n/srv|b/c\n/srv|\xff\n");
    fixture_end(f);
    list(f, false, text, sizeof(text));
    assert_string_equal(text, "/a|z\n/home|a\n/home|b\n/srv|B\n/srv|b.c\n/srv|b/c\n/srv|\xff\n");
}

/* The words in the statement and in the index are those of status_complete(). */
static void unread_is_what_is_not_complete(void **state) {
    Fixture *f = *state;
    char text[256] = "", expected[256] = "";

    fixture_root(f, 0, "/srv");
    for (StatusKind k = 0; k < N_STATUSES; k++) {
        char path[8];

        snprintf(path, sizeof(path), "%02d", (int)k);
        fixture_status(f, 0, path, k, "");
        if (!status_complete(k))
            snprintf(expected + strlen(expected), 32, "/srv|%s\n", path);
    }
    list(f, true, text, sizeof(text));
    assert_string_equal(text, expected);
    fixture_end(f);
    list(f, true, text, sizeof(text));
    assert_string_equal(text, expected);
}

/* How SQLite means to run a statement, as one text. */
static void plan(const char *path, const char *sql, char *ret, size_t n) {
    sqlite3_stmt *stmt;
    sqlite3 *db;

    ret[0] = 0;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW)
        snprintf(ret + strlen(ret), n - strlen(ret), "%s\n", sqlite3_column_text(stmt, 3));
    sqlite3_finalize(stmt);
    sqlite3_close(db);
}

/* The order comes from the keys: a report over ten million objects sorts no more than one. */
static void streams_without_sorting(void **state) {
    Fixture *f = *state;
    char text[1024];

    fixture_root(f, 0, "/srv");
    fixture_end(f);
    f->store = store_close(f->store);
    plan(f->path,
         "EXPLAIN QUERY PLAN SELECT * FROM root r CROSS JOIN object o ON o.series = (SELECT"
         " series FROM run WHERE id = 1) AND o.root = r.number WHERE r.run = 1 AND o.since <= 1"
         " AND o.until > 1 ORDER BY r.path, o.path",
         text, sizeof(text));
    assert_null(strstr(text, "TEMP B-TREE"));
    plan(f->path,
         "EXPLAIN QUERY PLAN SELECT * FROM root r CROSS JOIN object o INDEXED BY object_found ON"
         " o.series = (SELECT series FROM run WHERE id = 1) AND o.root = r.number CROSS JOIN "
         "finding f ON f.object = o.id WHERE"
         " r.run = 1 AND o.since <= 1 AND o.until > 1 AND o.id IS NOT NULL ORDER BY r.path, o.path",
         text, sizeof(text));
    assert_null(strstr(text, "TEMP B-TREE"));
    assert_non_null(strstr(text, "f USING PRIMARY KEY (object=?)"));
    plan(f->path,
         "EXPLAIN QUERY PLAN SELECT o.id, o.path FROM root r CROSS JOIN object o INDEXED BY"
         " object_found ON o.series = (SELECT series FROM run WHERE id = 1) AND o.root = r.number "
         "WHERE r.run = 1 AND o.since <= 1 AND o.until > 1 AND o.id IS NOT NULL"
         " ORDER BY r.path, o.path",
         text, sizeof(text));
    assert_non_null(strstr(text, "COVERING INDEX object_found"));
    plan(f->path,
         "EXPLAIN QUERY PLAN SELECT * FROM root r CROSS JOIN object o INDEXED BY object_unread ON"
         " o.series = (SELECT series FROM run WHERE id = 1) AND o.root = r.number WHERE r.run = 1 "
         "AND o.status <> 'read' AND"
         " o.status <> 'special' AND o.status <> 'link' AND o.status <> 'excluded' AND"
         " o.status <> 'other-filesystem' AND o.status <> 'vanished' ORDER BY r.path, o.path",
         text, sizeof(text));
    assert_null(strstr(text, "TEMP B-TREE"));
}

static void detectors_are_by_number(void **state) {
    Fixture *f = *state;
    _cleanup_(arena_done) Arena a = {0};
    DetectorRow *rows;
    size_t n;

    assert_int_equal(query_detectors(f->store, f->run, &a, NULL, &rows, &n), 0);
    assert_int_equal(n, N_ELEMENTS(fixture_detectors));
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(rows[i].id, fixture_detectors[i].id);
        assert_string_equal(rows[i].title, fixture_detectors[i].title);
        assert_string_equal(rows[i].category, fixture_detectors[i].category);
        assert_int_equal(rows[i].tier, fixture_detectors[i].tier);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(orders_by_raw_locator),
        TEST(unread_is_what_is_not_complete),
        TEST(streams_without_sorting),
        TEST(detectors_are_by_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
