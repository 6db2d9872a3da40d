/* Xlsb: records of [MS-XLSB]; the numbers of records are those of its 2.3.1. */
#include "recorder.h"
#include "zipmaker.h"

/* ---- records ---- */

static void put(Buf *b, uint64_t v, size_t n) {
    for (; n; n--, v >>= 8)
        buf_byte(b, (uint8_t)v);
}

static void put_string(Buf *b, const char *text) {
    put(b, strlen(text), 4);
    for (; *text; text++)
        put(b, (uint8_t)*text, 2);
}

static void put_double(Buf *b, double v) {
    uint64_t bits;

    memcpy(&bits, &v, sizeof(bits));
    put(b, bits, 8);
}

static void put_record(Buf *b, unsigned type, const Buf *payload) {
    size_t n = payload ? payload->n : 0;

    buf_byte(b, (uint8_t)(type < 128 ? type : (type & 127) | 128));
    if (type >= 128)
        buf_byte(b, (uint8_t)(type >> 7));
    do
        buf_byte(b, (uint8_t)((n & 127) | (n > 127 ? 128 : 0)));
    while (n >>= 7);
    if (payload)
        buf_span(b, buf_as_span(payload));
}

#define RECORD(part, type, ...)                                                                    \
    do {                                                                                           \
        Buf p = {0};                                                                               \
        __VA_ARGS__;                                                                               \
        put_record(part, type, &p);                                                                \
        buf_done(&p);                                                                              \
    } while (0)

static void add(ZipMaker *z, const char *name, Buf *part) {
    zip_bytes(z, name, buf_as_span(part), 0);
    buf_done(part);
}

static const char *finish(Recorder *r, ZipMaker *z) {
    const char *log;

    r->place = EXTRACT_FORMAT;
    log = record_bytes(r, zip_finish(z), "a.xlsb");
    zip_done(z);
    return log;
}

static Buf sheet_part(void) {
    Buf part = {0};

    put_record(&part, 129, NULL);
    RECORD(&part, 0, put(&p, 6, 4), put(&p, 0, 13)); /* row 7 */
    RECORD(&part, 7, put(&p, 0, 4), put(&p, 0, 4), put(&p, 1, 4));
    RECORD(&part, 2, put(&p, 1, 4), put(&p, 1, 4), put(&p, 78051120u << 2 | 2, 4));
    RECORD(&part, 2, put(&p, 2, 4), put(&p, 0, 4), put(&p, 150u << 2 | 3, 4));
    RECORD(&part, 5, put(&p, 3, 4), put(&p, 2, 4), put_double(&p, 29358));
    RECORD(&part, 4, put(&p, 4, 4), put(&p, 0, 4), put(&p, 1, 1));
    RECORD(&part, 6, put(&p, 5, 4), put(&p, 0, 4), put_string(&p, "inline"));
    RECORD(&part, 8, put(&p, 6, 4), put(&p, 0, 4), put_string(&p, "made"), put(&p, 0, 2),
           put(&p, 9, 4), put(&p, 0x17, 1), put(&p, 3, 2), put(&p, 'a', 2), put(&p, 'b', 2),
           put(&p, 'c', 2));
    RECORD(&part, 1, put(&p, 7, 4), put(&p, 0, 4));
    RECORD(&part, 0, put(&p, 8, 4), put(&p, 0, 13));
    RECORD(&part, 9, put(&p, 55, 4), put(&p, 0, 4), put_double(&p, 1.2e10));
    RECORD(&part, 479, put(&p, 0, 2), put_string(&p, "&LSSN 078-05-1120"), put(&p, 0xFFFFFFFF, 4));
    put_record(&part, 130, NULL);
    return part;
}

