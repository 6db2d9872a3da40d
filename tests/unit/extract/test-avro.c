/* Files of Avro, put together by hand: types, codecs, schemas that lead back, damage. */
#include "recorder.h"

#include <bzlib.h>
#include <lzma.h>
#include <time.h>
#include <zstd.h>

#include "avromaker.h"
#include "trickle.h"

static const char people[] =
    "{\"type\":\"record\",\"name\":\"a.b.Person\",\"doc\":\"who\",\"fields\":["
    "{\"name\":\"name\",\"type\":\"string\"},"
    "{\"name\":\"ssn\",\"type\":[\"null\",\"string\"],\"default\":null},"
    "{\"name\":\"card\",\"type\":\"long\"}]}";

static void put_person(Buf *b, const char *name, const char *ssn, int64_t card) {
    avro_text(b, name);
    avro_long(b, ssn ? 1 : 0);
    if (ssn)
        avro_text(b, ssn);
    avro_long(b, card);
}

static void put_people(Buf *b) {
    put_person(b, "Alice Example", "536-90-4399", 4111111111111111);
    put_person(b, "M\xFCller", NULL, 7);
}

static bool has(const Recorder *r, const char *text) {
    return memmem(r->log.at, r->log.n, text, strlen(text)) != NULL;
}

static void expect(const Recorder *r, const char *text) {
    if (!has(r, text))
        fail_msg("no '%s' in: %s", text, buf_cstr(&r->log));
}

/* In memory of just that size, for the sanitizer. */
static void record_exact(Recorder *r, Span bytes) {
    _cleanup_(free_p) uint8_t *copy = malloc(bytes.n);

    assert_non_null(copy);
    memcpy(copy, bytes.at, bytes.n);
    record_bytes(r, span(copy, bytes.n), "a.avro");
}

/* A file of one row. */
static void record_row(Recorder *r, const char *schema, const Buf *row) {
    Buf file = {0};

    avro_head(&file, schema, NULL);
    avro_block(&file, 1, buf_as_span(row));
    record_bytes(r, buf_as_span(&file), "a.avro");
    buf_done(&file);
}

static void test_rows(void **state) {
    Recorder r = {.place = EXTRACT_FORMAT};
    Buf rows = {0}, file = {0};

    (void)state;
    put_people(&rows);
    avro_head(&file, people, NULL);
    avro_block(&file, 2, buf_as_span(&rows));
    record_bytes(&r, buf_as_span(&file), "people.avro");
    expect(&r, "# section schema\n= @19 {\"type\":\"record\"");
    buf_clear(&file);
    avro_head(&file, people, "null");
    avro_block(&file, 2, buf_as_span(&rows));
    record_bytes(&r, buf_as_span(&file), "people.avro");
    expect(&r, "avro.codec: null\\n\n# table\n| 1 name\n= 1:1 @");
    expect(&r, " Alice Example\\t\n| 2 ssn\n= 1:2 @");
    expect(&r, " 536-90-4399\\t\n| 3 card\n= 1:3 4111111111111111\\n\n= 2:1 M\xC3\xBCller\\t\n"
               "= 2:3 7\\n\n< read\n");
    buf_done(&rows);
    buf_done(&file);
    buf_done(&r.log);
}

