/* Diff: what is at the same place, what moved and what became of the rest; in one series or two. */
#include "past.h"

static void says_nothing_of_what_is_the_same(void **state) {
    Fixture *f = *state;

    for (int fresh = 0; fresh < 2; fresh++) {
        int64_t before;

        past_run(f, true);
        before = f->run;
        past_found(f, "a", SSN, 1, "xy");
        fixture_end(f);
        past_run(f, fresh);
        past_found(f, "a", SSN, 2, "xy"); /* other content, the same values: a line shift */
        fixture_end(f);
        past_assert_diff(f, before, f->run, "");
    }
}

static void tells_other_values_and_counts(void **state) {
    Fixture *f = *state;
    int64_t before;

    past_run(f, true);
    before = f->run;
    past_found(f, "a", SSN, 1, "xy");
    past_found(f, "b", SSN, 2, "xy");
    fixture_end(f);
    past_run(f, false);
    past_found(f, "a", SSN, 3, "xz");
    past_found(f, "b", SSN, 4, "xyz");
    fixture_end(f);
    past_assert_diff(f, before, f->run, "changed a gov.us-ssn\nchanged b gov.us-ssn\n");
}

static void mates_content_before_tokens(void **state) {
    Fixture *f = *state;
    int64_t before;

    past_run(f, true);
    before = f->run;
    past_found(f, "a/x", SSN, 1, "pq");
    past_found(f, "b/y", SSN, 2, "pq");
    fixture_end(f);
    past_run(f, false);
    past_found(f, "c/z", SSN, 2, "pq"); /* the content of b/y, and the tokens of both */
    past_found(f, "d/x", SSN, 9, "qp"); /* the tokens alone: a/x is left */
    fixture_end(f);
    past_assert_diff(f, before, f->run,
                     "moved c/z gov.us-ssn from b/y\nmoved d/x gov.us-ssn from a/x\n");
}

static void mates_copies_by_name_then_order(void **state) {
    Fixture *f = *state;
    int64_t before;

    past_run(f, true);
    before = f->run;
    past_found(f, "a/one", IBAN, 1, "p");
    past_found(f, "a/two", IBAN, 1, "p");
    fixture_end(f);
    past_run(f, true);
    past_found(f, "b/aaa", IBAN, 1, "p");
    past_found(f, "b/one", IBAN, 1, "p");
    past_found(f, "b/zzz", IBAN, 1, "p");
    fixture_end(f);
    past_assert_diff(f, before, f->run,
                     "moved b/aaa fin.iban from a/two\nmoved b/one fin.iban from a/one\n"
                     "new b/zzz fin.iban\n");
}

static void half_of_the_tokens_is_not_enough(void **state) {
    Fixture *f = *state;
    int64_t before;

    past_run(f, true);
    before = f->run;
    past_found(f, "a", SSN, 1, "pqrs");
    past_found(f, "b", SSN, 2, "tuv");
    fixture_end(f);
    past_run(f, false);
    past_found(f, "c", SSN, 3, "pqyz");  /* two of four */
    past_found(f, "d", SSN, 4, "tuwv");  /* three of four */
    past_found(f, "e", IBAN, 5, "pqrs"); /* of another detector */
    fixture_end(f);
    past_assert_diff(f, before, f->run,
                     "new c gov.us-ssn\nmoved d gov.us-ssn from b\nnew e fin.iban\n"
                     "gone a gov.us-ssn gone\n");
}

static void a_popular_token_costs_no_more(void **state) {
    Fixture *f = *state;
    int64_t before;
    char name[16];

    past_run(f, true);
    before = f->run;
    for (int i = 0; i < 200; i++) {
        snprintf(name, sizeof(name), "a%03d", i);
        past_found(f, name, EMAIL, 0, "pq");
    }
    fixture_end(f);
    past_run(f, true);
    past_found(f, "b", EMAIL, 0, "pq");
    fixture_end(f);
    {
        _cleanup_(buf_done) Buf expected = {0};

        buf_text(&expected, "moved b contact.email from a000\n");
        for (int i = 1; i < 200; i++)
            buf_printf(&expected, "gone a%03d contact.email gone\n", i);
        past_assert_diff(f, before, f->run, buf_cstr(&expected));
    }
}

