/* Carry: what holds costs no row; what changed, is gone or may have changed unseen does not hold.
 */
#include "fixture.h"

#include <sqlite3.h>

#include "store/carry.h"
#include "store/found.h"
#include "store/series.h"
#include "store/tally.h"

#define HOUR INT64_C(3600000000000)

static StoreRun run_of(int64_t started) {
    return (StoreRun){.started = started,
                      .tool = "0.1.0",
                      .engine = "0.1.0 pdf",
                      .key = "0a1b2c3d",
                      .ruleset = {1, 2, 3},
                      .parameters = span_of("{\"command\":\"x\",\"jobs\":2,\"roots\":[\"/data\"]}"),
                      .detectors = fixture_detectors,
                      .n_detectors = N_ELEMENTS(fixture_detectors)};
}

static StoreStart start_on(Fixture *f, const StoreRun *run, const char *identity) {
    StoreStart s;
    bool others;
    Error e = {0};

    if (store_run_start(f->store, run, &e, &s) < 0 || store_walk_begin(f->store, s.run, &e) < 0 ||
        store_root_trust(f->store, s.run, 0, identity, &e, &others) < 0 ||
        store_root_trust(f->store, s.run, 1, identity, &e, &others) < 0)
        fail_msg("%s", e.text);
    f->run = s.run;
    return s;
}

static StoreStart start(Fixture *f, const StoreRun *run) {
    return start_on(f, run, "uuid:1");
}

static StoreStart start_at(Fixture *f, int64_t started) {
    const StoreRun run = run_of(started);

    return start(f, &run);
}

/* A store that has one run of two files, a container with a member, and a link. */
static void first_run(Fixture *f) {
    StoreObject zip = fixture_object(0, span_of("b.zip"));
    StoreObject member = fixture_object(0, span("b.zip\0in", 8));
    StoreObject link = fixture_object(0, span_of("c"));

    assert_int_equal(start_at(f, T0 + HOUR).kind, STORE_START_FIRST);
    fixture_root_found(f, 0, "/srv", 3, 200, 0);
    fixture_found(f, 0, "a", "", SSN, 2, 0);
    member.depth = 1;
    zip.members = 1;
    fixture_put(f, &member, NULL, 0);
    fixture_put(f, &zip, NULL, 0);
    link.status = status_of(STATUS_LINK, "");
    link.meta.size = link.bytes_read = 0;
    fixture_put(f, &link, NULL, 0);
    fixture_end(f);
}

static StoreKnown known(const char *path) {
    return (StoreKnown){
        .path = span_of(path), .meta = fixture_object(0, span_of(path)).meta, .inodes = true};
}

static StoreAnswer ask(Fixture *f, const StoreKnown *k) {
    StoreHeld held;
    Error e = {0};

    if (store_carry(f->store, f->run, k, &e, &held) < 0)
        fail_msg("%s", e.text);
    return held.answer;
}

static StoreAnswer ask_for(Fixture *f, const char *path) {
    const StoreKnown k = known(path);

    return ask(f, &k);
}

static void put_link(Fixture *f) {
    StoreObject link = fixture_object(0, span_of("c"));

    link.status = status_of(STATUS_LINK, "");
    link.meta.size = link.bytes_read = 0;
    fixture_put(f, &link, NULL, 0);
}

/* "a b.zip b.zip/in c": the objects of a run, members with a slash; '*' for each finding. */
static void assert_objects(Fixture *f, int64_t run, const char *expected) {
    _cleanup_(object_cursor_closep) ObjectCursor *c = NULL;
    _cleanup_(found_cursor_closep) FoundCursor *found = NULL;
    char text[512] = "";
    ObjectRow row;
    FoundRow hit;

    assert_int_equal(store_commit(f->store, NULL), 0);
    assert_int_equal(object_cursor_open(f->store, run, false, NULL, &c), 0);
    while (object_cursor_step(c, NULL, &row) > 0) {
        size_t n = strlen(text);

        snprintf(text + n, sizeof(text) - n, "%s%.*s", n ? " " : "", (int)row.path.n, row.path.at);
        if (row.depth) /* printed up to its NUL */
            snprintf(text + strlen(text), sizeof(text) - strlen(text), "/%s",
                     (const char *)memchr(row.path.at, 0, row.path.n) + 1);
    }
    assert_int_equal(found_cursor_open(f->store, run, &(FoundFilter){0}, false, NULL, &found), 0);
    while (found_cursor_step(found, NULL, &hit) > 0)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "*");
    assert_string_equal(text, expected);
}

