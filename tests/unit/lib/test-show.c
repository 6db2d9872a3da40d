/* Show: the line at a locator in any encoding, cut, masked, and never half a value. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "api.h"
#include "store/entry.h"

static Scratch home; /* of the store and the keys: a look in clear is recorded */

static int setup(void **state) {
    home = scratch_new();
    if (chmod(home.path, 0700) < 0 || setenv("XDG_STATE_HOME", home.path, 1) < 0 ||
        setenv("XDG_CONFIG_HOME", home.path, 1) < 0)
        return -1;
    *state = api_rules();
    return 0;
}

static int teardown(void **state) {
    terrier_rules_free(*state);
    scratch_done(&home);
    return 0;
}

static int show(const terrier_rules *rules, Span content, const char *place, bool reveal, Buf *out,
                terrier_error *error) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    char locator[128];

    scratch_write(&s, "t", content);
    snprintf(locator, sizeof(locator), "%s/t%s", s.path, place);
    return terrier_show(rules, NULL, locator, reveal, api_write, out, error);
}

static void assert_shown(const terrier_rules *rules, Span content, const char *place, bool reveal,
                         const char *expected) {
    _cleanup_(buf_done) Buf out = {0};
    terrier_error error = {0};

    assert_int_equal(show(rules, content, place, reveal, &out, &error), 0);
    assert_string_equal(buf_cstr(&out), expected);
}

static const char two_lines[] = "first\nSSN: 536-90-4399 a.b@c.terrier-test.org\x1b[2J\nlast\n";

static void masks_all_of_the_line(void **state) {
    const char *line = "SSN: ***-**-4399 a***@c***.org\\x1b[2J\n";
    char expected[128];

    snprintf(expected, sizeof(expected), "gov.us-ssn\n%s", line);
    assert_shown(*state, span_of(two_lines), "#L2:@11", false, expected);
    assert_shown(*state, span_of(two_lines), "#@11", false, expected);
    assert_shown(*state, span_of(two_lines), "#L2", false, line);
    assert_shown(*state, span_of(two_lines), "#L1", false, "first\n");
    assert_shown(*state, span_of(two_lines), "#L3", false, "last\n");
}

static void reveals_when_told(void **state) {
    assert_shown(*state, span_of(two_lines), "#L2:@11", true,
                 "gov.us-ssn\nSSN: 536-90-4399 a.b@c.terrier-test.org\\x1b[2J\n");
}

/* The bodies of the ledger's entries of kind reveal, in a row. */
static void reveals_read(const char *path, Buf *ret) {
    _cleanup_(entry_cursor_closep) EntryCursor *c = NULL;
    _cleanup_(store_closep) Store *s = NULL;
    StoreEntry row;
    Error e = {0};

    if (store_open(path, STORE_READ, &e, &s) < 0 || entry_cursor_open(s, 1, &e, &c) < 0)
        fail_msg("%s", e.text);
    while (entry_cursor_step(c, &e, &row) > 0) {
        if (strcmp(row.kind, "reveal") == 0)
            buf_span(ret, row.body);
    }
}

static void records_who_looks(void **state) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    _cleanup_(buf_done) Buf out = {0}, entries = {0};
    terrier_error error = {0};
    char locator[128], store[128], expected[160];

    scratch_write(&s, "t", span_of(two_lines));
    snprintf(locator, sizeof(locator), "%s/t#L2:@11", s.path);
    snprintf(store, sizeof(store), "%s/own.db", home.path);
    if (terrier_reveal(*state, NULL, store, locator, api_write, &out, &error) < 0)
        fail_msg("%s", error.text);
    reveals_read(store, &entries);
    snprintf(expected, sizeof(expected), "{\"locator\":\"%s\",\"operator\":{", locator);
    if (strncmp(buf_cstr(&entries), expected, strlen(expected)) != 0)
        fail_msg("recorded is %s, expected %s", buf_cstr(&entries), expected);
    assert_null(strstr(buf_cstr(&entries), "536-90-4399"));
    assert_non_null(strstr(buf_cstr(&out), "536-90-4399"));
}

