/* Lineage: ids that stay, rows that are closed and opened again, and runs that change nothing. */
#include "past.h"

#include <sqlite3.h>

static int64_t number(Fixture *f, const char *text) {
    sqlite3_stmt *row;
    sqlite3 *db;
    int64_t n;

    assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, text, -1, &row, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    n = sqlite3_column_int64(row, 0);
    sqlite3_finalize(row);
    sqlite3_close(db);
    return n;
}

static Delta delta_of(Fixture *f) {
    Delta d = {0};
    Error e = {0};

    if (query_delta(f->store, f->run, &e, &d) != 1)
        fail_msg("run %lld has no delta: %s", (long long)f->run, e.text);
    return d;
}

#define SSN_ID "gov.us-ssn"

static void an_id_goes_along(void **state) {
    Fixture *f = *state;
    char first[LINEAGE_ID_TEXT], id[LINEAGE_ID_TEXT];

    past_run(f, true);
    past_found(f, "a", SSN, 1, "pq");
    fixture_end(f);
    assert_true(past_id(f, f->run, "a", SSN_ID, first));
    past_run(f, false);
    past_found(f, "b", SSN, 1, "pq");
    fixture_end(f);
    assert_false(past_id(f, f->run, "b", SSN_ID, id));
    assert_string_equal(id, first);
    assert_int_equal(delta_of(f).moved, 1);
    assert_int_equal(delta_of(f).came, 0);
    past_id(f, f->run - 1, "a", SSN_ID, id); /* the older run still knows it */
    assert_string_equal(id, first);
    /* another one comes to the place that was left */
    past_run(f, true);
    past_found(f, "a", SSN, 7, "xy");
    past_found(f, "b", SSN, 1, "pq");
    fixture_end(f);
    assert_true(past_id(f, f->run, "a", SSN_ID, id));
    assert_string_not_equal(id, first);
    past_id(f, f->run, "b", SSN_ID, id);
    assert_string_equal(id, first);
}

static void a_new_store_gives_the_same_id(void **state) {
    Fixture *f = *state;
    char id[LINEAGE_ID_TEXT];

    past_run(f, true);
    past_found(f, "dir/a", SSN, 1, "pq");
    fixture_end(f);
    past_id(f, f->run, "dir/a", SSN_ID, id);
    /* SHA-256 of the lengths and fields, as docs/design/history.md says: made by hand */
    assert_string_equal(id, "f:a4b2ab9a3a0ae112");
}

static void comes_back_under_its_id(void **state) {
    Fixture *f = *state;
    char first[LINEAGE_ID_TEXT], id[LINEAGE_ID_TEXT];

    past_run(f, true);
    past_found(f, "a", SSN, 1, "p");
    fixture_end(f);
    past_id(f, f->run, "a", SSN_ID, first);
    past_run(f, false);
    fixture_end(f);
    assert_int_equal(delta_of(f).gone, 1);
    assert_int_equal(delta_of(f).findings, 0);
    assert_int_equal(number(f, "SELECT count(*) FROM lineage WHERE closed > 0"), 1);
    past_run(f, true);
    past_found(f, "a", SSN, 5, "q");
    fixture_end(f);
    assert_true(past_id(f, f->run, "a", SSN_ID, id));
    assert_string_equal(id, first);
    assert_int_equal(number(f, "SELECT count(*) FROM lineage WHERE closed > 0"), 0);
}

