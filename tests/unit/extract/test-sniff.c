/* Sniff: the order of table, ladder and look; what weak signatures may claim; ciphertext. */
#include "sample.h"

#include "extract/sniff.h"

static void assert_sniffs(Span head, SniffKind kind, const char *format) {
    Sniff s = sniff(head, 0);

    assert_string_equal(sniff_kind_name(s.kind), sniff_kind_name(kind));
    assert_string_equal(s.format, format);
    if (kind != SNIFF_TEXT)
        assert_int_equal(s.encoding, ENCODING_BINARY);
}

static void tells_text_and_its_markup(void **state _unused_) {
    assert_sniffs(span(NULL, 0), SNIFF_TEXT, "text");
    assert_sniffs(span_of(sample_texts[1]), SNIFF_TEXT, "text");
    assert_sniffs(span_of("{\\rtf1\\ansi hello}"), SNIFF_TEXT, "rtf");
    assert_sniffs(span_of("\xEF\xBB\xBF<?xml version='1.0'?>"), SNIFF_TEXT, "xml");
    assert_sniffs(span_of("<svg width='1'><text>a</text></svg>"), SNIFF_TEXT, "xml");
    assert_sniffs(span_of("<!DOCTYPE plist PUBLIC 'x' 'y'><plist>"), SNIFF_TEXT, "xml");
    assert_sniffs(span_of("<!DOCTYPE html><html>"), SNIFF_TEXT, "html");
    assert_sniffs(span_of("<a:b id='1' xmlns:a='urn:x'>text"), SNIFF_TEXT, "xml");
    assert_sniffs(span_of("<a:b id='1'>says xmlns='x'"), SNIFF_TEXT, "text");
    assert_sniffs(span_of("<- see xmlns there"), SNIFF_TEXT, "text");
    assert_sniffs(span("\xFF\xFE<\0?\0x\0m\0l\0 \0v\0e\0r\0s\0i\0o\0n\0=\0'\0"
                       "1\0'\0?\0>\0",
                       34),
                  SNIFF_TEXT, "xml");
    assert_sniffs(span("\xFE\xFF\0<\0?\0x\0m\0l\0 \0v\0e\0r\0s\0i\0o\0n\0=\0'\0"
                       "1\0'\0?\0>",
                       34),
                  SNIFF_TEXT, "xml");
    assert_sniffs(span_of("\n <!DOCTYPE HTML><p>"), SNIFF_TEXT, "html");
    assert_sniffs(span_of("<?xml version='1.0'?>\n<!-- x -->\n<html xmlns='y'>"), SNIFF_TEXT,
                  "html");
    assert_sniffs(span_of("<!-- never closed <html>"), SNIFF_TEXT, "text");
    assert_sniffs(span_of("BEGIN:VCARD\r\nVERSION:4.0\r\n"), SNIFF_TEXT, "vcard");
    assert_sniffs(span_of("BEGIN:VCALENDAR\n"), SNIFF_TEXT, "ics");
    assert_sniffs(span_of("# by hand\nversion: 1\n\ndn: cn=x\n"), SNIFF_TEXT, "ldif");
    assert_sniffs(span_of("# a comment\nname: x\n"), SNIFF_TEXT, "text");
    assert_sniffs(span_of("From: a\nTo: b\nSubject: c\n\n\x01\0"), SNIFF_TEXT, "eml");
    assert_sniffs(span_of("From a@b Thu Jan  1 00:00:00 1970\nX: y\n"), SNIFF_TEXT, "mbox");
    assert_sniffs(span_of("\x01\x02\x03\x04\x05\x06"), SNIFF_BINARY, "unknown");
}

static void says_the_encoding_and_the_mark(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};
    Sniff s;

    put_point(&b, ENCODING_UTF16BE, 0xFEFF);
    put_text(&b, ENCODING_UTF16BE, sample_texts[2]);
    s = sniff(buf_as_span(&b), b.n);
    assert_int_equal(s.kind, SNIFF_TEXT);
    assert_int_equal(s.encoding, ENCODING_UTF16BE);
    assert_int_equal(s.bom, 2);
}

