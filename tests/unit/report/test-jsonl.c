/* Jsonl: the lines themselves, their order, and that the order of the scan does not show. */
#include "sample.h"

#include "base/utf8.h"

static void report(Fixture *f, const JsonlOptions *o, Buf *b) {
    Outlet to = {.write = to_buf, .of = b};
    Error e = {0};

    if (jsonl_report(f->store, 0, o, &to, &e) < 0)
        fail_msg("%s", e.text);
    assert_int_equal(outlet_end(&to), 0);
}

static void assert_has(const Buf *b, const char *text) {
    if (!strstr(buf_cstr(b), text))
        fail_msg("no '%s' in:\n%s", text, buf_cstr(b));
}

static unsigned count(const Buf *b, const char *text) {
    unsigned n = 0;

    for (const char *at = buf_cstr(b); (at = strstr(at, text)); at++)
        n++;
    return n;
}

static void prints_each_kind(void **state) {
    Fixture *f = *state;
    _cleanup_(buf_done) Buf b = {0};

    sample_fill(f);
    report(f, &(JsonlOptions){.all_objects = true}, &b);
    assert_int_equal(count(&b, "{\"kind\":\"object\""), N_STATUSES + 7);
    assert_int_equal(count(&b, "{\"kind\":\"finding\""), 4);
    assert_has(&b, "{\"kind\":\"run\",\"id\":1,\"started\":\"2023-11-14T22:13:20Z\","
                   "\"ended\":\"2023-11-14T22:13:25Z\",\"exit\":0,\"flags\":[\"complete\"],");
    assert_has(&b, "\"balanced\":true,\"complete\":false,\"accepted_gaps\":0}\n");
    assert_has(&b, "{\"kind\":\"object\",\"locator\":\"/srv/a.zip!/in \\\\xff.csv\","
                   "\"locator_b64\":\"L3Nydi9hLnppcCEvaW4g/y5jc3Y=\",");
    assert_has(&b, "\"status\":\"partial(member)\",\"reason\":\"member\"");
    assert_has(&b, "{\"kind\":\"object\",\"locator\":\"/srv/z-other-name\",\"same_as\":\"/srv/");
    assert_has(&b, "\"tested\":2000,\"valid_share\":0.6170,");
    assert_has(&b, "{\"at\":\"people.\\\\xe9 ssn:8\",\"offset\":1234,\"length\":11,");
    assert_has(&b, "\"at\":\"@5\"");
    assert_has(&b, "\"count\":1,\"high\":0,\"medium\":1,\"low\":0,");
    assert_has(&b, "\"test_value\":true,\"test_values\":1,");
}

static void only_line_ends_are_control_bytes(void **state) {
    Fixture *f = *state;
    _cleanup_(buf_done) Buf b = {0};
    unsigned lines = 0;

    sample_fill(f);
    report(f, &(JsonlOptions){.all_objects = true}, &b);
    for (size_t i = 0; i < b.n; i++) {
        if (b.at[i] != '\n')
            continue;
        b.at[i] = ' ';
        lines++;
    }
    assert_int_equal(lines, 3 + N_STATUSES + 7 + 4 + 7);
    assert_true(utf8_displayable(buf_as_span(&b)));
}

static void leaves_out_what_is_not_asked_for(void **state) {
    Fixture *f = *state;
    _cleanup_(buf_done) Buf b = {0};

    sample_fill(f);
    report(f, &(JsonlOptions){.filter = {.type = "fin.*"}}, &b);
    assert_int_equal(count(&b, "{\"kind\":\"object\""), 9);
    assert_int_equal(count(&b, "\"status\":\"read\",\"reason\""), 0);
    assert_int_equal(count(&b, "{\"kind\":\"finding\""), 1);
}

/* What follows the run and coverage lines. */
static const char *objects_and_findings(const Buf *b) {
    const char *at = strstr(buf_cstr(b), "{\"kind\":\"object\"");

    assert_non_null(at);
    return at;
}

static void put_in(Fixture *f, const char *const *order, uint32_t srv, uint32_t home) {
    bool first;

    fixture_run(f);
    fixture_root(f, srv, "/srv");
    fixture_root(f, home, "/home");
    for (size_t i = 0; i < 4; i++) {
        StoreObject o = fixture_object(srv, span_of(order[i]));

        fixture_found(f, home, order[i], "", SSN, 1, 0);
        o.meta.nlink = 4;
        store_link_claim(f->store, f->run, 7, 1, srv, o.path, NULL, &first);
        if (first)
            fixture_put(f, &o, NULL, 0);
    }
    fixture_end(f);
}

static void is_the_same_for_any_order(void **state) {
    Fixture *f = *state;
    _cleanup_(buf_done) Buf one = {0}, other = {0};

    put_in(f, (const char *[]){"a", "B", "c/d", "c.d"}, 0, 1);
    report(f, &(JsonlOptions){.all_objects = true}, &one);
    put_in(f, (const char *[]){"c.d", "c/d", "B", "a"}, 1, 0);
    report(f, &(JsonlOptions){.all_objects = true}, &other);
    assert_string_equal(objects_and_findings(&one), objects_and_findings(&other));
    assert_int_equal(count(&one, "\"kind\":\"finding\""), 4);
}

static int refuse(void *of _unused_, Span bytes _unused_) {
    return -ENOSPC;
}

static void a_full_disk_travels_upward(void **state) {
    Fixture *f = *state;
    Outlet to = {.write = refuse};

    fixture_root(f, 0, "/srv");
    for (int i = 0; i < 1000; i++) {
        char path[16];

        snprintf(path, sizeof(path), "%08d", i);
        fixture_found(f, 0, path, "", EMAIL, 1, 0);
    }
    assert_int_equal(jsonl_report(f->store, 0, &(JsonlOptions){0}, &to, NULL), -ENOSPC);
    assert_int_equal(outlet_end(&to), -ENOSPC);
}

static void an_empty_store_has_no_run(void **state) {
    Fixture *f = *state;
    Outlet to = {.write = refuse};
    Error e = {0};

    assert_int_equal(jsonl_report(f->store, 7, &(JsonlOptions){0}, &to, &e), -ENOENT);
    assert_non_null(strstr(e.text, "has no run 7"));
    assert_int_equal(outlet_end(&to), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(prints_each_kind),
        TEST(only_line_ends_are_control_bytes),
        TEST(leaves_out_what_is_not_asked_for),
        TEST(is_the_same_for_any_order),
        TEST(a_full_disk_travels_upward),
        TEST(an_empty_store_has_no_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