static void make_book(ZipMaker *z) {
    Buf part = {0};

    put_record(&part, 131, NULL);
    RECORD(&part, 156, put(&p, 2, 4), put(&p, 1, 4), put_string(&p, "rId1"), put_string(&p, "Pay"));
    add(z, "xl/workbook.bin", &part);
    zip_text(
        z, "xl/_rels/workbook.bin.rels",
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
        "<Relationship Id=\"rId1\" Type=\"x/worksheet\" Target=\"worksheets/sheet1.bin\"/>"
        "</Relationships>");
    part = sheet_part();
    add(z, "xl/worksheets/sheet1.bin", &part);
    zip_text(
        z, "xl/worksheets/_rels/sheet1.bin.rels",
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
        "<Relationship Id=\"rId1\" Type=\"x/comments\" "
        "Target=\"../comments1.bin\"/></Relationships>");
    put_record(&part, 628, NULL);
    RECORD(&part, 632, put_string(&p, "Ann"));
    RECORD(&part, 635, put(&p, 0, 4), put(&p, 6, 4), put(&p, 6, 4), put(&p, 1, 4), put(&p, 1, 4),
           put(&p, 0, 16));
    RECORD(&part, 637, put(&p, 1, 1), put_string(&p, "call me"), put(&p, 0, 4));
    add(z, "xl/comments1.bin", &part);
    put_record(&part, 278, NULL);
    RECORD(&part, 44, put(&p, 164, 2), put_string(&p, "000-00-0000"));
    put_record(&part, 626, NULL);
    RECORD(&part, 47, put(&p, 0, 2), put(&p, 9, 2), put(&p, 0, 12));
    RECORD(&part, 617, put(&p, 3, 4));
    RECORD(&part, 47, put(&p, 0, 2), put(&p, 0, 2), put(&p, 0, 12));
    RECORD(&part, 47, put(&p, 0, 2), put(&p, 164, 2), put(&p, 0, 12));
    RECORD(&part, 47, put(&p, 0, 2), put(&p, 14, 2), put(&p, 0, 12));
    put_record(&part, 618, NULL);
    add(z, "xl/styles.bin", &part);
    RECORD(&part, 159, put(&p, 3, 4), put(&p, 3, 4));
    RECORD(&part, 19, put(&p, 0, 1), put_string(&p, "left behind"));
    RECORD(&part, 19, put(&p, 2, 1), put_string(&p, "shown"), put_string(&p, "read aloud"));
    add(z, "xl/sharedStrings.bin", &part);
}

static void reads_cells_of_every_kind(void **state _unused_) {
    Recorder r = {0};
    ZipMaker z = {0};

    make_book(&z);
    assert_string_equal(finish(&r, &z),
                        "# section sharedStrings/other\n= read aloud\\n\n"
                        "# section styles/other\n= 000-00-0000\\n\n"
                        "# sheet Pay\n| 1 shown\n| 5 TRUE\n| 6 inline\n| 7 made\n= 7:1 shown\\t\n"
                        "= 7:2 078-05-1120\\t\n= 7:3 1.5\\t\n= 7:4 1980-05-17\\t\n= 7:5 TRUE\\t\n"
                        "= 7:6 inline\\t\n= 7:7 made\\n\n= 9:56 12000000000\\n\n"
                        "# section Pay/other\n= abc\\n&LSSN 078-05-1120\\n\n"
                        "# section Pay/comments\n= Ann\\n\n= 7:2 call me\\n\n"
                        "# section sharedStrings\n= 1:0 left behind\\n\n< read\n");
    buf_done(&r.log);
}

/* Records that go beyond the part, at each length of it. */
static void reads_what_is_left_of_a_cut_part(void **state _unused_) {
    Recorder r = {.place = EXTRACT_FORMAT};
    Buf whole = sheet_part();

    for (size_t n = 3; n < whole.n; n++) {
        ZipMaker z = {0};
        const char *log;

        zip_text(&z, "xl/a.txt", "x");
        zip_bytes(&z, "xl/worksheets/sheet1.bin", span(whole.at, n), ZIP_STORED);
        log = finish(&r, &z);
        assert_true(memmem(log, r.log.n, "inline", 6) || n < 140);
    }
    buf_done(&whole);
    buf_done(&r.log);
}

static void survives_flipped_bytes(void **state _unused_) {
    Recorder r = {.place = EXTRACT_FORMAT};
    Buf whole = sheet_part();

    for (size_t i = 0; i < whole.n * 8; i++) {
        ZipMaker z = {0};

        whole.at[i / 8] ^= (uint8_t)(1 << i % 8);
        zip_text(&z, "xl/a.txt", "x");
        zip_bytes(&z, "xl/worksheets/sheet1.bin", buf_as_span(&whole), ZIP_STORED);
        finish(&r, &z);
        whole.at[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    buf_done(&whole);
    buf_done(&r.log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_cells_of_every_kind),
        cmocka_unit_test(reads_what_is_left_of_a_cut_part),
        cmocka_unit_test(survives_flipped_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