static Coverage coverage(Fixture *f, int64_t run) {
    Coverage c;

    assert_int_equal(query_coverage(f->store, run, NULL, &c), 0);
    return c;
}

static int64_t number(Fixture *f, const char *sql) {
    sqlite3_stmt *stmt;
    sqlite3 *db;
    int64_t n;

    assert_int_equal(store_commit(f->store, NULL), 0);
    assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    n = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return n;
}

static void what_holds_writes_nothing(void **state) {
    Fixture *f = *state;
    StoreStart s;

    first_run(f);
    s = start_at(f, T0 + 2 * HOUR);
    assert_int_equal(s.kind, STORE_START_NEXT);
    assert_int_equal(s.before, s.run - 1);
    assert_int_equal(ask_for(f, "a"), STORE_CARRIED);
    assert_int_equal(ask_for(f, "a"), STORE_MET);
    assert_int_equal(ask_for(f, "b.zip"), STORE_CARRIED);
    put_link(f);
    fixture_root_found(f, 0, "/srv", 3, store_met_bytes(f->store, 0), 0);
    fixture_end(f);
    assert_int_equal(number(f, "SELECT count(*) FROM object"), 4);
    assert_int_equal(number(f, "SELECT count(*) FROM object WHERE since <> 2"), 0);
    assert_objects(f, f->run, "a b.zip b.zip/in c*");
    assert_true(coverage(f, f->run).balanced);
    assert_int_equal(coverage(f, f->run).found_bytes, 200);
    assert_int_equal(coverage(f, f->run).all_members.objects, 1);
}

static void what_changed_is_closed_and_read(void **state) {
    Fixture *f = *state;
    StoreKnown k = known("b.zip");
    StoreObject b = fixture_object(0, span_of("b.zip"));

    first_run(f);
    start_at(f, T0 + 2 * HOUR);
    k.meta.mtime++;
    b.meta.mtime++;
    fixture_root(f, 0, "/srv");
    assert_int_equal(ask(f, &k), STORE_TO_READ);
    assert_objects(f, f->run, "a c*");
    assert_int_equal(ask_for(f, "a"), STORE_CARRIED);
    put_link(f);
    fixture_put(f, &b, NULL, 0);
    fixture_root_found(f, 0, "/srv", 3, store_met_bytes(f->store, 0), 0);
    fixture_end(f);
    assert_objects(f, f->run, "a b.zip c*");
    assert_objects(f, f->run - 1, "a b.zip b.zip/in c*");
    assert_true(coverage(f, f->run).balanced);
    assert_int_equal(coverage(f, f->run).all_members.objects, 0);
    assert_int_equal(coverage(f, f->run - 1).all_members.objects, 1);
}

static void each_sign_of_change_counts(void **state) {
    Fixture *f = *state;
    StoreKnown k[8];
    StoreRun run;

    for (size_t i = 0; i < N_ELEMENTS(k); i++)
        k[i] = known("a");
    k[0].meta.size++;
    k[1].meta.mtime--;
    k[2].meta.ctime++;
    k[3].meta.ino++;
    k[4].meta.nlink = 2;
    k[5].meta.mode = 0;
    k[6].meta.mode ^= 1;
    k[7].drawn = true;
    for (size_t i = 0; i < N_ELEMENTS(k); i++) {
        first_run(f);
        start_at(f, T0 + 2 * HOUR);
        if (ask(f, &k[i]) != STORE_TO_READ)
            fail_msg("sign %zu is overlooked", i);
        f->store = store_close(f->store);
        assert_int_equal(remove(f->path), 0);
        fixture_open(f);
        fixture_run(f);
    }
    first_run(f);
    run = run_of(T0 + 2 * HOUR);
    start_on(f, &run, "uuid:2");
    fixture_root(f, 0, "/srv");
    assert_int_equal(ask_for(f, "a"), STORE_TO_READ);
    f->store = store_close(f->store); /* killed behind that */
    fixture_open(f);
    start_on(f, &run, "uuid:2");
    assert_int_equal(ask_for(f, "b.zip"), STORE_TO_READ);
    f->store = store_close(f->store);
    assert_int_equal(remove(f->path), 0);
    fixture_open(f);
    fixture_run(f);
    first_run(f);
    start_at(f, T0 + 2 * HOUR);
    k[3].inodes = false;
    assert_int_equal(ask(f, &k[3]), STORE_CARRIED);
}