/* The first character beyond ASCII is the one that the end of the head cuts. */
static void is_not_misled_by_a_cut(void **state _unused_) {
    static const char text[] = "caf\xc3\xa9 \xe6\x9d\xb1";
    size_t n = sizeof(text) - 1;

    assert_int_equal(sniff(span(text, 4), n).encoding, ENCODING_ASCII);
    assert_int_equal(sniff(span(text, 4), 4).encoding, ENCODING_WINDOWS1252);
    for (size_t cut = 5; cut <= n; cut++)
        assert_int_equal(sniff(span(text, cut), n + 9).encoding, ENCODING_UTF8);
}

static void lets_text_begin_as_it_likes(void **state _unused_) {
    assert_sniffs(span_of("ORC: a creature\n"), SNIFF_TEXT, "text");
    assert_sniffs(span_of("ID3 tags explained\n"), SNIFF_TEXT, "text");
    assert_sniffs(span_of("MZ and PE are headers. BM is a bitmap's.\n"), SNIFF_TEXT, "text");
    assert_sniffs(span_of("A PDF starts with %PDF-1.7, says the standard.\n"), SNIFF_TEXT, "text");
    assert_sniffs(span_of("x^2 + y^2\n"), SNIFF_TEXT, "text");
    assert_sniffs(span("ID3\4\0\0\0\0\x0f\x76", 10), SNIFF_MEDIA, "mp3");
    assert_sniffs(span("\0junk\1\0 %PDF-1.7\n\xe2\xe3\xcf\xd3", 20), SNIFF_CONTAINER, "pdf");
}

static void takes_even_bytes_for_ciphertext(void **state _unused_) {
    static uint8_t bytes[SNIFF_HEAD_MAX];
    size_t ciphers = 0;

    for (uint64_t seed = 1; seed <= 100; seed++) {
        size_t n = seed % 2 ? sizeof(bytes) : 4096;

        sample_fill(seed, bytes, n);
        ciphers += sniff(span(bytes, n), 1 << 20).kind == SNIFF_CIPHER;
    }
    assert_true(ciphers >= 99); /* one may begin like a known format */
    sample_fill(1, bytes, 4095);
    assert_sniffs(span(bytes, 4095), SNIFF_BINARY, "unknown"); /* too few to tell */
}

static void takes_no_uneven_bytes_for_it(void **state _unused_) {
    static uint8_t bytes[SNIFF_HEAD_MAX];
    uint64_t seed = 1;

    for (size_t i = 0; i < sizeof(bytes); i++) /* a counter: too even */
        bytes[i] = (uint8_t)(i + 1);
    assert_sniffs(span(bytes, sizeof(bytes)), SNIFF_BINARY, "unknown");
    for (size_t i = 0; i < sizeof(bytes); i++) /* one value is a little more frequent */
        bytes[i] = sample_random(&seed) % 40 ? (uint8_t)(sample_random(&seed) >> 9) : 7;
    assert_sniffs(span(bytes, sizeof(bytes)), SNIFF_BINARY, "unknown");
    memset(bytes, 0, sizeof(bytes));
    assert_sniffs(span(bytes, sizeof(bytes)), SNIFF_BINARY, "unknown");
}

static void takes_any_head(void **state _unused_) {
    uint64_t seed = 11;

    for (int i = 0; i < 3000; i++) {
        size_t n = sample_random(&seed) % 700;
        _cleanup_(free_p) uint8_t *head = malloc(n ? n : 1);
        Sniff s;

        assert_non_null(head);
        sample_fill(sample_random(&seed), head, n);
        s = sniff(span(head, n), sample_random(&seed) % 1000);
        assert_true(s.kind < N_SNIFF_KINDS && s.encoding < N_ENCODINGS && s.bom <= n);
        assert_non_null(s.format);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_text_and_its_markup),
        cmocka_unit_test(says_the_encoding_and_the_mark),
        cmocka_unit_test(is_not_misled_by_a_cut),
        cmocka_unit_test(lets_text_begin_as_it_likes),
        cmocka_unit_test(takes_even_bytes_for_ciphertext),
        cmocka_unit_test(takes_no_uneven_bytes_for_it),
        cmocka_unit_test(takes_any_head),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
