/* History: runs of one profile, what is news in the last, since when the oldest is unread. */
#include "fixture.h"

#include "store/history.h"

/* Ends the fixture's run and begins one of a profile (NULL: of none) `hours` after T0. */
static void begin(Fixture *f, const char *profile, int hours) {
    char parameters[128] = "{\"roots\":[\"/srv\"]}";
    StoreRun run = {.started = T0 + hours * INT64_C(3600000000000),
                    .tool = "0.1.0",
                    .detectors = fixture_detectors,
                    .n_detectors = N_ELEMENTS(fixture_detectors)};
    Error e = {0};

    if (profile)
        snprintf(parameters, sizeof(parameters), "{\"profile\":\"%s\",\"roots\":[\"/srv\"]}",
                 profile);
    run.parameters = span_of(parameters);
    if (store_run_begin(f->store, &run, &e, &f->run) < 0)
        fail_msg("%s", e.text);
}

static void end(Fixture *f, int exit) {
    const StoreRunEnd how = {.ended = T0 + 1, .exit = exit};
    Error e = {0};

    if (store_run_end(f->store, f->run, &how, &e) < 0)
        fail_msg("%s", e.text);
}

static void lists_runs_of_a_profile(void **state) {
    _cleanup_(arena_done) Arena a = {0};
    Fixture *f = *state;
    HistoryRun *runs;
    Error e = {0};
    int64_t last;
    size_t n;

    end(f, 0);
    begin(f, "a", 1);
    end(f, 3);
    begin(f, "b", 2);
    end(f, 0);
    begin(f, "a", 3);
    end(f, 0);
    begin(f, "a", 4);
    assert_int_equal(history_runs(f->store, "a", INT64_MIN, &a, &e, &runs, &n), 0);
    assert_int_equal(n, 3);
    assert_int_equal(runs[0].id, 2);
    assert_int_equal(runs[0].exit, 3);
    assert_int_equal(runs[1].exit, 0);
    assert_int_equal(runs[2].ended, INT64_MIN);
    assert_int_equal(runs[2].exit, -1);
    assert_int_equal(history_runs(f->store, "a", T0 + 2, &a, &e, &runs, &n), 0);
    assert_int_equal(n, 3);
    assert_int_equal(history_runs(f->store, "a", runs[1].started, &a, &e, &runs, &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(history_runs(f->store, "none", INT64_MIN, &a, &e, &runs, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(history_success(f->store, "a", &e, &last), 0);
    assert_int_equal(last, T0 + 3 * INT64_C(3600000000000));
    assert_int_equal(history_success(f->store, "none", &e, &last), 0);
    assert_int_equal(last, INT64_MIN);
}

static Gaps gaps(Fixture *f) {
    Error e = {0};
    Gaps g;

    if (history_gaps(f->store, "a", f->run, &e, &g) < 0)
        fail_msg("%s", e.text);
    return g;
}

/* Each object of the fixture has 100 bytes. */
static void news_are_told_from_the_known(void **state) {
    Fixture *f = *state;
    Gaps g;

    end(f, 0);
    begin(f, "a", 1);
    fixture_root(f, 0, "/srv");
    fixture_status(f, 0, "same", STATUS_ENCRYPTED, "");
    fixture_status(f, 0, "worse", STATUS_PARTIAL, "corrupt");
    fixture_status(f, 0, "mended", STATUS_ERROR, "EIO");
    end(f, 3);
    g = gaps(f);
    assert_int_equal(g.before, 0);
    assert_int_equal(g.objects, 3);
    assert_int_equal(g.new_objects, 3);
    assert_int_equal(g.new_bytes, 300);
    assert_int_equal(g.oldest, T0 + INT64_C(3600000000000));
    begin(f, "other", 2); /* of another profile: does not count */
    fixture_root(f, 0, "/srv");
    fixture_status(f, 0, "new", STATUS_ENCRYPTED, "");
    end(f, 3);
    begin(f, "a", 3); /* never ends: does not count */
    begin(f, "a", 4);
    fixture_root(f, 1, "/srv"); /* the same root under another number */
    fixture_root(f, 0, "/home");
    fixture_status(f, 1, "same", STATUS_ENCRYPTED, "");
    fixture_status(f, 1, "worse", STATUS_PARTIAL, "no-ocr");
    fixture_status(f, 1, "mended", STATUS_READ, "");
    fixture_status(f, 0, "same", STATUS_ENCRYPTED, "");
    fixture_status(f, 1, "new", STATUS_ENCRYPTED, "");
    end(f, 3);
    g = gaps(f);
    assert_int_equal(g.before, 2);
    assert_int_equal(g.objects, 4);
    assert_int_equal(g.bytes, 400);
    assert_int_equal(g.new_objects, 3);
    assert_int_equal(g.new_bytes, 300);
    assert_false(g.unreadable_root);
    assert_int_equal(g.oldest, T0 + INT64_C(3600000000000));
}

/* The words of the statement are those of status_complete(). */
static void unread_is_what_is_not_complete(void **state) {
    Fixture *f = *state;
    uint64_t expected = 0;

    end(f, 0);
    begin(f, "a", 1);
    fixture_root(f, 0, "/srv");
    for (StatusKind k = 0; k < N_STATUSES; k++) {
        char path[8];

        snprintf(path, sizeof(path), "%02d", (int)k);
        fixture_status(f, 0, path, k, "");
        expected += !status_complete(k);
    }
    end(f, 3);
    assert_int_equal(gaps(f).objects, expected);
}

static void nothing_unread(void **state) {
    Fixture *f = *state;
    Gaps g;

    end(f, 0);
    begin(f, "a", 1);
    fixture_root(f, 0, "/srv");
    fixture_status(f, 0, "x", STATUS_READ, "");
    end(f, 0);
    g = gaps(f);
    assert_int_equal(g.objects, 0);
    assert_int_equal(g.bytes, 0);
    assert_int_equal(g.oldest, INT64_MIN);
}

static void root_that_is_not_there(void **state) {
    Fixture *f = *state;
    StoreRoot root = {.path = span_of("/gone"),
                      .identity = "",
                      .fs_type = "",
                      .mount_options = "",
                      .atime = "",
                      .status = status_errno(ENOENT)};
    Error e = {0};

    end(f, 0);
    for (int i = 1; i < 3; i++) {
        begin(f, "a", i);
        assert_int_equal(store_root_put(f->store, f->run, &root, &e), 0);
        end(f, 3);
        assert_true(gaps(f).unreadable_root);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(lists_runs_of_a_profile),        TEST(news_are_told_from_the_known),
        TEST(unread_is_what_is_not_complete), TEST(nothing_unread),
        TEST(root_that_is_not_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
