/* Rank: sums by detector, and which places come first. */
#include "fixture.h"

#include "store/rank.h"

static void put_one(Fixture *f, const char *path, uint32_t detector, uint64_t high, uint64_t low) {
    fixture_found(f, 0, path, "", detector, high, low);
}

static void sums_by_detector(void **state) {
    Fixture *f = *state;
    _cleanup_(arena_done) Arena a = {0};
    Finding parts[2] = {
        {.detector = EMAIL,
         .part = span_of("p1"),
         .count = {[LEVEL_LOW] = 2},
         .distinct = 2,
         .distinct_exact = true},
        {.detector = EMAIL,
         .part = span_of("p2"),
         .count = {[LEVEL_MEDIUM] = 5},
         .distinct = 4,
         .test_values = 1},
    };
    StoreObject o = fixture_object(0, span_of("c"));
    SummaryRow *rows;
    Overview found;

    fixture_root(f, 0, "/srv");
    put_one(f, "a", ORG, 1000, 0);
    put_one(f, "b", EMAIL, 0, 3);
    put_one(f, "d", SSN, 0, 1);
    put_one(f, "e", IBAN, 3, 0);
    fixture_put(f, &o, parts, 2);
    assert_int_equal(query_overview(f->store, f->run, &(FoundFilter){0}, 0, &a, NULL, &found), 0);
    assert_int_equal(found.n_types, 4);
    assert_int_equal(found.n_places, 0);
    rows = found.types;
    assert_string_equal(rows[0].detector, "fin.iban"); /* restricted, high */
    assert_true(rows[0].distinct_exact);
    assert_int_equal(rows[0].distinct, 3);
    assert_string_equal(rows[1].detector, "gov.us-ssn"); /* restricted, low */
    assert_string_equal(rows[2].detector, "contact.email");
    assert_int_equal(rows[2].objects, 2);
    assert_int_equal(rows[2].level, LEVEL_MEDIUM);
    assert_int_equal(rows[2].count[LEVEL_LOW], 5);
    assert_int_equal(rows[2].count[LEVEL_MEDIUM], 5);
    assert_int_equal(rows[2].distinct, 6);
    assert_false(rows[2].distinct_exact);
    assert_int_equal(rows[2].test_values, 1);
    assert_string_equal(rows[3].detector, "org.number");
    assert_string_equal(rows[3].title, "organisation number");
    assert_int_equal(query_overview(f->store, f->run, &(FoundFilter){.tier = TIER_RESTRICTED}, 9,
                                    &a, NULL, &found),
                     0);
    assert_int_equal(found.n_types, 2);
    assert_int_equal(found.n_places, 2);
}

static void assert_places(Fixture *f, size_t most, const char *expected) {
    _cleanup_(arena_done) Arena a = {0};
    char text[128] = "";
    Overview found;

    assert_int_equal(query_overview(f->store, f->run, &(FoundFilter){0}, most, &a, NULL, &found),
                     0);
    for (size_t i = 0; i < found.n_places; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%.*s ",
                 (int)found.places[i].worst.path.n, found.places[i].worst.path.at);
    assert_string_equal(text, expected);
}

static void ranks_by_tier_level_and_weight(void **state) {
    Fixture *f = *state;

    fixture_root(f, 0, "/srv");
    assert_places(f, 3, "");
    put_one(f, "a", ORG, 1000, 0);   /* internal */
    put_one(f, "b", SSN, 0, 500);    /* restricted, low */
    put_one(f, "c", SSN, 1, 0);      /* restricted, high */
    put_one(f, "d", SSN, 1, 0);      /* its equal, behind it */
    put_one(f, "e", SSN, 1, 1);      /* more */
    put_one(f, "f", EMAIL, 9000, 0); /* confidential */
    assert_places(f, 10, "e c d b f a ");
    assert_places(f, 6, "e c d b f a ");
    assert_places(f, 3, "e c d ");
    assert_places(f, 1, "e ");
    assert_places(f, 0, "");
}

static void shows_the_worst_of_a_place(void **state) {
    Fixture *f = *state;
    _cleanup_(arena_done) Arena a = {0};
    Sample first = {.line = 9, .mask = "DE**"}, other = {.line = 1, .mask = "j***"};
    Finding findings[3] = {
        {.detector = EMAIL,
         .part = span_of("p"),
         .count = {[LEVEL_HIGH] = 100},
         .samples = &other,
         .n_samples = 1},
        {.detector = IBAN,
         .part = span_of("q"),
         .count = {[LEVEL_MEDIUM] = 2},
         .samples = &first,
         .n_samples = 1},
        {.detector = SSN, .part = span_of("r"), .count = {[LEVEL_LOW] = 50}},
    };
    StoreObject o = fixture_object(0, span_of("a"));
    PlaceRow *rows;
    Overview found;

    fixture_root(f, 0, "/srv");
    fixture_put(f, &o, findings, 3);
    assert_int_equal(query_overview(f->store, f->run, &(FoundFilter){0}, 10, &a, NULL, &found), 0);
    assert_int_equal(found.n_places, 1);
    rows = found.places;
    assert_int_equal(rows[0].tier, TIER_RESTRICTED);
    assert_int_equal(rows[0].level, LEVEL_MEDIUM);
    assert_int_equal(found_count(rows[0].count), 152);
    assert_string_equal(rows[0].worst.detector, "fin.iban");
    assert_true(span_is(rows[0].worst.part, "q"));
    assert_true(rows[0].has_sample);
    assert_int_equal(rows[0].sample.line, 9);
    assert_string_equal(rows[0].sample.mask, "DE**");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(sums_by_detector),
        TEST(ranks_by_tier_level_and_weight),
        TEST(shows_the_worst_of_a_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
