/* Dumps of MongoDB, put together by hand: values of all types, nesting, damage. */
#include "recorder.h"

#include "extract/format/bson.h"

static void put32(Buf *b, uint32_t v) {
    for (unsigned i = 0; i < 4; i++)
        buf_byte(b, (uint8_t)(v >> 8 * i));
}

static void put64(Buf *b, uint64_t v) {
    put32(b, (uint32_t)v);
    put32(b, (uint32_t)(v >> 32));
}

static size_t open_document(Buf *b) {
    put32(b, 0);
    return b->n - 4;
}

static void close_document(Buf *b, size_t at) {
    Buf n = {0};

    buf_byte(b, 0);
    put32(&n, (uint32_t)(b->n - at));
    memcpy(b->at + at, n.at, 4);
    buf_done(&n);
}

static void put_name(Buf *b, uint8_t type, const char *name) {
    buf_byte(b, type);
    buf_add(b, name, strlen(name) + 1);
}

static void put_string(Buf *b, const char *name, const char *text) {
    put_name(b, 2, name);
    put32(b, (uint32_t)strlen(text) + 1);
    buf_add(b, text, strlen(text) + 1);
}

static void put_people(Buf *b) {
    size_t document = open_document(b), inner, list;

    put_name(b, 7, "_id");
    buf_add(b, "\x50\x7f\x1f\x77\xbc\xf8\x6c\xd7\x99\x43\x90\x11", 12);
    put_string(b, "name", "Alice Example");
    put_name(b, 3, "user");
    inner = open_document(b);
    put_string(b, "ssn", "536-90-4399");
    put_name(b, 4, "mails");
    list = open_document(b);
    put_string(b, "0", "a@example.org"), put_string(b, "1", "b@example.org");
    close_document(b, list);
    close_document(b, inner);
    put_name(b, 18, "card"), put64(b, 4111111111111111);
    put_name(b, 9, "created_at"), put64(b, 1709251200000);
    close_document(b, document);
    document = open_document(b);
    put_string(b, "name", "M\xFCller");
    put_name(b, 1, "d"), put64(b, 0x430D34D39F2C1C00 /* a whole number */);
    put_name(b, 16, "i"), put32(b, (uint32_t)-5);
    put_name(b, 10, "nothing");
    put_name(b, 8, "yes"), buf_byte(b, 1);
    put_name(b, 19, "dec"), put64(b, 12345), put64(b, (uint64_t)(6176 - 2) << 49);
    put_name(b, 5, "uuid"), put32(b, 16), buf_byte(b, 4);
    buf_add(b, "\0\1\2\3\4\5\6\7\x88\x99\xAA\xBB\xCC\xDD\xEE\xFF", 16);
    put_name(b, 5, "zip"), put32(b, 22), buf_byte(b, 0);
    buf_add(b, "PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22);
    close_document(b, document);
}

static void expect(const Recorder *r, const char *text) {
    if (!memmem(r->log.at, r->log.n, text, strlen(text)))
        fail_msg("no '%s' in: %s", text, buf_cstr(&r->log));
}

static void test_values(void **state) {
    Recorder r = {.place = EXTRACT_FORMAT};
    Buf b = {0};

    (void)state;
    put_people(&b);
    record_bytes(&r, buf_as_span(&b), "people.bson");
    expect(&r, "# table\n| 1 _id\n= 1:1 507f1f77bcf86cd799439011\\t\n| 2 name\n= 1:2 @");
    expect(&r, " Alice Example\\t\n");
    expect(&r, "| 3 user.ssn\n");
    expect(&r, " 536-90-4399\\t\n");
    expect(&r, "| 4 user.mails\n");
    expect(&r, "a@example.org\\t\n= 1:4 @");
    expect(&r, "= 1:5 4111111111111111\\t\n");
    expect(&r, "= 1:6 2024-03-01T00:00:00Z\\n\n");
    expect(&r, "= 2:2 M\xC3\xBCller\\t\n");
    expect(&r, "-5\\t\n");
    expect(&r, "true\\t\n");
    expect(&r, "123.45\\t\n");
    expect(&r, "00010203040506078899aabbccddeeff");
    expect(&r, "> zip.2\n");
    expect(&r, "! row-date 1709251200000000000 ");
    expect(&r, "< read\n");
    buf_done(&b);
    buf_done(&r.log);
}

static void test_sniff(void **state) {
    static const char *const others[] = {
        "",
        "\5\0\0\0\0",                     /* empty: could be anything */
        "\x10\0\0\0\2x\0\1\0\0\0y\0zz\0", /* the string has no end where it says */
        "\x0C\0\0\0\x10"
        "a\0\1\0\0\0\1", /* does not end with 0 */
        "\x0C\0\0\0\x30"
        "a\0\1\0\0\0\0",                  /* no such type */
        "\x0D\0\0\0\x10\n\1\0\1\0\0\0\0", /* an unlikely name */
    };
    static const size_t sizes[] = {0, 5, 16, 12, 12, 13};
    Buf b = {0};

    (void)state;
    put_people(&b);
    assert_true(bson_looks(buf_as_span(&b)));
    assert_true(bson_looks(span(b.at, 60))); /* the head of a long document */
    for (size_t i = 0; i < N_ELEMENTS(others); i++) {
        if (bson_looks(span(others[i], sizes[i])))
            fail_msg("case %zu is taken for bson", i);
    }
    buf_done(&b);
}

static void test_depth(void **state) {
    enum { DEEP = 5000 };
    Recorder r = {.place = EXTRACT_FORMAT};
    size_t at[DEEP];
    Buf b = {0};

    (void)state;
    for (size_t i = 0; i < DEEP; i++) {
        at[i] = open_document(&b);
        if (i + 1 < DEEP)
            put_name(&b, 3, "a");
    }
    put_string(&b, "deep", "needle in it");
    for (size_t i = DEEP; i-- > 0;)
        close_document(&b, at[i]);
    record_bytes(&r, buf_as_span(&b), "a.bson");
    expect(&r, "needle in it"); /* as bytes */
    expect(&r, "< partial(corrupt)\n");
    buf_done(&b);
    buf_done(&r.log);
}

static void test_damage(void **state) {
    Recorder r = {.place = EXTRACT_FORMAT};
    Buf b = {0};
    size_t first;

    (void)state;
    put_people(&b);
    first = b.at[0] | (size_t)b.at[1] << 8;
    for (size_t n = first + 1; n < b.n; n++) {
        record_bytes(&r, span(b.at, n), "a.bson");
        expect(&r, "536-90-4399");
        expect(&r, "< partial(corrupt)\n");
    }
    for (size_t i = 0; i < b.n; i++) {
        b.at[i] ^= 0xFF;
        record_bytes(&r, buf_as_span(&b), "a.bson");
        assert_int_equal(r.log.at[r.log.n - 1], '\n');
        b.at[i] ^= 0xFF;
    }
    buf_done(&b);
    buf_done(&r.log);
}

/* ---- archives ---- */

static void put_end(Buf *b) {
    put32(b, UINT32_MAX);
}

static void put_piece(Buf *b, const char *collection, bool eof) {
    size_t head = open_document(b);

    put_string(b, "db", "shop"), put_string(b, "collection", collection);
    put_name(b, 8, "EOF"), buf_byte(b, eof);
    put_name(b, 18, "CRC"), put64(b, 0);
    close_document(b, head);
    if (eof)
        put_end(b);
}

static void put_row(Buf *b, const char *name, const char *value) {
    size_t document = open_document(b);

    put_string(b, name, value);
    close_document(b, document);
}

/* Two collections that take turns. */
static void put_archive(Buf *b) {
    put32(b, 0x8199E26D);
    put_row(b, "version", "0.1");
    put_row(b, "metadata", "{\"indexes\":[]}");
    put_end(b);
    put_piece(b, "customers", false);
    put_row(b, "ssn", "536-90-4399"), put_end(b);
    put_piece(b, "orders", false);
    put_row(b, "card", "4111111111111111"), put_end(b);
    put_piece(b, "customers", false);
    put_row(b, "ssn", "536-90-4400"), put_end(b);
    put_piece(b, "orders", true);
    put_piece(b, "customers", true);
}

static void test_archive(void **state) {
    Recorder r = {.place = EXTRACT_FORMAT};
    Buf b = {0};

    (void)state;
    put_archive(&b);
    record_bytes(&r, buf_as_span(&b), "a.archive");
    expect(&r, "# table\n| 1 version\n= 1:1 @");
    expect(&r, "| 2 metadata\n= 2:2 @");
    expect(&r, "# table shop.customers\n| 1 ssn\n= 1:1 @");
    expect(&r, " 536-90-4399\\n\n# table shop.orders\n| 1 card\n= 1:1 @");
    expect(&r, " 4111111111111111\\n\n# table shop.customers\n= 2:1 @");
    expect(&r, " 536-90-4400\\n\n< read\n");
    buf_done(&b);
    buf_done(&r.log);
}

static void test_archive_damage(void **state) {
    Recorder r = {.place = EXTRACT_FORMAT};
    Buf b = {0};

    (void)state;
    put_archive(&b);
    for (size_t n = 4; n < b.n; n++) {
        _cleanup_(free_p) uint8_t *cut = malloc(n);

        assert_non_null(cut);
        memcpy(cut, b.at, n);
        record_bytes(&r, span(cut, n), "a.archive");
        if (!memmem(r.log.at, r.log.n, "< partial(corrupt)", 18) &&
            memcmp(b.at + n - 4, "\377\377\377\377", 4))
            fail_msg("cut at %zu of %zu: %s", n, b.n, buf_cstr(&r.log));
    }
    for (size_t i = 4; i < b.n; i++) {
        b.at[i] ^= 0xFF;
        record_bytes(&r, buf_as_span(&b), "a.archive");
        assert_int_equal(r.log.at[r.log.n - 1], '\n');
        b.at[i] ^= 0xFF;
    }
    buf_done(&b);
    buf_done(&r.log);
}

/* More collections than are kept apart. */
static void test_many_collections(void **state) {
    Recorder r = {.place = EXTRACT_FORMAT};
    Buf b = {0};

    (void)state;
    put32(&b, 0x8199E26D);
    put_row(&b, "version", "0.1");
    put_end(&b);
    for (int i = 0; i < 1500; i++) {
        char name[16];

        snprintf(name, sizeof(name), "c%d", i);
        put_piece(&b, name, false);
        put_row(&b, "ssn", "536-90-4399"), put_end(&b);
    }
    record_bytes(&r, buf_as_span(&b), "a.archive");
    expect(&r, "# table shop.c1000\n| 1 ssn\n= 1:1 @");
    assert_null(memmem(r.log.at, r.log.n, "shop.c1400", 10));
    expect(&r, "# table\n| 2 ssn\n= 2:2 @");
    expect(&r, "< read\n");
    buf_done(&b);
    buf_done(&r.log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_sniff),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_archive),
        cmocka_unit_test(test_archive_damage),
        cmocka_unit_test(test_many_collections),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
