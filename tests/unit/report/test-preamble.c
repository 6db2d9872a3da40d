/* Preamble: every section is there, the counts are those of what follows, each unread object falls
 * under one limit, and nothing harms a terminal. */
#include "sample.h"

#include "base/utf8.h"
#include "report/preamble.h"

static void load(Fixture *f, const FoundFilter *filter, Preamble *p) {
    Error e = {0};

    if (preamble_load(f->store, 0, filter, 0, &e, p) < 0)
        fail_msg("%s", e.text);
}

static const PreambleRow *row_of(const Preamble *p, const char *key) {
    for (const PreambleRow *row = p->first; row; row = row->next) {
        if (strcmp(row->key, key) == 0)
            return row;
    }
    fail_msg("no row '%s'", key);
    return NULL;
}

static uint64_t count_of(const Preamble *p, const char *key) {
    const PreambleRow *row = row_of(p, key);

    assert_true(row->counted);
    return row->count;
}

static void has_every_section_in_order(void **state) {
    Fixture *f = *state;
    _cleanup_(preamble_done) Preamble p = {0};
    bool seen[N_PREAMBLE_SECTIONS] = {0};
    PreambleSection last = 0;

    sample_fill(f);
    load(f, &(FoundFilter){0}, &p);
    for (const PreambleRow *row = p.first; row; row = row->next) {
        assert_true(row->section >= last);
        assert_true(utf8_displayable(span_of(row->text)));
        assert_true(utf8_displayable(span_of(row->label)));
        assert_true(row->counted || row->text[0] || strcmp(row->key, "resumed") == 0);
        last = row->section;
        seen[last] = true;
    }
    for (PreambleSection s = 0; s < N_PREAMBLE_SECTIONS; s++)
        assert_true(seen[s]);
}

static void counts_what_the_report_has(void **state) {
    Fixture *f = *state;
    _cleanup_(preamble_done) Preamble p = {0};

    sample_fill(f);
    load(f, &(FoundFilter){0}, &p);
    assert_int_equal(count_of(&p, "objects"), N_STATUSES + 5);
    assert_int_equal(count_of(&p, "findings"), 4);
    assert_int_equal(count_of(&p, "findings-filtered"), 0);
    assert_int_equal(count_of(&p, "found-in"), 3);
    assert_int_equal(count_of(&p, "values"), 1234 + 1 + 5 + 1);
    assert_int_equal(count_of(&p, "types"), 4);
    assert_int_equal(count_of(&p, "names"), 1);
    assert_string_equal(row_of(&p, "tier")->text, "all");
    assert_string_equal(row_of(&p, "sums")->text,
                        "found and listed agree, in objects and in bytes");
}

static void filters_are_named_and_counted(void **state) {
    Fixture *f = *state;
    _cleanup_(preamble_done) Preamble p = {0};

    sample_fill(f);
    load(f,
         &(FoundFilter){
             .tier = TIER_RESTRICTED, .least = LEVEL_HIGH, .type = "gov.\x1b*", .path = "*"},
         &p);
    assert_int_equal(count_of(&p, "findings"), 0);
    assert_int_equal(count_of(&p, "findings-filtered"), 4);
    assert_string_equal(row_of(&p, "tier")->text, "restricted and above");
    assert_string_equal(row_of(&p, "min-confidence")->text, "high and better");
    assert_string_equal(row_of(&p, "type")->text, "gov.\\x1b*");
}

/* The statuses of the sample are all there are: their limits sum up to what was not read. */
static void each_unread_object_is_under_one_limit(void **state) {
    static const char *const keys[] = {"unsupported", "encrypted", "no-ocr", "denied",  "changed",
                                       "limit",       "offline",   "member", "partial", "error"};
    Fixture *f = *state;
    _cleanup_(preamble_done) Preamble p = {0};
    uint64_t sum = 0;

    fixture_status(f, 0, "image.png", STATUS_PARTIAL, "no-ocr");
    fixture_status(f, 0, "eio", STATUS_ERROR, "EIO");
    sample_fill(f);
    load(f, &(FoundFilter){0}, &p);
    for (size_t i = 0; i < N_ELEMENTS(keys); i++) {
        assert_true(count_of(&p, keys[i]) > 0);
        sum += count_of(&p, keys[i]);
    }
    assert_int_equal(sum, count_of(&p, "unread"));
    assert_int_equal(count_of(&p, "denied"), 1);
    assert_int_equal(count_of(&p, "no-ocr"), 1);
    assert_int_equal(count_of(&p, "encrypted"), 2);
    assert_string_equal(row_of(&p, "encrypted")->text, "of these 1 is a member of a container");
    assert_string_equal(row_of(&p, "format")->text, "text");
    assert_true(row_of(&p, "sums")->loud); /* two more than the walker says it found */
}

static void notes_are_told(void **state) {
    Fixture *f = *state;
    _cleanup_(preamble_done) Preamble p = {0};

    sample_fill(f);
    load(f, &(FoundFilter){0}, &p);
    assert_true(row_of(&p, "skipped-mount")->loud);
    assert_string_equal(row_of(&p, "skipped-mount")->text, "/srv/backup: nfs4");
    assert_int_equal(count_of(&p, "excluded"), 14);
    assert_string_equal(row_of(&p, "allow")->text, "acme.samples:1: samples; by the security team");
    row_of(&p, "allow-expired");
    row_of(&p, "share-permissions");
}

static void json_has_an_array_a_section(void **state) {
    Fixture *f = *state;
    _cleanup_(preamble_done) Preamble p = {0};
    _cleanup_(buf_done) Buf b = {0};
    Json j = json_to(&b);

    sample_fill(f);
    load(f, &(FoundFilter){0}, &p);
    json_object_begin(&j);
    preamble_json(&p, &j);
    json_object_end(&j);
    for (PreambleSection s = 0; s < N_PREAMBLE_SECTIONS; s++) {
        char key[40];

        snprintf(key, sizeof(key), "\"%s\":[{", preamble_section_name(s));
        if (!strstr(buf_cstr(&b), key))
            fail_msg("no %s in %s", key, buf_cstr(&b));
    }
    assert_non_null(strstr(
        buf_cstr(&b), "\"key\":\"findings\",\"label\":\"Findings in this report\",\"count\":4"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(has_every_section_in_order, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(counts_what_the_report_has, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(filters_are_named_and_counted, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(each_unread_object_is_under_one_limit, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(notes_are_told, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(json_has_an_array_a_section, fixture_setup,
                                        fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
