/* Tally: sums by status and reason, before and after the end of a run, and their balance. */
#include "fixture.h"

#include <sqlite3.h>

#include "store/tally.h"

static Coverage coverage(Fixture *f) {
    Coverage c;
    Error e = {0};

    if (query_coverage(f->store, f->run, &e, &c) < 0)
        fail_msg("%s", e.text);
    return c;
}

static void put_all_statuses(Fixture *f) {
    for (StatusKind k = 0; k < N_STATUSES; k++) {
        char path[8];

        snprintf(path, sizeof(path), "%02d", (int)k);
        fixture_status(f, 0, path, k, k == STATUS_ERROR ? "EACCES" : "");
    }
    fixture_status(f, 0, "x", STATUS_ERROR, "EIO");
}

static void assert_all_statuses(const Coverage *c) {
    for (StatusKind k = 0; k < N_STATUSES; k++)
        assert_int_equal(c->files[k].objects, k == STATUS_ERROR ? 2 : 1);
    assert_int_equal(c->files[STATUS_ERROR].bytes, 200);
    assert_int_equal(c->files[STATUS_ERROR].bytes_read, 80);
    assert_int_equal(c->all_files.objects, N_STATUSES + 1);
    assert_int_equal(c->all_files.bytes, (N_STATUSES + 1) * 100);
    assert_int_equal(c->all_members.objects, 0);
    assert_false(c->complete);
    assert_true(c->balanced);
}

static void sums_before_and_after_the_end(void **state) {
    Fixture *f = *state;
    Coverage before, after;

    fixture_root_found(f, 0, "/srv", N_STATUSES + 1, (N_STATUSES + 1) * 100, 0);
    put_all_statuses(f);
    before = coverage(f);
    assert_all_statuses(&before);
    fixture_end(f);
    after = coverage(f);
    assert_all_statuses(&after);
}

/* As an independent hand would sum them up. */
static void assert_sums_of_rows(Fixture *f) {
    static const char differences[] =
        "WITH rows AS (SELECT since AS run, depth > 0 AS members, status, reason, count(*) AS "
        "objects,"
        " sum(size) AS bytes, sum(bytes_read) AS bytes_read, sum(members) AS inside FROM object"
        " GROUP BY 1, 2, 3, 4) SELECT (SELECT count(*) FROM rows),"
        " (SELECT count(*) FROM (SELECT * FROM rows EXCEPT SELECT * FROM coverage)),"
        " (SELECT count(*) FROM (SELECT * FROM coverage EXCEPT SELECT * FROM rows))";
    sqlite3_stmt *stmt;
    sqlite3 *db;

    assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, differences, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(stmt, 0), 2);
    assert_int_equal(sqlite3_column_int(stmt, 1), 0);
    assert_int_equal(sqlite3_column_int(stmt, 2), 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
}

/* What is put again is taken out of the sums first, down to a reason that nothing has any more. */
static void sums_follow_what_is_put_again(void **state) {
    Fixture *f = *state;
    StoreObject member = fixture_object(0, span("a.zip\0b", 7));

    fixture_root_found(f, 0, "/srv", 2, 200, 0);
    fixture_status(f, 0, "a.zip", STATUS_ERROR, "EIO");
    fixture_status(f, 0, "c", STATUS_ERROR, "EACCES");
    member.depth = 1;
    fixture_put(f, &member, NULL, 0);
    fixture_found(f, 0, "c", "", EMAIL, 1, 0);
    fixture_status(f, 0, "c", STATUS_READ, "");
    fixture_status(f, 0, "a.zip", STATUS_READ, "");
    member.bytes_read = 3;
    fixture_put(f, &member, NULL, 0);
    fixture_end(f);
    assert_sums_of_rows(f);
    assert_int_equal(coverage(f).files[STATUS_READ].objects, 2);
    assert_int_equal(coverage(f).files[STATUS_ERROR].objects, 0);
}

