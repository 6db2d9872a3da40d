/* Tables of dBase, put together by hand: fields, code pages, deleted records, damage. */
#include "recorder.h"

#include "extract/format/dbf.h"

static void put_field(Buf *b, const char *name, char type, uint8_t length) {
    uint8_t field[32] = {0};

    memcpy(field, name, strlen(name));
    field[11] = (uint8_t)type;
    field[16] = length;
    buf_add(b, field, sizeof(field));
}

static void make_table(Buf *b, uint8_t driver) {
    uint8_t header[32] = {0x03, 124, 3, 1, 3, 0, 0, 0, 32 + 5 * 32 + 1, 0, 1 + 12 + 8 + 4 + 10 + 6};

    header[29] = driver;
    buf_add(b, header, sizeof(header));
    put_field(b, "NAME", 'C', 12);
    put_field(b, "HIRED", 'D', 8);
    put_field(b, "ID", 'I', 4);
    put_field(b, "NOTE", 'M', 10);
    put_field(b, "PAY", 'N', 6);
    buf_byte(b, 0x0D);
    buf_add(b, " Alice       20240301\7\0\0\0       123  42.5", 41);
    buf_add(b, "*Gone        20240302\1\1\0\0                ", 41);
    buf_add(b, " M\x81ller              \0\0\0\0               1", 41);
    buf_byte(b, 0x1A);
}

static void expect(const Recorder *r, const char *text) {
    if (!memmem(r->log.at, r->log.n, text, strlen(text)))
        fail_msg("no '%s' in: %s", text, buf_cstr(&r->log));
}

static void test_records(void **state) {
    Recorder r = {.place = EXTRACT_FORMAT};
    Buf b = {0};

    (void)state;
    make_table(&b, 0x02); /* code page 850 */
    record_bytes(&r, buf_as_span(&b), "a.dbf");
    expect(&r, "# table\n| 1 NAME\n| 2 HIRED\n| 3 ID\n| 4 NOTE\n| 5 PAY\n");
    expect(&r, "= 1:1 @194 Alice\\t\n= 1:2 @206 20240301\\t\n= 1:3 7\\t\n= 1:5 @230 42.5\\n\n");
    expect(&r, "= 2:1 @235 Gone\\t\n"); /* deleted */
    expect(&r, "= 2:3 257\\n\n");
    expect(&r, "= 3:1 M\xC3\xBCller\\t\n");
    expect(&r, "< read\n");
    buf_done(&b);
    buf_done(&r.log);
}

static void test_sniff(void **state) {
    static const size_t places[] = {0, 2, 8, 10, 32 + 11, 32 + 16, 32 + 5 * 32};
    Buf b = {0};

    (void)state;
    make_table(&b, 0);
    assert_true(dbf_looks(buf_as_span(&b)));
    for (size_t i = 0; i < N_ELEMENTS(places); i++) {
        b.at[places[i]] ^= 0x70;
        if (dbf_looks(buf_as_span(&b)))
            fail_msg("with byte %zu changed it is still taken for a table", places[i]);
        b.at[places[i]] ^= 0x70;
    }
    for (size_t n = 0; n <= 32 + 5 * 32; n++)
        assert_false(dbf_looks(span(b.at, n)));
    buf_done(&b);
}

static void test_damage(void **state) {
    Recorder r = {.place = EXTRACT_FORMAT};
    Buf b = {0};

    (void)state;
    make_table(&b, 3);
    buf_text(&b, "what is behind it");
    record_bytes(&r, buf_as_span(&b), "a.dbf");
    expect(&r, "what is behind it");
    for (size_t n = 193; n < 193 + 3 * 41; n++) {
        record_bytes(&r, span(b.at, n), "a.dbf");
        if (n > 193 + 21)
            expect(&r, "20240301");
        expect(&r, "< partial(corrupt)\n");
    }
    for (size_t i = 0; i < b.n; i++) {
        b.at[i] ^= 0xFF;
        record_bytes(&r, buf_as_span(&b), "a.dbf");
        assert_int_equal(r.log.at[r.log.n - 1], '\n');
        b.at[i] ^= 0xFF;
    }
    buf_done(&b);
    buf_done(&r.log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_sniff),
        cmocka_unit_test(test_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
