/* Csv: cells and rows, quotes, ragged and broken tables, other encodings; any window, any bytes. */
#include "mutate.h"
#include "windows.h"

static void reads_cells_rows_and_header(void **state _unused_) {
    assert_reads("csv",
                 "name,ssn\n"
                 "Ann,536-90-4399\n"
                 "Bob,536-90-4398\n",
                 "# table\n"
                 "| 1 name\n"
                 "| 2 ssn\n"
                 "= 1:1 @0 name,\n"
                 "= 1:2 @5 ssn\\n\n"
                 "= 2:1 @9 Ann,\n"
                 "= 2:2 @13 536-90-4399\\n\n"
                 "= 3:1 @25 Bob,\n"
                 "= 3:2 @29 536-90-4398\\n\n");
}

static void unescapes_doubled_quotes(void **state _unused_) {
    assert_reads("csv",
                 "id;note\r\n"
                 "1;\"a \"\"b\"\";\r\nc\"\r\n"
                 "2;plain \"x\"\r\n",
                 "# table\n"
                 "| 1 id\n"
                 "| 2 note\n"
                 "= 1:1 @0 id;\n"
                 "= 1:2 @3 note\r\\n\n"
                 "= 2:1 @9 1;\n"
                 "= 2:2 @11 \"a \n"
                 "= 2:2 @14 \"\n"
                 "= 2:2 @16 b\n"
                 "= 2:2 @17 \"\n"
                 "= 2:2 @19 ;\r\\nc\"\r\\n\n"
                 "= 3:1 @26 2;\n"
                 "= 3:2 @28 plain \"x\"\r\\n\n");
}

/* An empty cell has no mark; rows are counted with blank lines. */
static void reads_ragged_rows(void **state _unused_) {
    assert_reads("csv",
                 "id,a,b\r\n"
                 "\r\n"
                 "1,,\r\n"
                 ",,2,3,4\r\n"
                 "5\r\n",
                 "# table\n"
                 "| 1 id\n"
                 "| 2 a\n"
                 "| 3 b\n"
                 "= 1:1 @0 id,\n"
                 "= 1:2 @3 a,\n"
                 "= 1:3 @5 b\r\\n\r\\n\n"
                 "= 3:1 @10 1,,\r\\n,,\n"
                 "= 4:3 @17 2,\n"
                 "= 4:4 @19 3,\n"
                 "= 4:5 @21 4\r\\n\n"
                 "= 5:1 @24 5\r\\n\n");
}

static void obeys_a_sep_line(void **state _unused_) {
    assert_reads("csv",
                 "sep=^\r\n"
                 "id^mail\r\n"
                 "1^ann@example.com\r\n",
                 "# table\n"
                 "| 1 id\n"
                 "| 2 mail\n"
                 "= @0 sep=^\r\\n\n"
                 "= 1:1 @7 id^\n"
                 "= 1:2 @10 mail\r\\n\n"
                 "= 2:1 @16 1^\n"
                 "= 2:2 @18 ann@example.com\r\\n\n");
}

static void reads_line_ends_of_returns(void **state _unused_) {
    assert_reads("csv", "id\tn\r1\t2\r3\t4\r",
                 "# table\n"
                 "| 1 id\n"
                 "| 2 n\n"
                 "= 1:1 @0 id\\t\n"
                 "= 1:2 @3 n\r\n"
                 "= 2:1 @5 1\\t\n"
                 "= 2:2 @7 2\r\n"
                 "= 3:1 @9 3\\t\n"
                 "= 3:2 @11 4\r\n");
}

static void tells_dates_of_rows(void **state _unused_) {
    assert_reads("csv",
                 "id,dob,created_at\n"
                 "1,1970-05-06,2024-03-01 12:00:00\n"
                 "2,1970-05-06,\"2024-03-02\"\n"
                 "3,1970-05-06,\n",
                 "# table\n"
                 "| 1 id\n"
                 "| 2 dob\n"
                 "| 3 created_at\n"
                 "= 1:1 @0 id,\n"
                 "= 1:2 @3 dob,\n"
                 "= 1:3 @7 created_at\\n\n"
                 "= 2:1 @18 1,\n"
                 "= 2:2 @20 1970-05-06,\n"
                 "= 2:3 @31 2024-03-01 12:00:00\\n\n"
                 "= 3:1 @51 2,\n"
                 "= 3:2 @53 1970-05-06,\n"
                 "= 3:3 @64 \"2024-03-02\"\\n\n"
                 "= 4:1 @77 3,\n"
                 "= 4:2 @79 1970-05-06,\\n\n"
                 "! row-date 1709294400000000000 1709337600000000000 \n");
}

