/* Triage: which entry judges a finding, and what is left of it in a list. */
#include "fixture.h"

#include "store/found.h"

static int64_t put(Fixture *f, TriageEntry e) {
    int64_t id = 0;
    Error error = {0};

    e.finding = e.finding ? e.finding : "";
    e.glob = e.glob ? e.glob : "";
    e.type = e.type ? e.type : "";
    e.asset = e.asset ? e.asset : "";
    e.owner = e.owner ? e.owner : "";
    e.verdict = "accepted";
    e.reason = "r";
    e.approver = "b";
    if (store_triage_put(f->store, &e, &error, &id) < 0 || store_commit(f->store, &error) < 0)
        fail_msg("%s", error.text);
    return id;
}

/* The number of the entry that judges; 0: none. */
static int64_t judged(Fixture *f, const JudgeCase *c) {
    _cleanup_(judge_done) Judge j = {0};
    const TriageEntry *found;
    Error e = {0};

    if (judge_load(f->store, T0, &e, &j) < 0)
        fail_msg("%s", e.text);
    found = judge_find(&j, c);
    if (found)
        assert_int_equal(j.counts[found - j.entries], 1);
    return found ? found->id : 0;
}

static const JudgeCase usual = {.finding = "f:00000000000000aa",
                                .locator = "/srv/test/a.txt",
                                .detector = "gov.us-ssn",
                                .category = "gov.national_id",
                                .asset = "",
                                .uid = 1000};

static void all_conditions_must_hold(void **state) {
    static const struct {
        TriageEntry entry;
        bool holds;
    } cases[] = {
        {{.finding = "f:00000000000000aa"}, true},
        {{.finding = "f:00000000000000ab"}, false},
        {{.glob = "/srv/*"}, true}, /* crosses a slash */
        {{.glob = "/srv"}, false},
        {{.type = "gov.*"}, true},
        {{.type = "gov.national_id"}, true},
        {{.type = "fin.*"}, false},
        {{.owner = "1000"}, true},
        {{.owner = "0"}, false},
        {{.asset = "hr"}, false},
        {{.glob = "/srv/*", .type = "gov.*", .owner = "1000"}, true},
        {{.glob = "/srv/*", .type = "gov.*", .owner = "1001"}, false},
        {{.finding = "f:00000000000000aa", .type = "fin.*"}, false},
        {{.glob = "/srv/*", .expires = T0}, false}, /* over */
        {{.glob = "/srv/*", .expires = T0 + 1}, true},
    };
    Fixture *f = *state;

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        TriageEntry e = cases[i].entry;
        bool was = false;
        int64_t id;
        Error error = {0};

        e.expires = e.expires ? e.expires : INT64_MIN;
        id = put(f, e);
        if (judged(f, &usual) != (cases[i].holds ? id : 0))
            fail_msg("case %zu: judged by %lld, expected %s", i, (long long)judged(f, &usual),
                     cases[i].holds ? "it" : "none");
        assert_int_equal(store_triage_remove(f->store, id, &error, &was), 0);
        assert_true(was);
        assert_int_equal(store_triage_remove(f->store, id, &error, &was), 0);
        assert_false(was);
    }
}

static void the_first_by_number_judges(void **state) {
    Fixture *f = *state;
    int64_t first = put(f, (TriageEntry){.glob = "/srv/*", .expires = INT64_MIN});
    int64_t second = put(f, (TriageEntry){.finding = "f:00000000000000aa", .expires = INT64_MIN});
    bool was;
    Error e = {0};

    assert_int_equal(judged(f, &usual), first);
    store_triage_remove(f->store, first, &e, &was);
    assert_int_equal(judged(f, &usual), second);
    /* a number is never given again */
    store_triage_remove(f->store, second, &e, &was);
    assert_true(put(f, (TriageEntry){.glob = "x", .expires = INT64_MIN}) > second);
}

static void judged_findings_are_left_out(void **state) {
    Fixture *f = *state;
    _cleanup_(found_cursor_closep) FoundCursor *c = NULL;
    _cleanup_(judge_done) Judge j = {0};
    FoundFilter filter = {.judge = &j};
    FoundRow row;
    Error e = {0};

    fixture_root(f, 0, "/srv");
    fixture_found(f, 0, "a", "", SSN, 1, 0);
    fixture_found(f, 0, "b", "", SSN, 1, 0);
    fixture_end(f);
    put(f, (TriageEntry){.glob = "*/a", .owner = "1000", .expires = INT64_MIN});
    for (int shown = 0; shown < 2; shown++) {
        int n = 0;

        judge_done(&j);
        j = (Judge){0};
        assert_int_equal(judge_load(f->store, T0, &e, &j), 0);
        filter.judged = shown;
        assert_int_equal(found_cursor_open(f->store, f->run, &filter, false, &e, &c), 0);
        while (found_cursor_step(c, &e, &row) > 0) {
            bool is_a = span_is(row.path, "a");

            n++;
            assert_int_equal(row.verdict != NULL, is_a);
            assert_true(!is_a || shown);
        }
        assert_int_equal(n, 1 + shown);
        assert_int_equal(j.counts[0], 1);
        c = found_cursor_close(c);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {TEST(all_conditions_must_hold),
                                       TEST(the_first_by_number_judges),
                                       TEST(judged_findings_are_left_out)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
