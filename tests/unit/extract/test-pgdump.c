/* PostgreSQL's own dumps, put together by hand: versions, packings, large objects, damage. */
#include "recorder.h"

#include <zlib.h>

static void put_int(Buf *b, int64_t v) {
    uint64_t n = v < 0 ? (uint64_t)-v : (uint64_t)v;

    buf_byte(b, v < 0);
    for (unsigned i = 0; i < 4; i++)
        buf_byte(b, (uint8_t)(n >> 8 * i));
}

static void put_string(Buf *b, const char *s) {
    put_int(b, s ? (int64_t)strlen(s) : -1);
    buf_text(b, s ? s : "");
}

static void put_entry(Buf *b, unsigned minor, int id, const char *sql, const char *copy) {
    put_int(b, id);
    put_int(b, copy != NULL);
    put_string(b, "1259"), put_string(b, "16384"), put_string(b, "name"), put_string(b, "TABLE");
    put_int(b, 2);
    put_string(b, sql), put_string(b, "DROP"), put_string(b, copy);
    put_string(b, "public"), put_string(b, "");
    if (minor >= 14)
        put_string(b, "heap");
    if (minor >= 16)
        put_int(b, 'r');
    put_string(b, "owner"), put_string(b, "false");
    put_string(b, "7"), put_string(b, NULL);
    buf_byte(b, 2); /* it has rows, and where is known */
    for (unsigned i = 0; i < 8; i++)
        buf_byte(b, 0);
}

static void put_rows(Buf *b, bool packed, const char *rows) {
    uint8_t out[256];
    uLongf n = sizeof(out);

    if (packed) {
        assert_int_equal(compress(out, &n, (const Bytef *)rows, strlen(rows)), Z_OK);
    } else {
        n = strlen(rows);
        memcpy(out, rows, n);
    }
    put_int(b, (int64_t)(n / 2)); /* two chunks */
    buf_add(b, out, n / 2);
    put_int(b, (int64_t)(n - n / 2));
    buf_add(b, out + n / 2, n - n / 2);
    put_int(b, 0);
}

/* packing: as 1.15 has it. */
static void make_dump(Buf *b, unsigned minor, unsigned packing) {
    buf_text(b, "PGDMP");
    buf_byte(b, 1), buf_byte(b, (uint8_t)minor), buf_byte(b, 0);
    buf_byte(b, 4), buf_byte(b, 8), buf_byte(b, 1);
    if (minor >= 15)
        buf_byte(b, (uint8_t)packing);
    else
        put_int(b, packing ? -1 : 0);
    for (unsigned i = 0; i < 7; i++)
        put_int(b, 1);
    put_string(b, "db"), put_string(b, "15.1"), put_string(b, "15.2");
    put_int(b, 2);
    put_entry(b, minor, 5, "CREATE TABLE t (ssn text);\n", "COPY t (ssn) FROM stdin;\n");
    put_entry(b, minor, 6, "-- blobs\n", NULL);
    buf_byte(b, 1), put_int(b, 5);
    put_rows(b, packing == 1, "536-90-4399\n\\.\n\n\n");
    buf_byte(b, 3), put_int(b, 6);
    put_int(b, 16394);
    put_rows(b, packing == 1, "large object\n");
    put_int(b, 0);
}

static bool has(const Recorder *r, const char *text) {
    return memmem(r->log.at, r->log.n, text, strlen(text)) != NULL;
}

static void test_versions(void **state) {
    static const unsigned minors[] = {11, 13, 14, 15, 16};
    Recorder r = {.place = EXTRACT_FORMAT};

    (void)state;
    for (size_t i = 0; i < 2 * N_ELEMENTS(minors); i++) {
        Buf dump = {0};

        make_dump(&dump, minors[i / 2], i % 2);
        record_bytes(&r, buf_as_span(&dump), "a.dump");
        if (!has(&r, "> restore.sql\n") || !has(&r, "536-90-4399") || !has(&r, "large object") ||
            !has(&r, "CREATE TABLE t (ssn text);") || has(&r, "partial"))
            fail_msg("1.%u, packing %zu: %s", minors[i / 2], i % 2, buf_cstr(&r.log));
        buf_done(&dump);
    }
    buf_done(&r.log);
}

static void test_what_is_not_read(void **state) {
    Recorder r = {.place = EXTRACT_FORMAT};
    Buf dump = {0};

    (void)state;
    make_dump(&dump, 16, 3); /* zstd */
    record_bytes(&r, buf_as_span(&dump), "a.dump");
    assert_true(has(&r, "< partial(compression)\n"));
    dump.at[6] = 99; /* a version to come */
    record_bytes(&r, buf_as_span(&dump), "a.dump");
    assert_true(has(&r, "< unsupported(pgdump)\n"));
    buf_done(&dump);
    buf_done(&r.log);
}

static void test_damage(void **state) {
    Recorder r = {.place = EXTRACT_FORMAT};
    Buf dump = {0};

    (void)state;
    make_dump(&dump, 14, 1);
    for (size_t n = 12; n < dump.n; n++) {
        record_bytes(&r, span(dump.at, n), "a.dump");
        if (!has(&r, "< partial("))
            fail_msg("cut at %zu of %zu: %s", n, dump.n, buf_cstr(&r.log));
    }
    for (size_t i = 8; i < dump.n; i++) {
        dump.at[i] ^= 0xFF;
        record_bytes(&r, buf_as_span(&dump), "a.dump");
        assert_true(r.log.n > 0 && r.log.at[r.log.n - 1] == '\n');
        dump.at[i] ^= 0xFF;
    }
    buf_done(&dump);
    buf_done(&r.log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_what_is_not_read),
        cmocka_unit_test(test_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
