/* Directory: an unchanged night writes nothing, a chmod is a new row, what has gone is closed. */
#include "fixture.h"

#include <sqlite3.h>

#include "store/carry.h"
#include "store/directory.h"
#include "store/principal.h"
#include "store/series.h"
#include "store/share.h"

#define HOUR INT64_C(3600000000000)

static void begin(Fixture *f, int64_t started) {
    StoreRun run = {.started = started,
                    .tool = "0.1.0",
                    .key = "0a1b2c3d",
                    .parameters = span_of("{\"roots\":[\"/data\"]}"),
                    .detectors = fixture_detectors,
                    .n_detectors = N_ELEMENTS(fixture_detectors)};
    StoreStart s;
    Error e = {0};

    if (store_run_start(f->store, &run, &e, &s) < 0 || store_walk_begin(f->store, s.run, &e) < 0)
        fail_msg("%s", e.text);
    f->run = s.run;
    fixture_root(f, 0, "/data");
}

static void put(Fixture *f, const char *path, uint32_t mode, const char *acl) {
    Error e = {0};

    if (store_directory_put(f->store, f->run,
                            &(StoreDirectory){0, span_of(path), mode, 1000, 100, span_of(acl)},
                            &e) < 0)
        fail_msg("%s", e.text);
}

/* "path mode acl;" of all of a run, in the order of the cursor. */
static void assert_run(Fixture *f, int64_t run, const char *expected) {
    _cleanup_(directory_cursor_closep) DirectoryCursor *c = NULL;
    _cleanup_(buf_done) Buf got = {0};
    DirectoryRow row;
    Error e = {0};
    int r = directory_cursor_open(f->store, run, &e, &c);

    while (r >= 0 && (r = directory_cursor_step(c, &e, &row)) > 0) {
        buf_span(&got, row.is.path);
        buf_printf(&got, " %04o ", row.is.mode);
        buf_span(&got, row.is.acl);
        buf_byte(&got, ';');
        assert_int_equal(row.is.uid, 1000);
        assert_string_equal((const char *)row.root.at, "/data");
    }
    if (r < 0)
        fail_msg("%s", e.text);
    assert_string_equal(buf_cstr(&got), expected);
}

static int64_t rows(const Fixture *f) {
    sqlite3 *db;
    sqlite3_stmt *row;
    int64_t n;

    assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM directory", -1, &row, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    n = sqlite3_column_int64(row, 0);
    sqlite3_finalize(row);
    sqlite3_close(db);
    return n;
}

static void first(Fixture *f) {
    begin(f, T0 + HOUR);
    put(f, "/", 0755, "");
    put(f, "", 0755, "");
    put(f, "hr", 0750, "");
    put(f, "hr/pay", 0700, "acl");
    put(f, "hr-old", 0700, "");
    put(f, "hr", 0750, ""); /* a scanner that was started again */
    fixture_end(f);
}

#define FIRST " 0755 ;/ 0755 ;hr 0750 ;hr-old 0700 ;hr/pay 0700 acl;"

static void keeps_them(void **state) {
    Fixture *f = *state;

    first(f);
    assert_run(f, f->run, FIRST);
    assert_int_equal(rows(f), 5);
}

static void writes_nothing_for_the_same(void **state) {
    Fixture *f = *state;
    int64_t before;

    first(f);
    before = f->run;
    begin(f, T0 + 2 * HOUR);
    put(f, "/", 0755, "");
    put(f, "", 0755, "");
    put(f, "hr", 0750, "");
    put(f, "hr/pay", 0700, "acl");
    put(f, "hr-old", 0700, "");
    fixture_end(f);
    assert_run(f, before, FIRST);
    assert_run(f, f->run, FIRST);
    assert_int_equal(rows(f), 5);
}

static void sees_what_changed_and_what_went(void **state) {
    Fixture *f = *state;
    int64_t before;

    first(f);
    before = f->run;
    begin(f, T0 + 2 * HOUR);
    put(f, "/", 0755, "");
    put(f, "", 0777, "");
    put(f, "hr", 0755, ""); /* changed twice while we look */
    put(f, "hr", 0750, "other");
    put(f, "new", 0700, "");
    fixture_end(f);
    assert_run(f, before, FIRST);
    assert_run(f, f->run, " 0777 ;/ 0755 ;hr 0750 other;new 0700 ;");
    before = f->run;
    begin(f, T0 + 3 * HOUR); /* what was gone comes back */
    put(f, "/", 0755, "");
    put(f, "", 0777, "");
    put(f, "hr/pay", 0700, "acl");
    fixture_end(f);
    assert_run(f, before, " 0777 ;/ 0755 ;hr 0750 other;new 0700 ;");
    assert_run(f, f->run, " 0777 ;/ 0755 ;hr/pay 0700 acl;");
}