static void test_types(void **state) {
    static const char schema[] =
        "{\"type\":\"record\",\"name\":\"R\",\"namespace\":\"x\",\"fields\":["
        "{\"name\":\"n\",\"type\":\"null\"},{\"name\":\"yes\",\"type\":\"boolean\"},"
        "{\"name\":\"i\",\"type\":\"int\"},{\"name\":\"f\",\"type\":\"float\"},"
        "{\"name\":\"d\",\"type\":{\"type\":\"double\"}},"
        "{\"name\":\"e\",\"type\":{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"RED\",\"BLUE\"]}"
        "},"
        "{\"name\":\"e2\",\"type\":\"E\"},{\"name\":\"e3\",\"type\":[\"null\",\"x.E\"]},"
        "{\"name\":\"raw\",\"type\":{\"type\":\"fixed\",\"name\":\"F\",\"size\":3}},"
        "{\"name\":\"none\",\"type\":{\"type\":\"fixed\",\"name\":\"Z\",\"size\":0}},"
        "{\"name\":\"money\",\"type\":{\"type\":\"bytes\",\"logicalType\":\"decimal\","
        "\"precision\":9,"
        "\"scale\":2}},"
        "{\"name\":\"small\",\"type\":{\"type\":\"bytes\",\"logicalType\":\"decimal\","
        "\"precision\":9,"
        "\"scale\":4}},"
        "{\"name\":\"big\",\"type\":{\"type\":\"fixed\",\"name\":\"D\",\"size\":16,"
        "\"logicalType\":\"decimal\",\"precision\":38}},"
        "{\"name\":\"day\",\"type\":{\"type\":\"int\",\"logicalType\":\"date\"}},"
        "{\"name\":\"t\",\"type\":{\"type\":\"int\",\"logicalType\":\"time-millis\"}},"
        "{\"name\":\"created_at\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}"
        "},"
        "{\"name\":\"us\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"}},"
        "{\"name\":\"id\",\"type\":{\"type\":\"fixed\",\"name\":\"U\",\"size\":16,"
        "\"logicalType\":\"uuid\"}},"
        "{\"name\":\"dur\",\"type\":{\"type\":\"fixed\",\"name\":\"P\",\"size\":12,"
        "\"logicalType\":\"duration\"}},"
        "{\"name\":\"zip\",\"type\":\"bytes\"},{\"name\":\"note\",\"type\":\"bytes\"}]}";
    Recorder r = {.place = EXTRACT_FORMAT};
    Buf row = {0};

    (void)state;
    buf_byte(&row, 1);
    avro_long(&row, -5);
    buf_add(&row, "\0\0\xC0\x3F", 4);         /* 1.5 */
    buf_add(&row, "\0\0\0\0\0\0\x04\xC0", 8); /* -2.5 */
    avro_long(&row, 1), avro_long(&row, 0), avro_long(&row, 1), avro_long(&row, 1);
    buf_add(&row, "\xFE\x01\x02", 3);
    avro_bytes(&row, span("\xFF\x85", 2)); /* -123 */
    avro_bytes(&row, span("\x05", 1));
    buf_add(&row, "\x4B\x3B\x4C\xA8\x5A\x86\xC4\x7A\x09\x8A\x22\x3F\xFF\xFF\xFF\xFF", 16);
    avro_long(&row, 19783), avro_long(&row, 45296000);
    avro_long(&row, 1709251200000), avro_long(&row, -1);
    buf_add(&row, "\0\1\2\3\4\5\6\7\x88\x99\xAA\xBB\xCC\xDD\xEE\xFF", 16);
    buf_add(&row, "\1\0\0\0\2\0\0\0\xDC\5\0\0", 12);
    avro_bytes(&row, span("PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22));
    avro_text(&row, "plain words");
    record_row(&r, schema, &row);
    expect(&r,
           "| 1 yes\n= 1:1 true\\t\n| 2 i\n= 1:2 -5\\t\n| 3 f\n= 1:3 1.5\\t\n| 4 d\n= 1:4 -2.5\\t\n"
           "| 5 e\n= 1:5 BLUE\\t\n| 6 e2\n= 1:6 RED\\t\n| 7 e3\n= 1:7 BLUE\\t\n| 8 raw\n"
           "= 1:8 fe0102\\t\n| 9 money\n= 1:9 -1.23\\t\n| 10 small\n= 1:10 0.0005\\t\n| 11 big\n"
           "= 1:11 99999999999999999999999999999999999999\\t\n| 12 day\n= 1:12 2024-03-01\\t\n"
           "| 13 t\n= 1:13 12:34:56\\t\n| 14 created_at\n= 1:14 2024-03-01T00:00:00Z\\t\n"
           "| 15 us\n= 1:15 1969-12-31T23:59:59Z\\t\n| 16 id\n"
           "= 1:16 00010203-0405-0607-8899-aabbccddeeff\\t\n| 17 dur\n= 1:17 P1M2DT1.500S\\t\n"
           "| 18 zip\n> zip.1\n");
    expect(&r, "| 19 note\n= 1:19 @");
    expect(&r, "plain words\\n\n! row-date 1709251200000000000 1709251200000000000 \n< read\n");
    buf_done(&row);
    buf_done(&r.log);
}

static void test_nesting(void **state) {
    static const char schema[] =
        "{\"type\":\"record\",\"name\":\"R\",\"fields\":["
        "{\"name\":\"home\",\"type\":{\"type\":\"record\",\"name\":\"Address\",\"fields\":["
        "{\"name\":\"street\",\"type\":\"string\"}]}},"
        "{\"name\":\"work\",\"type\":[\"null\",\"Address\"]},"
        "{\"name\":\"mails\",\"type\":{\"type\":\"array\",\"items\":\"string\"}},"
        "{\"name\":\"more\",\"type\":{\"type\":\"map\",\"values\":\"string\"}},"
        "{\"name\":\"kids\",\"type\":{\"type\":\"array\",\"items\":\"R\"}},"
        "{\"name\":\"nothing\",\"type\":{\"type\":\"array\",\"items\":\"null\"}}]}";
    Recorder r = {.place = EXTRACT_FORMAT};
    Buf row = {0};

    (void)state;
    avro_text(&row, "Main St 1");
    avro_long(&row, 1), avro_text(&row, "Office Rd 2");
    avro_long(&row, -2), avro_long(&row, 28); /* a count below zero has a size behind it */
    avro_text(&row, "a@example.org"), avro_text(&row, "b@example.org");
    avro_long(&row, 0);
    avro_long(&row, 1), avro_text(&row, "ssn"), avro_text(&row, "536-90-4399"), avro_long(&row, 0);
    avro_long(&row, 1); /* a child, which has none */
    avro_text(&row, "Nursery 3"), avro_long(&row, 0), avro_long(&row, 0), avro_long(&row, 0);
    avro_long(&row, 0), avro_long(&row, 0);
    avro_long(&row, 0);
    avro_long(&row, INT64_MAX), avro_long(&row, 0); /* nothing, very often */
    record_row(&r, schema, &row);
    expect(&r, "| 1 home.street\n= 1:1 @");
    expect(&r, "Main St 1\\t\n| 2 work.street\n= 1:2 @");
    expect(&r, "Office Rd 2\\t\n| 3 mails\n= 1:3 @");
    expect(&r, "a@example.org\\t\n= 1:3 @");
    expect(&r, "b@example.org\\t\n= 1:0 @");
    expect(&r, " ssn\\t\n| 4 more.ssn\n= 1:4 @");
    expect(&r, " 536-90-4399\\t\n= 1:1 @"); /* a record in itself has the same columns */
    expect(&r, " Nursery 3\\n\n< read\n");
    buf_done(&row);
    buf_done(&r.log);
}

static void test_other_roots(void **state) {
    Recorder r = {.place = EXTRACT_FORMAT};
    Buf row = {0};

    (void)state;
    avro_text(&row, "alone");
    record_row(&r, "\"string\"", &row);
    expect(&r, "# table\n= 1:0 @");
    expect(&r, "alone\\n\n< read\n");
    buf_clear(&row);
    avro_long(&row, 1), avro_long(&row, 7), avro_long(&row, 0);
    record_row(&r, "{\"type\":\"map\",\"values\":\"int\"}", &row);
    expect(&r, "< partial(corrupt)\n"); /* 7 is the length of a key, which is not there */
    buf_clear(&row);
    record_row(&r, "{\"type\":\"record\",\"name\":\"E\",\"fields\":[]}", &row);
    expect(&r, "< read\n");
    buf_done(&row);
    buf_done(&r.log);
}

static void pack(const char *codec, Span rows, Buf *to) {
    if (!strcmp(codec, "deflate")) {
        avro_deflate(to, rows);
    } else if (!strcmp(codec, "snappy")) {
        avro_snappy(to, rows);
    } else if (!strcmp(codec, "zstandard")) {
        void *at = buf_extend(to, ZSTD_compressBound(rows.n));

        to->n = ZSTD_compress(at, to->n, rows.at, rows.n, 3);
    } else if (!strcmp(codec, "bzip2")) {
        unsigned n = (unsigned)rows.n + 700;
        void *at = buf_extend(to, n);

        BZ2_bzBuffToBuffCompress(at, &n, (char *)(uintptr_t)rows.at, (unsigned)rows.n, 1, 0, 0);
        to->n = n;
    } else if (!strcmp(codec, "xz")) {
        size_t n = 0;
        uint8_t *at = buf_extend(to, rows.n + 1024);

        lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, NULL, rows.at, rows.n, at, &n, to->n);
        to->n = n;
    } else {
        buf_span(to, rows);
    }
}