/* Within 2 s before the run that read it, or later: a second change may show in no time stamp. */
static void a_fresh_change_is_read_again(void **state) {
    Fixture *f = *state;
    static const int64_t ages[] = {CARRY_MARGIN_NS + 1, CARRY_MARGIN_NS, 0, -1};

    for (size_t i = 0; i < N_ELEMENTS(ages); i++) {
        char path[8];
        StoreKnown k;

        start_at(f, T0 + ages[i]);
        snprintf(path, sizeof(path), "f%zu", i);
        fixture_root(f, 0, "/srv");
        fixture_status(f, 0, path, STATUS_READ, "");
        fixture_end(f);
        start_at(f, T0 + HOUR);
        k = known(path);
        if (ask(f, &k) != (i ? STORE_TO_READ : STORE_CARRIED))
            fail_msg("age %lld", (long long)ages[i]);
        fixture_end(f);
    }
}

static void what_failed_is_tried_again(void **state) {
    Fixture *f = *state;

    start_at(f, T0 + HOUR);
    fixture_root(f, 0, "/srv");
    for (StatusKind k = 0; k < N_STATUSES; k++)
        fixture_status(f, 0, status_name(k), k, "");
    fixture_end(f);
    start_at(f, T0 + 2 * HOUR);
    for (StatusKind k = 0; k < N_STATUSES; k++) {
        bool holds = k == STATUS_READ || k == STATUS_PARTIAL || k == STATUS_LIMIT ||
                     k == STATUS_ENCRYPTED || k == STATUS_UNSUPPORTED;

        if (ask_for(f, status_name(k)) != (holds ? STORE_CARRIED : STORE_TO_READ))
            fail_msg("status %s", status_name(k));
    }
}

static void what_is_gone_is_closed(void **state) {
    Fixture *f = *state;

    first_run(f);
    start_at(f, T0 + 2 * HOUR);
    assert_int_equal(ask_for(f, "a"), STORE_CARRIED);
    fixture_root_found(f, 0, "/srv", 1, store_met_bytes(f->store, 0), 0);
    fixture_end(f);
    assert_objects(f, f->run, "a*");
    assert_objects(f, f->run - 1, "a b.zip b.zip/in c*");
    assert_true(coverage(f, f->run).balanced);
    assert_int_equal(coverage(f, f->run).all_files.objects, 1);
}

static void many_go_at_once(void **state) {
    Fixture *f = *state;
    char path[16];

    start_at(f, T0 + HOUR);
    fixture_root(f, 0, "/srv");
    fixture_root(f, 1, "/home");
    for (unsigned i = 0; i < 3000; i++) {
        snprintf(path, sizeof(path), "%05u", i);
        fixture_found(f, i % 2, path, "", SSN, 1, 0);
    }
    fixture_end(f);
    start_at(f, T0 + 2 * HOUR);
    assert_int_equal(ask_for(f, "02000"), STORE_CARRIED);
    fixture_root_found(f, 0, "/srv", 1, 100, 0);
    fixture_root(f, 1, "/home");
    fixture_end(f);
    assert_objects(f, f->run, "02000*");
    assert_true(coverage(f, f->run).balanced);
    assert_int_equal(coverage(f, f->run - 1).all_files.objects, 3000);
}

static void an_interrupted_run_is_taken_up(void **state) {
    Fixture *f = *state;
    StoreObject orphan = fixture_object(0, span("z.zip\0in", 8));
    StoreStart s;
    int64_t run;

    run = start_at(f, T0 + HOUR).run;
    fixture_root(f, 0, "/srv");
    fixture_found(f, 0, "a", "", SSN, 2, 0);
    orphan.depth = 1;
    fixture_put(f, &orphan, NULL, 0);
    f->store = store_close(f->store);
    fixture_open(f);
    s = start_at(f, T0 + 2 * HOUR);
    assert_int_equal(s.kind, STORE_START_RESUMED);
    assert_int_equal(s.run, run);
    assert_int_equal(ask_for(f, "a"), STORE_CARRIED);
    assert_int_equal(ask_for(f, "b"), STORE_TO_READ);
    fixture_found(f, 0, "b", "", SSN, 1, 0);
    fixture_root_found(f, 0, "/srv", 2, store_met_bytes(f->store, 0), 0);
    fixture_end(f);
    assert_objects(f, run, "a b**");
    assert_true(coverage(f, run).balanced);
    assert_int_equal(start_at(f, T0 + 3 * HOUR).kind, STORE_START_NEXT);
}