/* A writer that did not put all of the run's objects makes the sums from the rows. */
static void sums_of_a_run_gone_on_with(void **state) {
    Fixture *f = *state;

    fixture_root_found(f, 0, "/srv", 2, 200, 0);
    fixture_status(f, 0, "a", STATUS_READ, "");
    f->store = store_close(f->store);
    fixture_open(f);
    fixture_status(f, 0, "b", STATUS_ERROR, "EIO");
    fixture_end(f);
    assert_sums_of_rows(f);
    assert_true(coverage(f).balanced);
}

static void says_when_sums_disagree(void **state) {
    Fixture *f = *state;

    fixture_status(f, 0, "a", STATUS_READ, "");
    fixture_root_found(f, 0, "/srv", 1, 100, 0);
    assert_true(coverage(f).balanced);
    fixture_root_found(f, 0, "/srv", 2, 100, 0);
    assert_false(coverage(f).balanced);
    fixture_root_found(f, 0, "/srv", 1, 101, 0);
    assert_false(coverage(f).balanced);
    fixture_root_found(f, 0, "/srv", 1, 100, 1);
    assert_false(coverage(f).balanced);
}

static void members_are_apart(void **state) {
    Fixture *f = *state;
    StoreObject container = fixture_object(0, span_of("a.zip"));
    StoreObject member = fixture_object(0, span("a.zip\0b", 7));

    fixture_root_found(f, 0, "/srv", 1, 100, 0);
    container.members = 1;
    fixture_put(f, &container, NULL, 0);
    assert_false(coverage(f).balanced);
    member.depth = 1;
    member.status = status_of(STATUS_ENCRYPTED, "");
    fixture_put(f, &member, NULL, 0);
    assert_true(coverage(f).balanced);
    assert_int_equal(coverage(f).all_files.objects, 1);
    assert_int_equal(coverage(f).members[STATUS_ENCRYPTED].objects, 1);
    assert_int_equal(coverage(f).files[STATUS_ENCRYPTED].objects, 0);
    assert_false(coverage(f).complete);
}

static void an_unread_root_is_not_complete(void **state) {
    Fixture *f = *state;
    StoreRoot root = {.path = span_of("/srv"), .status = status_of(STATUS_ERROR, "EACCES")};

    fixture_status(f, 0, "a", STATUS_READ, "");
    fixture_root(f, 0, "/srv");
    assert_true(coverage(f).complete);
    assert_int_equal(store_root_put(f->store, f->run, &root, NULL), 0);
    assert_false(coverage(f).complete);
}

static void reasons_are_in_order(void **state) {
    Fixture *f = *state;
    _cleanup_(arena_done) Arena a = {0};
    ReasonRow *rows;
    size_t n;

    fixture_root(f, 0, "/srv");
    fixture_status(f, 0, "d", STATUS_ERROR, "EIO");
    fixture_status(f, 0, "c", STATUS_ERROR, "EACCES");
    fixture_status(f, 0, "b", STATUS_PARTIAL, "no-ocr");
    fixture_status(f, 0, "a", STATUS_ERROR, "EACCES");
    for (int ended = 0; ended < 2; ended++) {
        assert_int_equal(query_reasons(f->store, f->run, &a, NULL, &rows, &n), 0);
        assert_int_equal(n, 3);
        assert_string_equal(rows[0].status.reason, "no-ocr");
        assert_string_equal(rows[1].status.reason, "EACCES");
        assert_int_equal(rows[1].tally.objects, 2);
        assert_string_equal(rows[2].status.reason, "EIO");
        fixture_end(f);
    }
}

static void counts_one_run_only(void **state) {
    Fixture *f = *state;

    fixture_status(f, 0, "a", STATUS_READ, "");
    fixture_run(f);
    assert_int_equal(coverage(f).all_files.objects, 0);
    assert_true(coverage(f).balanced);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(sums_before_and_after_the_end),
        TEST(sums_follow_what_is_put_again),
        TEST(sums_of_a_run_gone_on_with),
        TEST(says_when_sums_disagree),
        TEST(members_are_apart),
        TEST(an_unread_root_is_not_complete),
        TEST(reasons_are_in_order),
        TEST(counts_one_run_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