static const char *const codecs[] = {"null", "deflate", "snappy", "zstandard", "bzip2", "xz"};

/* Two blocks, each of 20 rows: from 128 bytes on, as the maker of snappy wants it. */
static void make_packed(Buf *file, const char *codec) {
    avro_head(file, people, codec);
    for (int k = 0; k < 2; k++) {
        Buf rows = {0}, packed = {0};

        for (int i = 0; i < 20; i++)
            put_person(&rows, k ? "Bob" : "Alice", k ? "536-90-4400" : "536-90-4399", i);
        pack(codec, buf_as_span(&rows), &packed);
        avro_block(file, 20, buf_as_span(&packed));
        buf_done(&rows);
        buf_done(&packed);
    }
}

static void test_codecs(void **state) {
    Recorder r = {.place = EXTRACT_FORMAT};

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(codecs); i++) {
        Buf file = {0};

        make_packed(&file, codecs[i]);
        record_bytes(&r, buf_as_span(&file), "a.avro");
        if (!has(&r, "= 1:2 ") || !has(&r, "536-90-4400\\t\n= 40:3 19\\n\n< read\n"))
            fail_msg("%s: %s", codecs[i], buf_cstr(&r.log));
        for (size_t n = 1; n < 100; n += 7) {
            Recorder again = {.place = EXTRACT_FORMAT};

            assert_string_equal(record_trickle(&again, buf_as_span(&file), "a.avro", n),
                                buf_cstr(&r.log));
            buf_done(&again.log);
        }
        buf_done(&file);
    }
    buf_done(&r.log);
}

