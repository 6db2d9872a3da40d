/* Condition: what may be asked, and which run meets it; and gaps that were accepted. */
#include "past.h"

#include "store/condition.h"

static void refuses_what_is_none(void **state _unused_) {
    static const char *const bad[] = {"",
                                      "newer",
                                      "tier:",
                                      "tier:secret",
                                      "level:top",
                                      "type:",
                                      "new+",
                                      "+new",
                                      "new+new-gap",
                                      "violation+new",
                                      "new+new+new+new+new+new+new+new+new"};
    Condition c;

    for (size_t i = 0; i < N_ELEMENTS(bad); i++) {
        Error e = {0};

        if (condition_parse(bad[i], &e, &c) != -EINVAL || !e.text[0])
            fail_msg("'%s' was taken", bad[i]);
    }
}

static bool holds(Fixture *f, const char *text) {
    const Condition *which;
    Condition c;
    Error e = {0};

    if (condition_parse(text, &e, &c) < 0 ||
        conditions_hold(f->store, f->run, &c, 1, T0, &e, &which) < 0)
        fail_msg("%s: %s", text, e.text);
    return which == &c;
}

static void asks_each_finding(void **state) {
    Fixture *f = *state;

    past_run(f, true);
    past_found(f, "a", SSN, 1, "p");
    fixture_end(f);
    past_run(f, true);
    past_found(f, "a", SSN, 1, "p");
    past_found(f, "b", EMAIL, 2, "q");
    fixture_end(f);
    assert_true(holds(f, "new"));
    assert_true(holds(f, "tier:restricted"));
    assert_false(holds(f, "new+tier:restricted")); /* each of another finding */
    assert_true(holds(f, "new+tier:confidential+level:high+type:contact.*"));
    assert_true(holds(f, "category:gov.*"));
    assert_false(holds(f, "type:fin.*"));
    assert_false(holds(f, "new-gap"));
    past_run(f, true);
    past_found(f, "a", SSN, 1, "p");
    past_found(f, "b", EMAIL, 2, "q");
    fixture_end(f);
    assert_false(holds(f, "new"));
}

static void accept(Fixture *f, const char *glob, int64_t until) {
    const GapEntry e = {.glob = glob, .created = T0, .reason = "r", .by = "b", .until = until};
    Error error = {0};

    if (store_gap_put(f->store, &e, &error) < 0 || store_commit(f->store, &error) < 0)
        fail_msg("%s", error.text);
}

static void a_gap_is_news_once(void **state) {
    Fixture *f = *state;

    past_run(f, true);
    fixture_status(f, 0, "a", STATUS_ENCRYPTED, "");
    fixture_end(f);
    assert_true(holds(f, "new-gap")); /* the first run */
    past_run(f, true);
    fixture_status(f, 0, "a", STATUS_ENCRYPTED, "");
    fixture_end(f);
    assert_false(holds(f, "new-gap"));
    past_run(f, true);
    fixture_status(f, 0, "a", STATUS_ERROR, "EIO"); /* for another reason */
    fixture_end(f);
    assert_true(holds(f, "new-gap"));
    accept(f, "/srv/a", T0); /* over */
    assert_true(holds(f, "new-gap"));
    accept(f, "/srv/a", T0 + 1);
    assert_false(holds(f, "new-gap"));
}

static void counts_gaps_by_decision(void **state) {
    Fixture *f = *state;
    _cleanup_(arena_done) Arena a = {0};
    GapEntry *entries;
    GapCount count;
    size_t n;
    bool was;
    Error e = {0};

    past_run(f, true);
    fixture_status(f, 0, "a", STATUS_ENCRYPTED, "");
    fixture_status(f, 0, "b/c", STATUS_LIMIT, "hold");
    fixture_status(f, 0, "d", STATUS_READ, "");
    fixture_end(f);
    accept(f, "/srv/b*", T0 + 1);
    accept(f, "/srv/*", T0 + 1);
    accept(f, "/srv/a", T0);
    assert_int_equal(query_gaps(f->store, &a, &e, &entries, &n), 0);
    assert_int_equal(n, 3);
    assert_int_equal(gaps_count(f->store, f->run, entries, n, T0, &a, &e, &count), 0);
    assert_int_equal(count.objects, 2);
    assert_int_equal(count.accepted, 2);
    assert_string_equal(entries[0].glob, "/srv/*");
    assert_int_equal(count.by[0], 2);
    assert_int_equal(count.by[1] + count.by[2], 0);
    assert_int_equal(store_gap_remove(f->store, "/srv/*", &e, &was), 0);
    assert_true(was);
    assert_int_equal(store_gap_remove(f->store, "/srv/*", &e, &was), 0);
    assert_false(was);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(refuses_what_is_none),
                                       TEST(asks_each_finding), TEST(a_gap_is_news_once),
                                       TEST(counts_gaps_by_decision)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
