/* Found: every fact comes back, in order, and each filter keeps what it should. */
#include "fixture.h"

#include "store/found.h"

/* Findings as "path#part detector" words. */
static void list(Fixture *f, const FoundFilter *filter, char *ret, size_t n) {
    _cleanup_(found_cursor_closep) FoundCursor *c = NULL;
    FoundRow row;
    Error e = {0};
    int r;

    ret[0] = 0;
    assert_int_equal(found_cursor_open(f->store, f->run, filter, true, &e, &c), 0);
    while ((r = found_cursor_step(c, &e, &row)) > 0) {
        size_t used = strlen(ret);

        snprintf(ret + used, n - used, "%.*s#%.*s %s\n", (int)row.path.n, row.path.at,
                 (int)row.part.n, row.part.at, row.detector);
    }
    assert_int_equal(r, 0);
}

static void assert_found(Fixture *f, FoundFilter filter, const char *expected) {
    char text[512];

    list(f, &filter, text, sizeof(text));
    assert_string_equal(text, expected);
}

static void facts_come_back_as_put(void **state) {
    Fixture *f = *state;
    _cleanup_(found_cursor_closep) FoundCursor *c = NULL;
    Sample samples[2] = {
        {.line = 12,
         .offset = UINT64_C(1) << 40,
         .length = 11,
         .score = 3.5f,
         .mask = "\"\\ \x1b[1m caf\xc3\xa9",
         .has_token = true,
         .token = {0x00, 0x11, 0xff}},
        {.line = 0, .offset = 0, .length = 1, .score = -1.25f, .test_value = true, .mask = "*"},
    };
    Finding finding = {
        .detector = SSN,
        .part = span_of("t.\xff"),
        .count = {[LEVEL_HIGH] = 5, [LEVEL_MEDIUM] = 6, [LEVEL_LOW] = 7},
        .tested = 30,
        .valid = 18,
        .test_values = 2,
        .distinct = 9,
        .score = 3.5f,
        .samples = samples,
        .n_samples = 2,
    };
    StoreObject o = fixture_object(0, span_of("a"));
    Sample back[FINDING_SAMPLES_MAX];
    FoundRow row;
    size_t n;

    fixture_root(f, 0, "/srv");
    fixture_put(f, &o, &finding, 1);
    assert_int_equal(found_cursor_open(f->store, f->run, &(FoundFilter){0}, true, NULL, &c), 0);
    assert_int_equal(found_cursor_step(c, NULL, &row), 1);
    assert_true(span_is(row.root, "/srv") && span_is(row.path, "a") && span_is(row.part, "t.\xff"));
    assert_string_equal(row.detector, "gov.us-ssn");
    assert_string_equal(row.category, "gov.national_id");
    assert_int_equal(row.tier, TIER_RESTRICTED);
    assert_int_equal(row.level, LEVEL_HIGH);
    assert_int_equal(found_count(row.count), 18);
    assert_int_equal(row.count[LEVEL_MEDIUM], 6);
    assert_int_equal(row.tested, 30);
    assert_int_equal(row.valid, 18);
    assert_int_equal(row.test_values, 2);
    assert_int_equal(row.distinct, 9);
    assert_false(row.distinct_exact);
    assert_true(row.score > 3.49 && row.score < 3.51);
    assert_int_equal(found_samples(c, row.samples, 1, NULL, back, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(found_samples(c, row.samples, 100, NULL, back, &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(back[0].line, 12);
    assert_true(back[0].offset == UINT64_C(1) << 40);
    assert_int_equal(back[0].length, 11);
    assert_string_equal(back[0].mask, samples[0].mask);
    assert_true(back[0].has_token);
    assert_memory_equal(back[0].token, samples[0].token, FINDING_TOKEN);
    assert_string_equal(row.key, "0a1b2c3d");
    assert_true(back[1].test_value && back[1].score == -1.25f);
    assert_false(back[1].has_token);
    assert_int_equal(back[1].value.n, 0);
    assert_int_equal(found_cursor_step(c, NULL, &row), 0);
}

static void keeps_at_most_twenty_samples(void **state) {
    Fixture *f = *state;
    _cleanup_(found_cursor_closep) FoundCursor *c = NULL;
    Sample samples[FINDING_SAMPLES_MAX + 5] = {0}, back[FINDING_SAMPLES_MAX];
    Finding finding = {.detector = SSN,
                       .count = {[LEVEL_LOW] = 25},
                       .samples = samples,
                       .n_samples = FINDING_SAMPLES_MAX + 5};
    StoreObject o = fixture_object(0, span_of("a"));
    FoundRow row;
    size_t n;

    fixture_root(f, 0, "/srv");
    fixture_put(f, &o, &finding, 1);
    assert_int_equal(found_cursor_open(f->store, f->run, &(FoundFilter){0}, true, NULL, &c), 0);
    assert_int_equal(found_cursor_step(c, NULL, &row), 1);
    assert_int_equal(found_samples(c, row.samples, 100, NULL, back, &n), 0);
    assert_int_equal(n, FINDING_SAMPLES_MAX);
}

static void put_some(Fixture *f) {
    Finding findings[4] = {
        {.detector = SSN, .part = span_of("b"), .count = {[LEVEL_HIGH] = 1}},
        {.detector = EMAIL, .part = span_of("b"), .count = {[LEVEL_LOW] = 1}},
        {.detector = EMAIL, .part = span_of("a"), .count = {[LEVEL_MEDIUM] = 1}},
        {.detector = EMAIL, .part = span_of(""), .count = {[LEVEL_LOW] = 1}},
    };
    StoreObject o = fixture_object(0, span_of("x/y"));

    fixture_root(f, 0, "/srv");
    fixture_put(f, &o, findings, 4);
    fixture_found(f, 0, "x!", "", ORG, 1, 0);
    fixture_status(f, 0, "nothing", STATUS_READ, "");
    fixture_found(f, 0, "a.zip", "", IBAN, 1, 0);
}

static void orders_by_locator_part_and_detector(void **state) {
    Fixture *f = *state;

    put_some(f);
    assert_found(f, (FoundFilter){0},
                 "a.zip# fin.iban\nx!# org.number\nx/y# contact.email\nx/y#a contact.email\n"
                 "x/y#b contact.email\nx/y#b gov.us-ssn\n");
    fixture_end(f);
    assert_found(f, (FoundFilter){0},
                 "a.zip# fin.iban\nx!# org.number\nx/y# contact.email\nx/y#a contact.email\n"
                 "x/y#b contact.email\nx/y#b gov.us-ssn\n");
}

static void filters(void **state) {
    Fixture *f = *state;

    put_some(f);
    assert_found(f, (FoundFilter){.least = LEVEL_MEDIUM, .path = "*x/y"},
                 "x/y#a contact.email\nx/y#b gov.us-ssn\n");
    assert_found(f, (FoundFilter){.tier = TIER_RESTRICTED}, "a.zip# fin.iban\nx/y#b gov.us-ssn\n");
    assert_found(f, (FoundFilter){.type = "gov.*"}, "x/y#b gov.us-ssn\n");
    assert_found(f, (FoundFilter){.type = "gov.national_id"}, "x/y#b gov.us-ssn\n");
    assert_found(f, (FoundFilter){.type = "none"}, "");
    assert_found(f, (FoundFilter){.path = "/srv/*.zip"}, "a.zip# fin.iban\n");
    assert_found(f, (FoundFilter){.path = "/srv/x\\x21"}, "x!# org.number\n");
    assert_found(f, (FoundFilter){.path = "x/y"}, "");
}

static void sees_one_run(void **state) {
    Fixture *f = *state;

    put_some(f);
    fixture_run(f);
    fixture_root(f, 0, "/srv");
    fixture_found(f, 0, "new", "", SSN, 1, 0);
    assert_found(f, (FoundFilter){0}, "new# gov.us-ssn\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(facts_come_back_as_put),
        TEST(keeps_at_most_twenty_samples),
        TEST(orders_by_locator_part_and_detector),
        TEST(filters),
        TEST(sees_one_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
