/* Csv: fields by RFC 4180, formulas neutral, every row of the same width, and the lists of paths.
 */
#include "sample.h"

#include "base/utf8.h"
#include "report/csv.h"
#include "report/paths.h"

static void assert_field(const char *text, const char *expected) {
    _cleanup_(buf_done) Buf b = {0};

    csv_field(&b, span_of(text));
    assert_string_equal(buf_cstr(&b), expected);
}

static void fields_are_quoted_and_neutral(void **state _unused_) {
    static const char *const formulas[] = {"=1+1", "+1", "-1", "@SUM(A1)", "\tx", "'text"};

    assert_field("", "");
    assert_field("plain text", "plain text");
    assert_field("a,b", "\"a,b\"");
    assert_field("a\"b", "\"a\"\"b\"");
    assert_field("a\nb", "\"a\nb\"");
    assert_field("\r=1", "\"'\r=1\"");
    assert_field("=cmd|'/c calc'!A1,x", "\"'=cmd|'/c calc'!A1,x\"");
    assert_field("a=1", "a=1");
    for (size_t i = 0; i < N_ELEMENTS(formulas); i++) {
        char expected[40];

        snprintf(expected, sizeof(expected), "'%s", formulas[i]);
        assert_field(formulas[i], expected);
    }
}

static void report(Fixture *f, const CsvOptions *o, Buf *b) {
    Outlet to = {.write = to_buf, .of = b};
    Error e = {0};

    if (csv_report(f->store, 0, o, &to, &e) < 0)
        fail_msg("%s", e.text);
    assert_int_equal(outlet_end(&to), 0);
}

/* Fields of the record at *at, which moves behind its CR LF. */
static unsigned fields_of(const char **at) {
    bool quoted = false;
    unsigned n = 1;

    for (; **at && (quoted || strncmp(*at, "\r\n", 2) != 0); (*at)++) {
        if (**at == '"')
            quoted = !quoted;
        n += !quoted && **at == ',';
    }
    assert_false(quoted);
    assert_string_not_equal(*at, "");
    *at += 2;
    return n;
}

static unsigned lines_with(const Buf *b, const char *record) {
    unsigned n = 0;

    for (const char *at = buf_cstr(b); (at = strstr(at, record)); at++)
        n++;
    return n;
}

static void every_row_has_all_columns(void **state) {
    Fixture *f = *state;
    _cleanup_(buf_done) Buf b = {0};
    const char *at;
    unsigned columns, rows = 0;

    sample_fill(f);
    report(f, &(CsvOptions){.all_objects = true}, &b);
    at = buf_cstr(&b);
    assert_memory_equal(at, "\xef\xbb\xbfrecord,id,object,same_as,", 28);
    columns = fields_of(&at);
    for (; *at; rows++)
        assert_int_equal(fields_of(&at), columns);
    assert_int_equal(lines_with(&b, "\nfinding,f:"), 4);
    assert_int_equal(lines_with(&b, "\nobject,"), N_STATUSES + 6);
    assert_true(lines_with(&b, "\nabout,") > 20);
    assert_int_equal(rows,
                     4 + N_STATUSES + 6 + lines_with(&b, "\nabout,") + lines_with(&b, "\nunread,"));
    for (size_t i = 3; i < b.n; i++)
        assert_true(b.at[i] >= ' ' || b.at[i] == '\r' || b.at[i] == '\n');
}

static int paths(Fixture *f, bool null, Buf *b, Error *e) {
    Outlet to = {.write = to_buf, .of = b};
    int r = paths_report(f->store, 0, &(FoundFilter){0}, null, &to, e);

    return r < 0 ? (outlet_end(&to), r) : outlet_end(&to);
}

static void paths_are_raw_and_once(void **state) {
    static const char expected[] = "/home/evil\x1b[2J\n\xc2\x9b\xe2\x80\xae\xff.csv\0"
                                   "/srv/mail.txt\0/srv/orgs.txt";
    Fixture *f = *state;
    _cleanup_(buf_done) Buf b = {0}, lines = {0};
    Error e = {0};

    sample_fill(f);
    assert_int_equal(paths(f, true, &b, &e), 0);
    assert_int_equal(b.n, sizeof(expected));
    assert_memory_equal(b.at, expected, sizeof(expected));
    assert_int_equal(paths(f, false, &lines, &e), -EILSEQ);
    if (!strstr(e.text, "--null"))
        fail_msg("'%s' names no remedy", e.text);
}

/* What is inside a container stands for it; a linked file has all its names. */
static void members_are_their_file(void **state) {
    Fixture *f = *state;
    _cleanup_(buf_done) Buf b = {0};
    Finding found = {.detector = SSN, .count = {[LEVEL_HIGH] = 1}, .score = 5};
    StoreObject o = fixture_object(0, span_of("linked"));
    Error e = {0};
    bool first;

    fixture_root(f, 0, "/srv");
    fixture_found(f, 0, "a.zip", "", SSN, 1, 0);
    for (unsigned i = 0; i < 2; i++) {
        StoreObject member = fixture_object(0, i ? span("a.zip\0two", 9) : span("a.zip\0one", 9));

        member.depth = 1;
        fixture_put(f, &member, &found, 1);
    }
    fixture_found(f, 0, "a.zip.txt", "", SSN, 1, 0);
    o.meta.nlink = 2;
    o.meta.ino = 77;
    store_link_claim(f->store, f->run, 7, 77, 0, span_of("linked"), NULL, &first);
    store_link_claim(f->store, f->run, 7, 77, 0, span_of("z"), NULL, &first);
    fixture_put(f, &o, &found, 1);
    assert_int_equal(paths(f, false, &b, &e), 0);
    assert_string_equal(buf_cstr(&b), "/srv/a.zip\n/srv/a.zip.txt\n/srv/linked\n/srv/z\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_quoted_and_neutral),
        cmocka_unit_test_setup_teardown(every_row_has_all_columns, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(paths_are_raw_and_once, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(members_are_their_file, fixture_setup, fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
