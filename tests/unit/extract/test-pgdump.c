/* PostgreSQL's own dumps, put together by hand: versions, packings, large objects, damage. */
#include "recorder.h"

#include <zlib.h>

#include "pgmaker.h"

static void put_rows(Buf *b, bool packed, const char *rows) {
    uint8_t out[256];
    uLongf n = sizeof(out);

    if (packed) {
        assert_int_equal(compress(out, &n, (const Bytef *)rows, strlen(rows)), Z_OK);
    } else {
        n = strlen(rows);
        memcpy(out, rows, n);
    }
    pg_int(b, (int64_t)(n / 2)); /* two chunks */
    buf_add(b, out, n / 2);
    pg_int(b, (int64_t)(n - n / 2));
    buf_add(b, out + n / 2, n - n / 2);
    pg_int(b, 0);
}

/* packing: as 1.15 has it. */
static void make_dump(Buf *b, unsigned minor, unsigned packing) {
    pg_head(b, minor, packing, 1, 2);
    pg_entry(b, minor, 5, "CREATE TABLE t (ssn text);\n", "COPY t (ssn) FROM stdin;\n", NULL);
    pg_entry(b, minor, 6, "-- blobs\n", NULL, NULL);
    buf_byte(b, 1), pg_int(b, 5);
    put_rows(b, packing == 1, "536-90-4399\n\\.\n\n\n");
    buf_byte(b, 3), pg_int(b, 6);
    pg_int(b, 16394);
    put_rows(b, packing == 1, "large object\n");
    pg_int(b, 0);
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