/* A run that was killed goes on: what it put stands, what is another now is replaced. */
static void goes_on(void **state) {
    Fixture *f = *state;
    Error e = {0};
    int64_t run;

    begin(f, T0 + HOUR);
    run = f->run;
    put(f, "", 0755, "");
    put(f, "a", 0755, "");
    put(f, "b", 0755, "");
    assert_int_equal(store_commit(f->store, &e), 0);
    f->store = store_close(f->store);
    fixture_open(f);
    begin(f, T0 + 2 * HOUR);
    assert_int_equal(f->run, run);
    put(f, "", 0755, "");
    put(f, "b", 0700, "");
    fixture_end(f);
    assert_run(f, run, " 0755 ;b 0700 ;");
    assert_int_equal(rows(f), 2);
}

static void finds_one(void **state) {
    Fixture *f = *state;
    _cleanup_(buf_done) Buf acl = {0};
    StoreDirectory d;
    Error e = {0};

    first(f);
    assert_int_equal(query_directory(f->store, f->run, 0, span_of("hr/pay"), &acl, &e, &d), 1);
    assert_int_equal(d.mode, 0700);
    assert_true(span_is(d.acl, "acl"));
    assert_int_equal(query_directory(f->store, f->run, 0, span_of("hr/none"), &acl, &e, &d), 0);
    assert_int_equal(query_directory(f->store, f->run, 1, span_of("hr"), &acl, &e, &d), 0);
}

static void assert_principals(Fixture *f, const char *expected) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(buf_done) Buf got = {0};
    Principal *p;
    size_t n;
    Error e = {0};

    if (query_principals(f->store, f->run, &a, &e, &p, &n) < 0)
        fail_msg("%s", e.text);
    for (size_t i = 0; i < n; i++)
        buf_printf(&got, "%c%u=%s;", p[i].group ? 'g' : 'u', p[i].id, p[i].name ? p[i].name : "?");
    assert_string_equal(buf_cstr(&got), expected);
}

static void name(Fixture *f, bool group, uint32_t id, const char *text) {
    Error e = {0};

    if (store_principal_put(f->store, f->run, &(Principal){group, id, text}, &e) < 0)
        fail_msg("%s", e.text);
}

static void names_follow(void **state) {
    Fixture *f = *state;
    Error e = {0};

    begin(f, T0 + HOUR);
    name(f, true, 100, NULL);
    name(f, false, 1000, NULL);
    name(f, false, 1000, "anna");
    name(f, false, 1000, NULL); /* met again: the name stays */
    name(f, false, UINT32_MAX, "");
    fixture_end(f);
    assert_principals(f, "u1000=anna;u4294967295=;g100=?;");
    begin(f, T0 + 2 * HOUR);
    name(f, false, 7, "eve");
    assert_int_equal(store_principals_follow(f->store, f->run, &e), 0);
    assert_principals(f, "u7=eve;u1000=?;u4294967295=?;g100=?;");
    assert_int_equal(store_principal_join(f->store, f->run, &(Principal){false, 7, "adam"}, &e), 0);
    assert_principals(f, "u7=?;u1000=?;u4294967295=?;g100=?;");
}

static void keeps_shares(void **state) {
    Fixture *f = *state;
    _cleanup_(arena_done) Arena a = {0};
    const StoreShare one = {.name = "pub",
                            .path = span_of("/srv/pub"),
                            .guest = true,
                            .who = "",
                            .has_acts_as = true,
                            .acts_as = 65534};
    const StoreShare two = {.nfs = true,
                            .name = "",
                            .path = span_of("/srv"),
                            .restricted = true,
                            .who = "10.0.0.0/8(ro)",
                            .root_squash = true};
    StoreShare *got;
    size_t n;
    Error e = {0};

    assert_int_equal(store_share_put(f->store, f->run, 1, &two, &e), 0);
    assert_int_equal(store_share_put(f->store, f->run, 0, &one, &e), 0);
    assert_int_equal(store_share_put(f->store, f->run, 0, &one, &e), 0);
    assert_int_equal(query_shares(f->store, f->run, &a, &e, &got, &n), 0);
    assert_int_equal(n, 2);
    assert_string_equal(got[0].name, "pub");
    assert_true(got[0].guest && got[0].has_acts_as && !got[0].nfs && !got[0].restricted);
    assert_int_equal(got[0].acts_as, 65534);
    assert_true(got[1].nfs && got[1].restricted && got[1].root_squash && !got[1].has_acts_as);
    assert_string_equal(got[1].who, "10.0.0.0/8(ro)");
    assert_true(span_is(got[1].path, "/srv"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(keeps_them),
        TEST(writes_nothing_for_the_same),
        TEST(sees_what_changed_and_what_went),
        TEST(goes_on),
        TEST(finds_one),
        TEST(names_follow),
        TEST(keeps_shares),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
