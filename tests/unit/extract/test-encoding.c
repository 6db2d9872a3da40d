/* Encoding: the ladder on texts of each encoding, and on what only looks like them. */
#include "sample.h"

#include "extract/text/codepage.h"

static Encoding guess(const Buf *b) {
    unsigned bom;

    return encoding_guess(buf_as_span(b), &bom);
}

static void names_round_trip(void **state _unused_) {
    Encoding back;

    for (Encoding e = 0; e < N_ENCODINGS; e++) {
        assert_int_equal(encoding_parse(span_of(encoding_name(e)), &back), 0);
        assert_int_equal(back, e);
        assert_true(encoding_unit(e) == 1 || encoding_unit(e) == 2 || encoding_unit(e) == 4);
    }
    assert_int_equal(encoding_parse(span_of("klingon"), &back), -EINVAL);
    assert_true(encoding_is_ebcdic(ENCODING_IBM273));
    assert_false(encoding_is_ebcdic(ENCODING_WINDOWS1252));
}

static void knows_utf16_and_utf32_without_mark(void **state _unused_) {
    for (Encoding e = ENCODING_UTF16LE; e <= ENCODING_UTF32BE; e++) {
        for (size_t i = 0; i < N_ELEMENTS(sample_texts); i++) {
            _cleanup_(buf_done) Buf b = {0};

            put_text(&b, e, sample_texts[i]);
            assert_string_equal(encoding_name(guess(&b)), encoding_name(e));
        }
    }
}

static void knows_short_and_sparse_texts(void **state _unused_) {
    static const char *const texts[] = {"id", "id;name\n1;x\n", "12345678", "aaaa aaaa"};

    for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
        for (Encoding e = ENCODING_UTF16LE; e <= ENCODING_UTF32BE; e++) {
            _cleanup_(buf_done) Buf b = {0};

            put_text(&b, e, texts[i]);
            assert_string_equal(encoding_name(guess(&b)), encoding_name(e));
        }
    }
}

static void knows_marks(void **state _unused_) {
    for (Encoding e = ENCODING_UTF8; e <= ENCODING_UTF32BE; e++) {
        for (size_t i = 0; i <= N_ELEMENTS(sample_texts); i++) {
            _cleanup_(buf_done) Buf b = {0};
            size_t mark;
            unsigned bom;

            if (e == ENCODING_UTF8)
                buf_text(&b, "\xEF\xBB\xBF");
            else
                put_point(&b, e, 0xFEFF);
            mark = b.n;
            if (i < N_ELEMENTS(sample_texts) && e == ENCODING_UTF8)
                buf_text(&b, sample_texts[i]);
            else if (i < N_ELEMENTS(sample_texts))
                put_text(&b, e, sample_texts[i]);
            assert_string_equal(encoding_name(encoding_guess(buf_as_span(&b), &bom)),
                                encoding_name(e));
            assert_int_equal(bom, mark);
        }
    }
}

static void believes_no_mark_before_noise(void **state _unused_) {
    uint8_t bytes[4096];
    unsigned bom;

    for (uint64_t seed = 1; seed < 50; seed++) {
        sample_fill(seed, bytes, sizeof(bytes));
        bytes[0] = 0xFF;
        bytes[1] = 0xFE;
        assert_int_equal(encoding_guess(span(bytes, sizeof(bytes)), &bom), ENCODING_BINARY);
        assert_int_equal(bom, 0);
    }
}

static void tells_ascii_utf8_and_8bit(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};

    assert_int_equal(guess(&b), ENCODING_ASCII);
    buf_text(&b, sample_texts[0]);
    assert_int_equal(guess(&b), ENCODING_ASCII);
    buf_text(&b, sample_texts[3]);
    assert_int_equal(guess(&b), ENCODING_UTF8);
    b.n--; /* a character cut by the end of the head */
    assert_int_equal(guess(&b), ENCODING_UTF8);
    buf_clear(&b);
    put_bytes(&b, codepage_windows1252, sample_texts[1]);
    assert_int_equal(guess(&b), ENCODING_WINDOWS1252);
    buf_clear(&b);
    buf_text(&b, "caf\xe9"); /* a whole file: no lead byte of UTF-8 */
    assert_int_equal(guess(&b), ENCODING_WINDOWS1252);
}

