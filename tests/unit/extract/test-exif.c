/* Exif in JPEG and TIFF: names, places, dates, both orders of bytes; rings and lies. */
#include "recorder.h"

typedef struct Maker {
    Buf b;
    bool big;
} Maker;

static void put(Maker *m, uint32_t v, unsigned n) {
    for (unsigned i = 0; i < n; i++)
        buf_byte(&m->b, (uint8_t)(v >> 8 * (m->big ? n - 1 - i : i)));
}

static void entry(Maker *m, unsigned id, unsigned type, uint32_t count, uint32_t value) {
    put(m, id, 2), put(m, type, 2), put(m, count, 4), put(m, value, 4);
}

/*
 * Directories at 8, 74 and 104; values from 170 on: owner, author in UTF-16, date, coordinates.
 */
static void make_tiff(Maker *m) {
    buf_text(&m->b, m->big ? "MM" : "II");
    put(m, 42, 2), put(m, 8, 4);
    put(m, 5, 2);
    entry(m, 0x010F, 2, 4, 0); /* fits beside: "Cam" */
    memcpy(m->b.at + m->b.n - 4, "Cam", 4);
    entry(m, 0x013B, 2, 5, 170);
    entry(m, 0x9C9D, 1, 8, 176);
    entry(m, 0x8769, 4, 1, 74);
    entry(m, 0x8825, 4, 1, 104);
    put(m, 0, 4);
    put(m, 2, 2); /* at 74 */
    entry(m, 0x9003, 2, 20, 184);
    entry(m, 0x8769, 4, 1, 8); /* back to the first */
    put(m, 74, 4);             /* and itself the next */
    put(m, 5, 2);              /* at 104 */
    entry(m, 1, 2, 2, 0), m->b.at[m->b.n - 4] = 'S';
    entry(m, 2, 5, 3, 204);
    entry(m, 3, 2, 2, 0), m->b.at[m->b.n - 4] = 'E';
    entry(m, 4, 5, 3, 228);
    entry(m, 5, 2, UINT32_MAX, UINT32_MAX);
    put(m, UINT32_MAX, 4);
    assert_int_equal(m->b.n, 170);
    buf_add(&m->b, "Anna\0\0", 6);
    buf_add(&m->b, "B\0o\0b\0\0\0", 8);
    buf_add(&m->b, "2020:01:02 03:04:05\0", 20);
    put(m, 33, 4), put(m, 1, 4), put(m, 51, 4), put(m, 1, 4), put(m, 3600, 4), put(m, 100, 4);
    put(m, 151, 4), put(m, 1, 4), put(m, 12, 4), put(m, 1, 4), put(m, 0, 4), put(m, 0, 4);
}

static const char expected[] = "# section exif\n= Make: Cam\\nArtist: Anna\\nAuthor: Bob\\n\n"
                               "! created 1577934245000000000 1577934245000000000 \n";
static const char where[] = "Latitude: -33.860000\\nLongitude: 151.200000\\n\n";

static bool has(const Recorder *r, const char *text) {
    return memmem(r->log.at, r->log.n, text, strlen(text)) != NULL;
}

static void assert_found(const Recorder *r) {
    if (!has(r, expected) || !has(r, where) || !has(r, "< partial(no-ocr)\n"))
        fail_msg("%.*s", (int)r->log.n, (const char *)r->log.at);
}

static void test_tiff(void **state) {
    Recorder r = {0};

    (void)state;
    for (unsigned big = 0; big < 2; big++) {
        Maker m = {.big = big};

        make_tiff(&m);
        record_bytes(&r, buf_as_span(&m.b), "a.tif");
        assert_found(&r);
        buf_done(&m.b);
    }
    buf_done(&r.log);
}

static void test_jpeg(void **state) {
    Recorder r = {0};
    Maker m = {.big = true};
    Buf file = {0};

    (void)state;
    make_tiff(&m);
    buf_add(&file, "\xFF\xD8\xFF\xE0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0", 20);
    buf_add(&file, "\xFF\xE1", 2);
    buf_byte(&file, (uint8_t)((m.b.n + 8) >> 8));
    buf_byte(&file, (uint8_t)(m.b.n + 8));
    buf_add(&file, "Exif\0\0", 6);
    buf_span(&file, buf_as_span(&m.b));
    buf_add(&file,
            "\xFF\xDA"
            "picture",
            9);
    record_bytes(&r, buf_as_span(&file), "a.jpg");
    assert_found(&r);
    assert_true(has(&r, "picture"));
    for (size_t n = 4; n < file.n; n++) {
        record_bytes(&r, span(file.at, n), "a.jpg");
        assert_true(has(&r, "< partial(no-ocr)\n"));
    }
    for (size_t i = 20; i < file.n; i++) {
        file.at[i] ^= 0xFF;
        record_bytes(&r, buf_as_span(&file), "a.jpg");
        assert_true(has(&r, "< partial(no-ocr)\n"));
        file.at[i] ^= 0xFF;
    }
    buf_done(&file);
    buf_done(&m.b);
    buf_done(&r.log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tiff),
        cmocka_unit_test(test_jpeg),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