static void test_unknown_codec(void **state) {
    Recorder r = {.place = EXTRACT_FORMAT};
    Buf file = {0}, rows = {0};

    (void)state;
    put_people(&rows);
    avro_head(&file, people, "lzfour");
    avro_block(&file, 2, buf_as_span(&rows));
    record_bytes(&r, buf_as_span(&file), "a.avro");
    expect(&r, "# bytes binary\n= @");
    expect(&r, "536-90-4399"); /* as bytes */
    expect(&r, "< unsupported(avro)\n");
    buf_done(&rows);
    buf_done(&file);
    buf_done(&r.log);
}

static void test_schemas_that_are_none(void **state) {
    static const char *const schemas[] = {
        "",
        "{",
        "\"nothing\"",
        "{\"type\":\"record\"}",
        "{\"type\":\"record\",\"name\":\"R\"}",
        "{\"type\":\"array\"}",
        "[[\"null\"]]",
        "{\"type\":\"fixed\",\"name\":\"F\",\"size\":-1}",
        "{\"type\":\"fixed\",\"name\":\"F\",\"size\":1e300}",
        "{\"type\":{\"type\":{}}}",
        "{\"type\":\"union\"}",
        "{\"type\":\"\"}",
    };
    Recorder r = {.place = EXTRACT_FORMAT};
    Buf row = {0};

    (void)state;
    avro_text(&row, "needle in it");
    for (size_t i = 0; i < N_ELEMENTS(schemas); i++) {
        record_row(&r, schemas[i], &row);
        if (!has(&r, "needle in it") || !has(&r, "< partial(corrupt)\n"))
            fail_msg("%s: %s", schemas[i], buf_cstr(&r.log));
    }
    buf_done(&row);
    buf_done(&r.log);
}

/* A list of 100,000, and a record that has nothing but itself. */
static void test_depth(void **state) {
    Recorder r = {.place = EXTRACT_FORMAT};
    Buf row = {0};

    (void)state;
    for (int i = 0; i < 100000; i++)
        avro_text(&row, i % 500 ? "x" : "needle in it"), avro_long(&row, i < 99999);
    record_row(
        &r,
        "{\"type\":\"record\",\"name\":\"L\",\"fields\":[{\"name\":\"v\",\"type\":\"string\"},"
        "{\"name\":\"next\",\"type\":[\"null\",\"L\"]}]}",
        &row);
    expect(&r, "| 1 v\n");
    assert_false(has(&r, "| 2 "));
    expect(&r, "# bytes binary\n"); /* the rest of it */
    expect(&r, "< partial(corrupt)\n");
    record_row(&r,
               "{\"type\":\"record\",\"name\":\"A\",\"fields\":[{\"name\":\"a\",\"type\":\"A\"}]}",
               &row);
    expect(&r, "< partial(corrupt)\n");
    buf_done(&row);
    buf_done(&r.log);
}

static void put_nested(Buf *schema, const char *open, size_t n) {
    for (size_t i = 0; i < n; i++)
        buf_text(schema, open);
}