/* What the later run says of the place. */
static void tells_what_became_of_it(void **state) {
    Fixture *f = *state;
    StoreObject read = fixture_object(0, span_of("b"));
    StoreObject same = fixture_object(0, span_of("c"));
    uint8_t hash[16] = {3}, other[16] = {9};
    int64_t before;

    past_run(f, true);
    before = f->run;
    past_found(f, "a", SSN, 1, "p");
    past_found(f, "b", SSN, 2, "q");
    past_found(f, "c", SSN, 3, "r");
    past_found(f, "d", SSN, 4, "s");
    past_found(f, "dir/e", SSN, 5, "t");
    fixture_end(f);
    past_run(f, true);
    read.hash = other;
    same.hash = hash;
    fixture_put(f, &read, NULL, 0);
    fixture_put(f, &same, NULL, 0);
    fixture_status(f, 0, "d", STATUS_ERROR, "EIO");
    fixture_status(f, 0, "dir", STATUS_ERROR, "EACCES");
    fixture_end(f);
    past_assert_diff(f, before, f->run,
                     "gone a gov.us-ssn gone\ngone b gov.us-ssn redacted\ngone c gov.us-ssn rules\n"
                     "gone d gov.us-ssn unreadable\ngone dir/e gov.us-ssn unreadable\n");
}

static void members_are_inside_of_something(void **state) {
    Fixture *f = *state;
    int64_t before;

    past_run(f, true);
    before = f->run;
    for (int i = 0; i < 3; i++) {
        char path[] = "?.zip\0in";
        Sample none[1];
        Finding finding = {.detector = SSN, .count = {[LEVEL_HIGH] = 1}, .samples = none};
        StoreObject member = fixture_object(0, span(path, 8)), zip;

        path[0] = (char)('a' + i);
        member.depth = 1;
        fixture_put(f, &member, &finding, 1);
        zip = fixture_object(0, span(path, 5));
        zip.members = 1;
        fixture_put(f, &zip, NULL, 0);
    }
    fixture_end(f);
    past_run(f, true);
    fixture_status(f, 0, "a.zip", STATUS_READ, "");
    fixture_status(f, 0, "b.zip", STATUS_ENCRYPTED, "");
    fixture_status(f, 0, "c.zip", STATUS_PARTIAL, "member"); /* another one: it says so itself */
    fixture_end(f);
    past_assert_diff(f, before, f->run,
                     "gone a.zip gov.us-ssn gone\ngone b.zip gov.us-ssn unreadable\n"
                     "gone c.zip gov.us-ssn gone\n");
}

static void another_file_system_is_another_place(void **state) {
    Fixture *f = *state;
    int64_t before;

    past_run(f, true);
    before = f->run;
    past_found(f, "a", SSN, 1, "p");
    fixture_end(f);
    past_run_on(f, false, "uuid:2");
    fixture_end(f);
    past_assert_diff(f, before, f->run, "gone a gov.us-ssn unreadable\n");
}

static void tells_rights_once_an_object(void **state) {
    Fixture *f = *state;
    Finding findings[] = {{.detector = EMAIL, .count = {[LEVEL_HIGH] = 1}},
                          {.detector = SSN, .count = {[LEVEL_HIGH] = 1}}};
    StoreObject o = fixture_object(0, span_of("a"));
    int64_t before;

    past_run(f, true);
    before = f->run;
    fixture_put(f, &o, findings, 2);
    fixture_end(f);
    past_run(f, false);
    o.meta.mode = 0100666;
    o.meta.ctime++;
    fixture_put(f, &o, findings, 2);
    fixture_end(f);
    past_assert_diff(f, before, f->run, "access-changed a contact.email\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(says_nothing_of_what_is_the_same),
        TEST(tells_other_values_and_counts),
        TEST(mates_content_before_tokens),
        TEST(mates_copies_by_name_then_order),
        TEST(half_of_the_tokens_is_not_enough),
        TEST(a_popular_token_costs_no_more),
        TEST(tells_what_became_of_it),
        TEST(members_are_inside_of_something),
        TEST(another_file_system_is_another_place),
        TEST(tells_rights_once_an_object),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