static void knows_ebcdic_records(void **state _unused_) {
    static const uint16_t *const tables[] = {codepage_ibm037, codepage_ibm273, codepage_ibm500,
                                             codepage_ibm1047};
    for (size_t t = 0; t < N_ELEMENTS(tables); t++) {
        for (int low_values = 0; low_values < 2; low_values++) {
            _cleanup_(buf_done) Buf b = {0};
            char record[81];

            for (int i = 0; i < 50; i++) {
                snprintf(record, sizeof(record), "%08d%-20s%-30s%-12s%010d", i * 7919, "EXAMPLE",
                         "12 Sample Street, Springfield", "Tel 555-0100", i * 31);
                put_bytes(&b, tables[t], record);
                if (low_values)
                    buf_add(&b, "\0\0\0\0", 4);
            }
            assert_string_equal(encoding_name(guess(&b)), "ibm037");
        }
    }
}

/* What must not be taken for wide text: one byte a unit, whatever its alphabet. */
static void takes_no_plain_text_for_wide(void **state _unused_) {
    static const char *const alphabets[] = {"0123456789abcdef", "0123456789", "ABCDEFGHIJKLMNOP",
                                            "abcdefghijklmnopqrstuvwxyz \n"};
    for (size_t a = 0; a < N_ELEMENTS(alphabets); a++) {
        _cleanup_(buf_done) Buf b = {0};
        size_t n = strlen(alphabets[a]);
        uint64_t seed = 77 + a;

        for (int i = 0; i < 4000; i++)
            buf_byte(&b, (uint8_t)alphabets[a][sample_random(&seed) % n]);
        assert_int_equal(guess(&b), ENCODING_ASCII);
        b.at[1001] = 0; /* a stray NUL, as logs have after a crash */
        assert_int_equal(guess(&b), ENCODING_BINARY);
        b.at[1001] = 0xE9;
        b.at[1002] = 'x';
        assert_int_equal(guess(&b), ENCODING_WINDOWS1252);
    }
}

static void takes_no_binary_for_text(void **state _unused_) {
    static uint8_t bytes[65536];
    unsigned bom;

    for (uint64_t seed = 1; seed < 200; seed++) {
        size_t n = seed < 100 ? 200 + seed * 13 : sizeof(bytes);

        sample_fill(seed, bytes, n);
        assert_int_equal(encoding_guess(span(bytes, n), &bom), ENCODING_BINARY);
    }
    memset(bytes, 0, sizeof(bytes));
    assert_int_equal(encoding_guess(span(bytes, sizeof(bytes)), &bom), ENCODING_BINARY);
    for (uint32_t i = 0; i < sizeof(bytes) / 4; i++) /* small integers */
        memcpy(bytes + 4 * i, &(uint32_t){i % 30}, 4);
    assert_int_equal(encoding_guess(span(bytes, sizeof(bytes)), &bom), ENCODING_BINARY);
    for (uint32_t i = 0; i < sizeof(bytes) / 2; i++) /* a quiet sound */
        memcpy(bytes + 2 * i, &(int16_t){(int16_t)(i * 31 % 200 - 100)}, 2);
    assert_int_equal(encoding_guess(span(bytes, sizeof(bytes)), &bom), ENCODING_BINARY);
}

static void reads_no_further_than_told(void **state _unused_) {
    uint64_t seed = 3;

    for (size_t n = 0; n < 300; n++) { /* exact allocations, for the sanitizer */
        _cleanup_(free_p) uint8_t *bytes = malloc(n ? n : 1);
        unsigned bom = 99;

        assert_non_null(bytes);
        sample_fill(sample_random(&seed), bytes, n);
        if (n > 2 && n % 3 == 0)
            memcpy(bytes, "\xFF\xFE\0", 3);
        assert_true(encoding_guess(span(bytes, n), &bom) < N_ENCODINGS);
        assert_true(bom <= n);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_round_trip),
        cmocka_unit_test(knows_utf16_and_utf32_without_mark),
        cmocka_unit_test(knows_short_and_sparse_texts),
        cmocka_unit_test(knows_marks),
        cmocka_unit_test(believes_no_mark_before_noise),
        cmocka_unit_test(tells_ascii_utf8_and_8bit),
        cmocka_unit_test(knows_ebcdic_records),
        cmocka_unit_test(takes_no_plain_text_for_wide),
        cmocka_unit_test(takes_no_binary_for_text),
        cmocka_unit_test(reads_no_further_than_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