static void unreadable_is_not_closed(void **state) {
    Fixture *f = *state;
    char first[LINEAGE_ID_TEXT], id[LINEAGE_ID_TEXT];

    past_run(f, true);
    past_found(f, "a", SSN, 1, "p");
    fixture_end(f);
    past_id(f, f->run, "a", SSN_ID, first);
    for (int i = 0; i < 2; i++) {
        past_run(f, true);
        fixture_status(f, 0, "a", STATUS_ENCRYPTED, "");
        fixture_end(f);
        assert_int_equal(delta_of(f).unreadable, i == 0);
        assert_int_equal(number(f, "SELECT count(*) FROM lineage WHERE state = 'unreadable'"), 1);
    }
    past_run(f, true);
    past_found(f, "a", SSN, 1, "p");
    fixture_end(f);
    assert_false(past_id(f, f->run, "a", SSN_ID, id));
    assert_string_equal(id, first);
    assert_int_equal(delta_of(f).came, 0);
    past_run(f, true);
    fixture_status(f, 0, "a", STATUS_ENCRYPTED, "");
    fixture_end(f);
    past_run(f, true);
    fixture_end(f); /* now it is not there */
    assert_int_equal(delta_of(f).gone, 1);
    assert_int_equal(number(f, "SELECT last_run < closed - 1 FROM lineage"), 1);
}

static void a_quiet_run_writes_no_row(void **state) {
    Fixture *f = *state;
    StoreKnown known = {.path = span_of("a"), .inodes = true};
    StoreHeld held;
    Error e = {0};

    past_run(f, true);
    past_found(f, "a", SSN, 1, "p");
    known.meta = fixture_object(0, span_of("a")).meta;
    known.meta.mtime = known.meta.ctime = T0 + f->run * 10 + 1;
    fixture_end(f);
    past_run(f, false);
    assert_int_equal(store_carry(f->store, f->run, &known, &e, &held), 0);
    assert_int_equal(held.answer, STORE_CARRIED);
    fixture_end(f);
    assert_int_equal(delta_of(f).findings, 1);
    assert_int_equal(number(f, "SELECT first_run = came AND closed = 0 AND last_run IS NULL AND"
                               " (SELECT count(*) FROM lineage) = 1 FROM lineage"),
                     1);
}

static void other_scopes_are_strangers(void **state) {
    Fixture *f = *state;
    StoreRun run = {.started = T0 + 900 * HOUR,
                    .tool = "0.1.0",
                    .engine = "0.1.0",
                    .ruleset = {1},
                    .parameters = span_of("{\"roots\":[\"/srv\"],\"exclude\":[\"a\"]}"),
                    .detectors = fixture_detectors,
                    .n_detectors = N_ELEMENTS(fixture_detectors)};
    char id[LINEAGE_ID_TEXT];
    Error e = {0};

    past_run(f, true);
    past_found(f, "a", SSN, 1, "p");
    fixture_end(f);
    if (store_run_begin(f->store, &run, &e, &f->run) < 0)
        fail_msg("%s", e.text);
    fixture_root(f, 0, "/srv");
    fixture_end(f);
    assert_int_equal(delta_of(f).before, 0);
    assert_int_equal(delta_of(f).gone, 0);
    past_id(f, f->run - 1, "a", SSN_ID, id);
    assert_string_not_equal(id, "none");
}

static void surveys_and_lists_have_none(void **state) {
    Fixture *f = *state;
    StoreRun run = {.started = T0,
                    .tool = "0.1.0",
                    .survey = true,
                    .parameters = span_of("{\"roots\":[\"/srv\"]}"),
                    .detectors = fixture_detectors,
                    .n_detectors = N_ELEMENTS(fixture_detectors)};
    Delta d;
    Error e = {0};

    for (int i = 0; i < 2; i++) {
        if (store_run_begin(f->store, &run, &e, &f->run) < 0)
            fail_msg("%s", e.text);
        fixture_end(f);
        assert_int_equal(query_delta(f->store, f->run, &e, &d), 0);
        run.survey = false;
        run.parameters = span_of("{\"roots\":[]}");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(an_id_goes_along),
        TEST(a_new_store_gives_the_same_id),
        TEST(comes_back_under_its_id),
        TEST(unreadable_is_not_closed),
        TEST(a_quiet_run_writes_no_row),
        TEST(other_scopes_are_strangers),
        TEST(surveys_and_lists_have_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
