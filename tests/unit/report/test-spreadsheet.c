/*
 * Spreadsheet: what comes out is a whole XLSX; sheets go on before they are full, nothing is lost,
 * no cell is a formula. The parts are read back by libarchive.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <archive.h>
#include <archive_entry.h>

#include "report/spreadsheet.h"

static const SpreadsheetColumn columns[] = {{"name", 20}, {"count", 10}, {"when", 20}};

static int to_buf(void *of, Span bytes) {
    buf_span(of, bytes);
    return buf_error(of);
}

static Spreadsheet *begin(uint32_t rows_max) {
    Spreadsheet *w = NULL;
    Error e = {0};
    int r = spreadsheet_new("A test", 0, rows_max, &e, &w);

    if (r == -ENOTSUP) {
        print_message("skipped: built without libxlsxwriter\n");
        skip();
    }
    if (r < 0)
        fail_msg("%s", e.text);
    return w;
}

static void finish(Spreadsheet *w, Buf *file) {
    Outlet to = {.write = to_buf, .of = file};
    Error e = {0};

    if (spreadsheet_write(w, &to, &e) < 0)
        fail_msg("%s", e.text);
    assert_int_equal(outlet_end(&to), 0);
}

/* Appends the part of that name; its absence is an empty Buf. */
static void part_read(const Buf *file, const char *name, Buf *ret) {
    struct archive *a = archive_read_new();
    struct archive_entry *entry;
    char piece[4096];
    la_ssize_t n;

    archive_read_support_format_zip(a);
    assert_int_equal(archive_read_open_memory(a, file->at, file->n), ARCHIVE_OK);
    while (archive_read_next_header(a, &entry) == ARCHIVE_OK) {
        if (strcmp(archive_entry_pathname(entry), name) != 0)
            continue;
        while ((n = archive_read_data(a, piece, sizeof(piece))) > 0)
            buf_add(ret, piece, (size_t)n);
    }
    archive_read_free(a);
}

static unsigned count_of(const Buf *b, const char *text) {
    unsigned n = 0;

    for (const char *at = buf_cstr(b); (at = strstr(at, text)); at++)
        n++;
    return n;
}

static void assert_has(const Buf *b, const char *text) {
    if (!strstr(buf_cstr(b), text))
        fail_msg("no '%s' in:\n%.2000s", text, buf_cstr(b));
}

static void row(Spreadsheet *w, const char *name, uint64_t count, int64_t when) {
    spreadsheet_text(w, name);
    spreadsheet_number(w, count);
    spreadsheet_time(w, when);
    assert_int_equal(spreadsheet_row(w), 0);
}

static void cells_are_what_they_are(void **state _unused_) {
    _cleanup_(spreadsheet_freep) Spreadsheet *w = begin(0);
    _cleanup_(buf_done) Buf file = {0}, sheet = {0};

    assert_int_equal(spreadsheet_sheet(w, "One", columns, 3), 0);
    row(w, "=HYPERLINK(\"http://x\",\"y\")", 1234567, INT64_C(1700000000000000000));
    row(w, "_x0041_<&>", UINT64_MAX, INT64_MIN);
    row(w, NULL, 0, -INT64_C(5000000000000000000)); /* 1811 */
    finish(w, &file);
    part_read(&file, "xl/worksheets/sheet1.xml", &sheet);
    assert_int_equal(count_of(&sheet, "<f>"), 0);
    assert_has(&sheet, "<t>=HYPERLINK(\"http://x\",\"y\")</t>");
    assert_has(&sheet, "<v>1234567</v>");
    assert_has(&sheet, "<v>45244.92592592");
    assert_has(&sheet, "<t>18446744073709551615</t>");
    assert_has(&sheet, "<t>_x005F_x0041_&lt;&amp;&gt;</t>");
    assert_has(&sheet, "<t>1811-");
    assert_has(&sheet, "<autoFilter ref=\"A1:C4\"/>");
}

static void goes_on_before_it_is_full(void **state _unused_) {
    _cleanup_(spreadsheet_freep) Spreadsheet *w = begin(10);
    _cleanup_(buf_done) Buf file = {0}, book = {0};
    unsigned rows = 0;

    assert_int_equal(spreadsheet_sheet(w, "Findings", columns, 3), 0);
    for (unsigned i = 0; i < 25; i++)
        row(w, "x", i, 0);
    finish(w, &file);
    part_read(&file, "xl/workbook.xml", &book);
    assert_has(&book, "name=\"Findings\"");
    assert_has(&book, "name=\"Findings (2)\"");
    assert_has(&book, "name=\"Findings (3)\"");
    assert_int_equal(count_of(&book, "<sheet "), 3);
    for (unsigned i = 1; i <= 3; i++) {
        _cleanup_(buf_done) Buf sheet = {0};
        char name[40];

        snprintf(name, sizeof(name), "xl/worksheets/sheet%u.xml", i);
        part_read(&file, name, &sheet);
        assert_has(&sheet, "<t>count</t>"); /* each has its head */
        assert_in_range(count_of(&sheet, "<row "), 2, 10);
        rows += count_of(&sheet, "<row ") - 1;
    }
    assert_int_equal(rows, 25);
}

/* Of one that is as long as it may be nothing is cut; a pair of UTF-16 units counts as two. */
static void long_text_is_cut_and_counted(void **state _unused_) {
    _cleanup_(spreadsheet_freep) Spreadsheet *w = begin(0);
    _cleanup_(buf_done) Buf file = {0}, sheet = {0}, just = {0}, over = {0};

    for (unsigned i = 0; i < SPREADSHEET_TEXT_MAX; i++)
        buf_byte(&just, 'a');
    for (unsigned i = 0; i < SPREADSHEET_TEXT_MAX / 2 + 1; i++)
        buf_text(&over, "\xf0\x9f\x90\x95");
    assert_int_equal(spreadsheet_sheet(w, "Long", columns, 3), 0);
    row(w, buf_cstr(&just), 0, 0);
    assert_int_equal(spreadsheet_cut(w), 0);
    row(w, buf_cstr(&over), 0, 0);
    assert_int_equal(spreadsheet_cut(w), 1);
    finish(w, &file);
    part_read(&file, "xl/worksheets/sheet1.xml", &sheet);
    assert_int_equal(count_of(&sheet, "\xf0\x9f\x90\x95"), SPREADSHEET_TEXT_MAX / 2);
    assert_int_equal(count_of(&sheet, "\xe2\x80\xa6</t>"), 1);
}

static void a_failure_of_the_place_is_told(void **state _unused_) {
    Spreadsheet *w = begin(0);
    Error e = {0};

    spreadsheet_free(w);
    setenv("TMPDIR", "/nonexistent/place", 1);
    assert_int_equal(spreadsheet_new("A test", 0, 0, &e, &w), -ENOENT);
    unsetenv("TMPDIR");
    if (!strstr(e.text, "/nonexistent/place"))
        fail_msg("'%s' does not name the place", e.text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_are_what_they_are),
        cmocka_unit_test(goes_on_before_it_is_full),
        cmocka_unit_test(long_text_is_cut_and_counted),
        cmocka_unit_test(a_failure_of_the_place_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
