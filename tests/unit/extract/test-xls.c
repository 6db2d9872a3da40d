/* Workbooks, record by record: strings, numbers and dates, hidden sheets, comments, what lies. */
#include "recorder.h"

#include "cfbmaker.h"

static const char *record_book(Recorder *r, const Buf *book, const Buf *cache) {
    CfbMaker m;
    const char *log;

    maker_begin(&m);
    maker_stream(&m, 0, "Workbook", buf_as_span(book));
    if (cache) {
        unsigned storage = maker_storage(&m, 0, "_SX_DB_CUR");

        maker_stream(&m, storage, "0001", buf_as_span(cache));
    }
    r->place = EXTRACT_RISKY;
    log = record_bytes(r, maker_end(&m), "pay.xls");
    maker_done(&m);
    return log;
}

static void assert_has(const char *log, const char *line) {
    if (!strstr(log, line))
        fail_msg("no '%s' in:\n%s", line, log);
}

static void assert_ends(const char *log, const char *line) {
    size_t n = strlen(log), k = strlen(line);

    if (n < k || strcmp(log + n - k, line) != 0)
        fail_msg("does not end with '%s':\n%s", line, log);
}

/* A record; its body is taken. */
static void rec(Buf *b, unsigned type, Buf *body) {
    put16(b, type);
    put16(b, (unsigned)body->n);
    buf_span(b, buf_as_span(body));
    buf_clear(body);
}

static void rec_bof(Buf *b, unsigned kind) {
    put16(b, 0x0809), put16(b, 8);
    put16(b, 0x0600), put16(b, kind), put32(b, 0);
}

static void rec_eof(Buf *b) {
    put16(b, 0x000A), put16(b, 0);
}

static void put_narrow(Buf *b, const char *text) {
    put16(b, (unsigned)strlen(text));
    buf_byte(b, 0);
    buf_text(b, text);
}

static void cell_head(Buf *b, unsigned row, unsigned column, unsigned xf) {
    put16(b, row), put16(b, column), put16(b, xf);
}

static void put_double(Buf *b, double v) {
    uint64_t bits;

    memcpy(&bits, &v, sizeof(bits));
    put64(b, bits);
}

/* Globals with a table of three strings, the second of which a CONTINUE cuts and widens. */
static size_t globals(Buf *b, const char *sheet) {
    Buf body = {0};
    size_t position;

    rec_bof(b, 5);
    put16(&body, 164), put_narrow(&body, "000-00-0000");
    rec(b, 0x041E, &body);
    put16(&body, 0), put16(&body, 0);
    rec(b, 0x00E0, &body); /* 0: plain */
    put16(&body, 0), put16(&body, 14);
    rec(b, 0x00E0, &body); /* 1: a date */
    put16(&body, 0), put16(&body, 164);
    rec(b, 0x00E0, &body); /* 2: a mask */
    position = b->n + 4;
    put32(&body, 0), put16(&body, 1); /* hidden */
    buf_byte(&body, (uint8_t)strlen(sheet)), buf_byte(&body, 0), buf_text(&body, sheet);
    rec(b, 0x0085, &body);
    put32(&body, 3), put32(&body, 3);
    put_narrow(&body, "name");
    put16(&body, 6), buf_byte(&body, 0x08), put16(&body, 1), buf_text(&body, "Ann");
    rec(b, 0x00FC, &body);
    buf_byte(&body, 1), put16(&body, 0x017B), put16(&body, 0xF3), put16(&body, 0x142);
    put32(&body, 0); /* one run of a format */
    put_narrow(&body, "left alone");
    rec(b, 0x003C, &body);
    rec_eof(b);
    buf_done(&body);
    return position;
}

static void begin_sheet(Buf *b, size_t position) {
    for (unsigned i = 0; i < 4; i++)
        b->at[position + i] = (uint8_t)(b->n >> 8 * i);
    rec_bof(b, 0x10);
}

