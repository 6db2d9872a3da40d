/* Tally: sums by status and reason, before and after the end of a run, and their balance. */
#include "fixture.h"

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
        TEST(says_when_sums_disagree),
        TEST(members_are_apart),
        TEST(an_unread_root_is_not_complete),
        TEST(reasons_are_in_order),
        TEST(counts_one_run_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