static void shows_nothing_that_it_cannot_record(void **state) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    _cleanup_(buf_done) Buf out = {0};
    terrier_error error = {0};
    char locator[128], store[128];

    scratch_write(&s, "t", span_of(two_lines));
    scratch_write(&s, "no.db", span_of("this is no store"));
    snprintf(locator, sizeof(locator), "%s/t#L2:@11", s.path);
    snprintf(store, sizeof(store), "%s/no.db", s.path);
    assert_true(terrier_reveal(*state, NULL, store, locator, api_write, &out, &error) < 0);
    assert_non_null(strstr(error.text, "nothing is shown in clear"));
    assert_int_equal(out.n, 0);
}

static void says_what_has_changed(void **state) {
    _cleanup_(buf_done) Buf out = {0};
    terrier_error error = {0};

    assert_shown(*state, span_of(two_lines), "#L2:@12", false,
                 "no value is found at byte 12 now: the content has changed since, or the rules "
                 "are others\nSSN: ***-**-4399 a***@c***.org\\x1b[2J\n");
    assert_int_equal(show(*state, span_of(two_lines), "#L5", false, &out, &error), -ERANGE);
    assert_string_equal(error.text, "there is no line 5 now: the file has changed");
    assert_int_equal(show(*state, span_of(""), "#@0", false, &out, &error), -ERANGE);
    assert_string_equal(error.text, "there is no byte 0 now, of 0: the file has changed");
}

static void reads_utf16(void **state) {
    _cleanup_(buf_done) Buf wide = {0};

    buf_add(&wide, "\xff\xfe", 2);
    for (const char *p = "caf. \nSSN 536-90-4399\n"; *p; p++)
        buf_add(&wide, *p == '.' ? "\xe9" : (const char[]){*p, 0}, 2);
    assert_shown(*state, buf_as_span(&wide), "#L2:@22", false, "gov.us-ssn\nSSN ***-**-4399\n");
    assert_shown(*state, buf_as_span(&wide), "#L1", false, "caf\xc3\xa9 \n");
}

/* However far a value stands from the place, the cut never leaves a part of it in clear. */
static void cuts_no_value(void **state) {
    for (size_t gap = 170; gap < 205; gap++) {
        _cleanup_(buf_done) Buf text = {0}, out = {0};
        terrier_error error = {0};
        char place[32];
        const char *line;

        buf_text(&text, "SSN 536-90-4399 ");
        for (size_t i = 0; i < gap; i++)
            buf_byte(&text, '.');
        snprintf(place, sizeof(place), "#@%zu", text.n);
        buf_text(&text, "x ");
        for (size_t i = 0; i < gap; i++)
            buf_byte(&text, '.');
        buf_text(&text, " SSN 180-69-3962 and more");
        assert_int_equal(show(*state, buf_as_span(&text), place, false, &out, &error), 0);
        line = strchr(buf_cstr(&out), '\n');
        assert_non_null(line);
        assert_null(strstr(line, "53"));
        assert_null(strstr(line, "90"));
        assert_null(strstr(line, "18"));
        assert_null(strstr(line, "69"));
        assert_true(out.n < 600);
    }
}

static void refuses_what_it_cannot_open(void **state) {
    _cleanup_(buf_done) Buf out = {0};
    terrier_error error = {0};

    assert_int_equal(terrier_show(*state, NULL, "/no/such#L1", false, api_write, &out, &error),
                     -ENOENT);
    assert_int_equal(terrier_show(*state, NULL, "/tmp#L1", false, api_write, &out, &error),
                     -EINVAL);
    assert_int_equal(terrier_show(*state, NULL, "a!/b#L1", false, api_write, &out, &error),
                     -ENOENT);
    assert_int_equal(terrier_show(*state, NULL, "a#sheet#L1", false, api_write, &out, &error),
                     -ENOENT);
    assert_int_equal(terrier_show(*state, NULL, "a", false, api_write, &out, &error), -EINVAL);
    assert_int_equal(terrier_show(*state, NULL, "a\\x00b#L1", false, api_write, &out, &error),
                     -EINVAL);
    assert_int_equal(out.n, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(masks_all_of_the_line),
        cmocka_unit_test(reveals_when_told),
        cmocka_unit_test(records_who_looks),
        cmocka_unit_test(shows_nothing_that_it_cannot_record),
        cmocka_unit_test(says_what_has_changed),
        cmocka_unit_test(reads_utf16),
        cmocka_unit_test(cuts_no_value),
        cmocka_unit_test(refuses_what_it_cannot_open),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