/* Sources are raw offsets where the text is decoded. */
static void reads_other_encodings(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};
    Recorder r = {0};

    put_point(&b, ENCODING_UTF16LE, 0xFEFF);
    put_text(&b, ENCODING_UTF16LE, "id;name\n1;K\xc3\xa4the\n2;\xf0\x9f\x98\x80\n");
    assert_string_equal(read_as(&r, "csv", buf_as_span(&b), DECODER_WINDOW),
                        "# table\n"
                        "| 1 id\n"
                        "| 2 name\n"
                        "= 1:1 @2 id;\n"
                        "= 1:2 @8 name\\n\n"
                        "= 2:1 @18 1;\n"
                        "= 2:2 @22 K\xc3\xa4the\\n\n"
                        "= 3:1 @34 2;\n"
                        "= 3:2 @38 \xf0\x9f\x98\x80\\n\n");
    assert_same_in_windows("csv", buf_as_span(&b));
    buf_done(&r.log);
}

/* A quote that is never closed is one cell for a mebibyte, not for ever. */
static void recovers_from_an_open_quote(void **state _unused_) {
    enum { LINE = 10, LINES = 150000 };
    _cleanup_(buf_done) Buf b = {0};
    Recorder r = {0};
    const char *log;
    char last[64];

    buf_text(&b, "id,b\n1,\"open\n");
    for (int i = 0; i < LINES; i++)
        buf_printf(&b, "7,%07d\n", i);
    log = read_as(&r, "csv", buf_as_span(&b), DECODER_WINDOW);
    assert_non_null(strstr(log, "= 2:2 @7 \"open\\n7,0000000"));
    snprintf(last, sizeof(last), "@%d 0149999\\n", 13 + LINE * (LINES - 1) + 2);
    assert_non_null(strstr(log, last));
    assert_in_range(r.log.n, b.n, 4 * b.n);
    assert_in_place("csv", buf_as_span(&b), DECODER_WINDOW);
    buf_done(&r.log);
}

/* Columns beyond what a part has are column 0; nothing is kept of them. */
static void takes_any_number_of_columns(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};
    Recorder r = {0};
    const char *log;

    for (int row = 0; row < 3; row++) {
        for (int i = 0; i < 100000; i++)
            buf_text(&b, "1,");
        buf_byte(&b, '\n');
    }
    log = read_as(&r, "csv", buf_as_span(&b), DECODER_WINDOW);
    assert_non_null(strstr(log, "= 3:4096 "));
    assert_non_null(strstr(log, "= 3:0 "));
    assert_null(strstr(log, ":4097 "));
    buf_done(&r.log);
}

static void takes_any_bytes(void **state _unused_) {
    static const char table[] = "id,name,note\r\n1,Ann,\"a \"\"b\"\"\nc\"\n2,,\n3,\"\",x\n";
    _cleanup_(buf_done) Buf b = {0};
    uint64_t seed = 5;

    for (size_t n = 0; n <= sizeof(table) - 1; n++)
        assert_tolerates("csv", span(table, n));
    for (int i = 0; i < 800; i++) {
        mutate(&seed, span(table, sizeof(table) - 1), ",,\"\"\"\r\n;\t|'", &b);
        assert_tolerates("csv", buf_as_span(&b));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_cells_rows_and_header),
        cmocka_unit_test(unescapes_doubled_quotes),
        cmocka_unit_test(reads_ragged_rows),
        cmocka_unit_test(obeys_a_sep_line),
        cmocka_unit_test(reads_line_ends_of_returns),
        cmocka_unit_test(tells_dates_of_rows),
        cmocka_unit_test(reads_other_encodings),
        cmocka_unit_test(recovers_from_an_open_quote),
        cmocka_unit_test(takes_any_number_of_columns),
        cmocka_unit_test(takes_any_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