static void test_deep_schema(void **state) {
    Recorder r = {.place = EXTRACT_FORMAT};
    Buf schema = {0}, row = {0};

    (void)state;
    put_nested(&schema, "{\"type\":\"array\",\"items\":", 1500);
    buf_text(&schema, "\"string\"");
    put_nested(&schema, "}", 1500);
    avro_text(&row, "needle in it");
    record_row(&r, buf_cstr(&schema), &row);
    expect(&r, "< partial(corrupt)\n");
    buf_clear(&schema);
    put_nested(&schema, "[", 100000);
    record_row(&r, buf_cstr(&schema), &row);
    expect(&r, "needle in it");
    expect(&r, "< partial(corrupt)\n");
    buf_done(&schema);
    buf_done(&row);
    buf_done(&r.log);
}

/* Of 40 rows, those of the first block are there as soon as it is. */
static void test_cut(void **state) {
    Recorder r = {.place = EXTRACT_FORMAT};

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(codecs); i++) {
        Buf file = {0};
        size_t first, second;

        make_packed(&file, codecs[i]);
        first = (size_t)((const uint8_t *)memmem(file.at, file.n, AVRO_MARK, 16) - file.at) + 16;
        second = (size_t)((const uint8_t *)memmem(file.at + first, file.n - first, AVRO_MARK, 16) -
                          file.at) +
                 16;
        for (size_t n = 4; n < file.n; n++) {
            const char *end;

            record_exact(&r, span(file.at, n));
            end = n == first || n == second ? "< read\n" : "< partial(corrupt)\n";
            if (!has(&r, end) || (n >= second && !has(&r, "\n= 20:3 19\\n")))
                fail_msg("%s, cut at %zu of %zu: no '%s' in %s", codecs[i], n, file.n, end,
                         buf_cstr(&r.log));
        }
        buf_done(&file);
    }
    buf_done(&r.log);
}

/* One block of three is damaged: the others are there. */
static void test_marks(void **state) {
    Recorder r = {.place = EXTRACT_FORMAT};
    Buf file = {0}, rows = {0};
    size_t at[4];

    (void)state;
    avro_head(&file, people, NULL);
    for (int i = 0; i < 3; i++) {
        static const char *const names[] = {"first", "second", "third"};

        at[i] = file.n;
        buf_clear(&rows);
        put_person(&rows, names[i], "536-90-4399", i);
        avro_block(&file, 1, buf_as_span(&rows));
    }
    at[3] = file.n;
    for (size_t i = at[1]; i < at[2]; i++) {
        file.at[i] ^= 0x80;
        record_bytes(&r, buf_as_span(&file), "a.avro");
        if (!has(&r, " first\\t\n") || !has(&r, " third\\t\n"))
            fail_msg("byte %zu of %zu: %s", i - at[1], at[2] - at[1], buf_cstr(&r.log));
        file.at[i] ^= 0x80;
    }
    file.at[at[2] - 1] ^= 1; /* the mark alone: its rows are rows */
    record_bytes(&r, buf_as_span(&file), "a.avro");
    expect(&r, "= 2:1 @");
    expect(&r, "= 3:1 @");
    expect(&r, "< partial(corrupt)\n");
    file.at[at[1] + 1] = 0xFE; /* and its size: all of it as bytes */
    record_bytes(&r, buf_as_span(&file), "a.avro");
    expect(&r, "# bytes binary\n= @");
    expect(&r, "second");
    buf_done(&rows);
    buf_done(&file);
    buf_done(&r.log);
}

/* Sizes and counts that nobody has. */
static void test_lies(void **state) {
    static const int64_t numbers[] = {INT64_MIN, INT64_MIN + 1, -1, INT64_MAX, INT64_C(1) << 31, 3};
    Recorder r = {.place = EXTRACT_FORMAT};
    Buf rows = {0};

    (void)state;
    put_people(&rows);
    for (size_t i = 0; i < 2 * N_ELEMENTS(numbers); i++) {
        Buf file = {0};

        avro_head(&file, people, NULL);
        avro_long(&file, i % 2 ? numbers[i / 2] : 2);
        avro_long(&file, i % 2 ? (int64_t)rows.n : numbers[i / 2]);
        buf_span(&file, buf_as_span(&rows));
        buf_text(&file, AVRO_MARK);
        avro_block(&file, 2, buf_as_span(&rows));
        record_bytes(&r, buf_as_span(&file), "a.avro");
        if (!has(&r, "= 1:1 ") || !has(&r, "< partial(corrupt)\n"))
            fail_msg("%zu: %s", i, buf_cstr(&r.log));
        buf_done(&file);
    }
    buf_done(&rows);
    buf_done(&r.log);
}