static void sheet(Buf *b, size_t position) {
    Buf body = {0};

    begin_sheet(b, position);
    cell_head(&body, 0, 0, 0), put32(&body, 0);
    rec(b, 0x00FD, &body);
    cell_head(&body, 0, 1, 0), put_narrow(&body, "ssn");
    rec(b, 0x0204, &body);
    cell_head(&body, 1, 0, 0), put32(&body, 1);
    rec(b, 0x00FD, &body);
    cell_head(&body, 1, 1, 2), put_double(&body, 12345678);
    rec(b, 0x0203, &body);
    cell_head(&body, 1, 2, 1), put32(&body, 43831u << 2 | 2); /* 2020-01-01 */
    rec(b, 0x027E, &body);
    put16(&body, 2), put16(&body, 0), put16(&body, 0), put32(&body, 7u << 2 | 2), put16(&body, 0),
        put32(&body, 1250u << 2 | 3), put16(&body, 1);
    rec(b, 0x00BD, &body);
    cell_head(&body, 3, 0, 0), put16(&body, 0), put32(&body, 0), put16(&body, 0xFFFF);
    rec(b, 0x0006, &body);
    put_narrow(&body, "joined");
    rec(b, 0x0207, &body);
    put16(&body, 0x15), put16(&body, 0x12), put16(&body, 0x19), put16(&body, 9);
    rec(b, 0x005D, &body);
    put64(&body, 0), put16(&body, 0), put16(&body, 4), put32(&body, 0);
    rec(b, 0x01B6, &body);
    buf_byte(&body, 0), buf_text(&body, "note");
    rec(b, 0x003C, &body);
    put16(&body, 1), put16(&body, 1), put16(&body, 0), put16(&body, 9);
    rec(b, 0x001C, &body);
    put_narrow(&body, "&CPage");
    rec(b, 0x0014, &body);
    rec_eof(b);
    buf_done(&body);
}

static void test_sheet(void **state) {
    Recorder r = {0};
    Buf book = {0}, cache = {0}, body = {0};
    const char *log;

    (void)state;
    sheet(&book, globals(&book, "Payroll"));
    put_narrow(&body, "gone");
    rec(&cache, 0x00CD, &body);
    put_double(&body, 17);
    rec(&cache, 0x00C9, &body);
    log = record_book(&r, &book, &cache);
    assert_has(log, "# sheet Payroll\n| 1 name\n| 2 ssn\n= 1:1 name\\t\n= 1:2 ssn\\n\n"
                    "= 2:1 Ann\xc5\xbb\xc3\xb3\xc5\x82\\t\n= 2:2 012-34-5678\\t\n"
                    "= 2:3 2020-01-01\\n\n= 3:1 7\\t\n= 3:2 12.5\\n\n= 4:1 joined\\n\n");
    assert_has(log, "# section Payroll/comments\n= 2:2 note\\n\n");
    assert_has(log, "# section Payroll/headers\n= &CPage\\n\n");
    assert_has(log, "# section sharedStrings\n= left alone\\n\n");
    assert_has(log, "# section pivotCache/0001\n= gone\\n17\\n\n");
    assert_ends(log, "\n< read\n");
    buf_done(&book);
    buf_done(&cache);
    buf_done(&body);
    buf_done(&r.log);
}

static void test_encrypted(void **state) {
    Recorder r = {0};
    Buf book = {0}, body = {0};

    (void)state;
    rec_bof(&book, 5);
    put16(&body, 1), put64(&body, 0);
    rec(&book, 0x002F, &body);
    buf_text(&book, "cipher");
    assert_ends(record_book(&r, &book, NULL), "< encrypted(xls)\n");
    buf_done(&book);
    buf_done(&body);
    buf_done(&r.log);
}

/* Cut at each length: cells that came before stay, and it is said. */
static void test_cut(void **state) {
    Recorder r = {0};
    Buf book = {0};
    size_t whole;

    (void)state;
    sheet(&book, globals(&book, "Payroll"));
    whole = book.n;
    for (size_t n = 12; n < whole - 4; n++) {
        book.n = n;
        record_book(&r, &book, NULL);
        assert_ends(buf_cstr(&r.log), "< partial(corrupt)\n");
    }
    buf_done(&book);
    buf_done(&r.log);
}

static void test_flipped(void **state) {
    Recorder r = {0};
    Buf book = {0};

    (void)state;
    sheet(&book, globals(&book, "Payroll"));
    for (size_t i = 0; i < book.n; i++) {
        for (unsigned mask = 1; mask < 256; mask = mask * 2 + 37) {
            book.at[i] ^= (uint8_t)mask;
            record_book(&r, &book, NULL);
            assert_true(r.log.n > 2 && r.log.at[r.log.n - 1] == '\n');
            book.at[i] ^= (uint8_t)mask;
        }
    }
    buf_done(&book);
    buf_done(&r.log);
}

/* Counts that the file does not hold. */
static void test_counts_that_lie(void **state) {
    Recorder r = {0};
    Buf book = {0}, body = {0};
    const char *log;

    (void)state;
    rec_bof(&book, 5);
    put32(&body, UINT32_MAX), put32(&body, UINT32_MAX);
    put16(&body, 0xFFFF), buf_byte(&body, 0x0C), put16(&body, 0xFFFF), put32(&body, UINT32_MAX);
    buf_text(&body, "what there is");
    rec(&book, 0x00FC, &body);
    rec_eof(&book);
    log = record_book(&r, &book, NULL);
    assert_has(log, "what there is");
    assert_ends(log, "< partial(corrupt)\n");
    buf_done(&book);
    buf_done(&body);
    buf_done(&r.log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sheet),
        cmocka_unit_test(test_encrypted),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_flipped),
        cmocka_unit_test(test_counts_that_lie),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