/* Killed between the word that a file is to be read and its new row. */
static void a_kill_leaves_no_half_object(void **state) {
    Fixture *f = *state;
    StoreKnown k = known("b.zip");

    first_run(f);
    start_at(f, T0 + 2 * HOUR);
    k.meta.size++;
    assert_int_equal(ask(f, &k), STORE_TO_READ);
    f->store = store_close(f->store);
    fixture_open(f);
    assert_int_equal(start_at(f, T0 + 3 * HOUR).kind, STORE_START_RESUMED);
    fixture_root(f, 0, "/srv");
    assert_objects(f, f->run, "a c*");
    assert_int_equal(ask_for(f, "b.zip"), STORE_TO_READ);
    assert_int_equal(ask_for(f, "a"), STORE_CARRIED);
}

static void another_scope_or_ruleset_is_another_series(void **state) {
    Fixture *f = *state;
    StoreRun run = run_of(T0 + 2 * HOUR);
    StoreStart s;

    first_run(f);
    run.parameters = span_of("{\"command\":\"y\",\"jobs\":8,\"roots\":[\"/data\"]}");
    assert_int_equal(start(f, &run).kind, STORE_START_NEXT);
    fixture_end(f);
    run.parameters = span_of("{\"command\":\"x\",\"jobs\":2,\"roots\":[\"/home\"]}");
    s = start(f, &run);
    assert_int_equal(s.kind, STORE_START_FIRST);
    assert_int_equal(ask_for(f, "a"), STORE_TO_READ);
    run = run_of(T0 + 2 * HOUR);
    run.ruleset[0] = 9;
    s = start(f, &run);
    assert_int_equal(s.kind, STORE_START_ANEW);
    assert_string_equal(s.why, "rules");
    run.key = "ffffffff";
    assert_string_equal(start(f, &run).why, "key");
    run.engine = "0.1.0";
    assert_string_equal(start(f, &run).why, "reader");
    assert_int_equal(start(f, &run).kind, STORE_START_RESUMED);
    run = run_of(T0 + 2 * HOUR);
    run.fresh = true;
    assert_int_equal(start(f, &run).kind, STORE_START_FIRST);
}

/* Rules that find the same go on with a run that ended; one that did not has its own rules. */
static void other_words_are_the_same_series(void **state) {
    Fixture *f = *state;
    StoreRun run = run_of(T0 + HOUR);
    StoreStart s;

    run.reading[5] = 7;
    s = start(f, &run);
    assert_int_equal(s.kind, STORE_START_FIRST);
    run.ruleset[0]++;
    assert_int_equal(start(f, &run).kind, STORE_START_ANEW);
    fixture_end(f);
    run.ruleset[0]++;
    s = start(f, &run);
    assert_int_equal(s.kind, STORE_START_NEXT);
    assert_true(s.words);
    fixture_end(f);
    run.reading[5]++;
    s = start(f, &run);
    assert_int_equal(s.kind, STORE_START_NEXT); /* the very same rules, whatever that digest is */
    assert_false(s.words);
    fixture_end(f);
    run.ruleset[0]++;
    run.reading[6]++;
    assert_string_equal(start(f, &run).why, "rules");
    memset(run.reading, 0, sizeof(run.reading));
    fixture_end(f);
    run.ruleset[0]++;
    assert_string_equal(start(f, &run).why, "rules");
    fixture_end(f);
    run.ruleset[0]++;
    assert_string_equal(start(f, &run).why, "rules"); /* two that are not known are not equal */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(what_holds_writes_nothing),
        TEST(what_changed_is_closed_and_read),
        TEST(each_sign_of_change_counts),
        TEST(a_fresh_change_is_read_again),
        TEST(what_failed_is_tried_again),
        TEST(what_is_gone_is_closed),
        TEST(many_go_at_once),
        TEST(an_interrupted_run_is_taken_up),
        TEST(a_kill_leaves_no_half_object),
        TEST(another_scope_or_ruleset_is_another_series),
        TEST(other_words_are_the_same_series),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