/* Blocks that each claim all that follows: as much work as there are bytes, not its square. */
static void test_claims(void **state) {
    enum { BLOCKS = 300000, CLAIM = (1 << 20) + 5 };
    Recorder r = {.place = EXTRACT_FORMAT};

    (void)state;
    for (int k = 0; k < 2; k++) { /* those behind which the file ends, and others */
        Buf file = {0};
        clock_t begun = clock();
        double seconds;

        avro_head(&file, "{\"type\":\"fixed\",\"name\":\"F\",\"size\":1}", NULL);
        for (int i = 0; i < BLOCKS; i++) {
            avro_long(&file, CLAIM + 1);
            avro_long(&file, k ? CLAIM : 60 << 20);
            buf_byte(&file, 1);
            buf_text(&file, AVRO_MARK);
        }
        record_bytes(&r, buf_as_span(&file), "a.avro");
        expect(&r, "< partial(corrupt)\n");
        seconds = (double)(clock() - begun) / CLOCKS_PER_SEC;
        if (seconds > 20)
            fail_msg("%d: %.1f s for %zu bytes, expected 20 at most", k, seconds, file.n);
        buf_done(&file);
    }
    buf_done(&r.log);
}

/* One file behind the other, with other columns. */
static void test_joined(void **state) {
    Recorder r = {.place = EXTRACT_FORMAT};
    Buf file = {0}, rows = {0};

    (void)state;
    put_people(&rows);
    avro_head(&file, people, NULL);
    avro_block(&file, 2, buf_as_span(&rows));
    avro_head(&file,
              "{\"type\":\"record\",\"name\":\"X\",\"fields\":[{\"name\":\"mail\",\"type\":"
              "\"string\"},{\"name\":\"ssn\",\"type\":\"string\"}]}",
              NULL);
    buf_clear(&rows);
    avro_text(&rows, "a@example.org"), avro_text(&rows, "536-90-4400");
    avro_block(&file, 1, buf_as_span(&rows));
    record_bytes(&r, buf_as_span(&file), "a.avro");
    expect(&r, "| 4 mail\n= 3:4 @");
    expect(&r, "\n= 3:2 @");
    expect(&r, "< read\n");
    buf_done(&rows);
    buf_done(&file);
    buf_done(&r.log);
}

/* 100 MB of zeros in a block of 100 KB: so much is not held. */
static void test_bomb(void **state) {
    enum { SIZE = 100 << 20 };
    Recorder r = {.place = EXTRACT_FORMAT};
    Buf file = {0}, packed = {0};
    uint8_t *zeros = calloc(1, SIZE);

    (void)state;
    assert_non_null(zeros);
    avro_deflate(&packed, span(zeros, SIZE));
    avro_head(&file, "{\"type\":\"fixed\",\"name\":\"F\",\"size\":60000000}", "deflate");
    avro_block(&file, 2, buf_as_span(&packed));
    record_bytes(&r, buf_as_span(&file), "a.avro");
    expect(&r, "< limit(block)\n");
    free(zeros);
    buf_done(&packed);
    buf_done(&file);
    buf_done(&r.log);
}

static void test_any_bytes(void **state) {
    Recorder r = {.place = EXTRACT_FORMAT};
    uint32_t seed = 11;

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(codecs); i++) {
        Buf file = {0};

        make_packed(&file, codecs[i]);
        for (size_t k = 0; k < 1500; k++) {
            uint8_t kept[3];
            size_t at[3];

            for (size_t n = 0; n < 3; n++) {
                seed = seed * 1664525 + 1013904223;
                at[n] = 4 + (seed >> 8) % (file.n - 4);
                kept[n] = file.at[at[n]];
                file.at[at[n]] ^= (uint8_t)(1u << (seed >> 29));
            }
            record_exact(&r, buf_as_span(&file));
            assert_int_equal(r.log.at[r.log.n - 1], '\n');
            for (size_t n = 3; n-- > 0;)
                file.at[at[n]] = kept[n];
        }
        buf_done(&file);
    }
    buf_done(&r.log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_nesting),
        cmocka_unit_test(test_other_roots),
        cmocka_unit_test(test_codecs),
        cmocka_unit_test(test_unknown_codec),
        cmocka_unit_test(test_schemas_that_are_none),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_deep_schema),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_lies),
        cmocka_unit_test(test_claims),
        cmocka_unit_test(test_joined),
        cmocka_unit_test(test_bomb),
        cmocka_unit_test(test_any_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
