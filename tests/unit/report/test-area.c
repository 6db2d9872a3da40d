/* Area: directories near the roots, each once, with objects under their highest tier. */
#include "sample.h"

#include "report/area.h"

static void load(Fixture *f, size_t most, Arena *a, Areas *ret) {
    Error e = {0};

    if (areas_load(f->store, f->run, &(FoundFilter){0}, most, a, &e, ret) < 0)
        fail_msg("%s", e.text);
}

static void put(Fixture *f, const char *path, uint32_t detector) {
    fixture_found(f, 0, path, "", detector, 1, 0);
}

static void assert_areas(const Areas *areas, const char *expected) {
    _cleanup_(buf_done) Buf b = {0};

    for (size_t i = 0; i < areas->n; i++) {
        const AreaRow *row = &areas->rows[i];

        buf_printf(&b, "%.*s|%.*s %llu/%llu/%llu; ", (int)row->root.n, row->root.at,
                   (int)row->path.n, row->path.at,
                   (unsigned long long)row->sum.objects[TIER_RESTRICTED],
                   (unsigned long long)row->sum.objects[TIER_CONFIDENTIAL],
                   (unsigned long long)row->sum.objects[TIER_INTERNAL]);
    }
    assert_string_equal(buf_cstr(&b), expected);
}

/* Files of a directory lie on both sides of its subdirectories in the order of the store. */
static void each_directory_is_one_area(void **state) {
    Fixture *f = *state;
    _cleanup_(arena_done) Arena a = {0};
    Areas areas;

    fixture_root(f, 0, "/srv");
    fixture_root(f, 1, "/srv/x");
    put(f, "0.txt", ORG);
    put(f, "a/0.txt", EMAIL);
    put(f, "a/b/1.txt", SSN);
    put(f, "a/b/c/d/2.txt", SSN);
    put(f, "a/c.txt", EMAIL);
    put(f, "a/d/3.txt", SSN);
    put(f, "a.b/4.txt", EMAIL);
    put(f, "z.txt", ORG);
    fixture_found(f, 1, "a/5.txt", "", EMAIL, 9, 0);
    load(f, 20, &a, &areas);
    assert_int_equal(areas.total, 6);
    assert_int_equal(areas.all.rows, 9);
    assert_int_equal(areas.all.objects[TIER_RESTRICTED], 3);
    assert_areas(&areas, "/srv|a/b 2/0/0; /srv|a/d 1/0/0; /srv|a 0/2/0; /srv/x|a 0/1/0; "
                         "/srv|a.b 0/1/0; /srv| 0/0/2; ");
}

static void an_object_counts_under_its_highest_tier(void **state) {
    Fixture *f = *state;
    _cleanup_(arena_done) Arena a = {0};
    Finding found[3] = {{.detector = EMAIL, .count = {[LEVEL_HIGH] = 1}, .score = 5},
                        {.detector = SSN, .count = {[LEVEL_HIGH] = 1}, .score = 5},
                        {.detector = ORG, .count = {[LEVEL_HIGH] = 1}, .score = 5}};
    StoreObject o = fixture_object(0, span_of("d/o"));
    Areas areas;

    fixture_root(f, 0, "/srv");
    fixture_put(f, &o, found, 3);
    load(f, 5, &a, &areas);
    assert_areas(&areas, "/srv|d 1/0/0; ");
    assert_string_equal(areas.rows[0].sum.worst, "US Social Security number");
    assert_int_equal(areas.rows[0].sum.values, 3);
}

static void keeps_those_that_matter_most(void **state) {
    Fixture *f = *state;
    _cleanup_(arena_done) Arena a = {0};
    Areas areas;

    fixture_root(f, 0, "/srv");
    for (unsigned i = 0; i < 40; i++) {
        char path[24];

        snprintf(path, sizeof(path), "d%02u/f", i);
        put(f, path, i == 3 || i == 38 ? SSN : i == 20 ? EMAIL : ORG);
    }
    load(f, 3, &a, &areas);
    assert_int_equal(areas.total, 40);
    assert_areas(&areas, "/srv|d03 1/0/0; /srv|d38 1/0/0; /srv|d20 0/1/0; ");
    load(f, 0, &a, &areas);
    assert_int_equal(areas.n, 0);
    assert_int_equal(areas.total, 40);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_directory_is_one_area, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(an_object_counts_under_its_highest_tier, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(keeps_those_that_matter_most, fixture_setup,
                                        fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
