/* Encoded: what is found and what it says, the same in any window; and what it costs. */
#include "sample.h"

#include "extract/text/encoded.h"

enum { ROOM = 1 << 16 };

static uint8_t room[ROOM];
static uint32_t places[ROOM];

/* All that a text says, each run as "kind at+n: what it says", a line each. */
static void decode_all(Span text, Buf *ret) {
    EncodedSearch s;
    EncodedRun run;
    size_t last = 0;

    buf_clear(ret);
    encoded_search(text, &s);
    while (encoded_next(&s, &run)) {
        EncodedText out = {.text = room, .from = places, .cap = ROOM};

        assert_true(run.at >= last && run.n > 0 && run.at + run.n <= text.n);
        last = run.at;
        encoded_decode(text, &run, &out);
        for (size_t i = 0; i < out.n; i++)
            assert_true(out.from[i] >= run.at && out.from[i] < run.at + run.n);
        if (out.n)
            buf_printf(ret, "%s %zu+%zu: %.*s\n", encoded_kind_name(run.kind), run.at, run.n,
                       (int)out.n, (const char *)out.text);
    }
}

static void assert_says(const char *text, const char *expected) {
    _cleanup_(buf_done) Buf said = {0};

    decode_all(span_of(text), &said);
    assert_string_equal(buf_cstr(&said), expected);
}

static void reads_base64(void **state _unused_) {
    /* "SSN: 536-90-4399, synthetic" */
    assert_says("key: U1NOOiA1MzYtOTAtNDM5OSwgc3ludGhldGlj.",
                "base64 5+36: SSN: 536-90-4399, synthetic\n");
    assert_says("<U1NOOiA1MzYtOTAtNDM5OSwg\r\nc3ludGhldGljIQ==>",
                "base64 1+40: SSN: 536-90-4399, synthetic!\n");
    assert_says("{\"pem\":\"x\\nU1NOOiA1MzYtOTAtNDM5OSwg\\nc3ludGhldGljIQ==\"}",
                "base64 11+40: SSN: 536-90-4399, synthetic!\n");
    assert_says("data:text/plain;base64,U1NOOiA1MzYtOTAtNDM5OSwgc3ludGhldGljIQ==",
                "base64 23+38: SSN: 536-90-4399, synthetic!\n");
    /* UTF-16LE, as PowerShell wants it: "536-90-4399 ok" */
    assert_says("-enc NQAzADYALQA5ADAALQA0ADMAOQA5ACAAbwBrAA==", "base64 5+38: 536-90-4399 ok\n");
    assert_says("Tm8gYmFzZTY0LCBmYXIg", ""); /* too short */
    assert_says("/usr/share/libreoffice/program/resource/common and internationalisation", "");
}

static void reads_hexadecimal(void **state _unused_) {
    assert_says("0x53534e3a203533362d39302d343339392c2073796e746865746963",
                "hex 2+54: SSN: 536-90-4399, synthetic\n");
    assert_says("'\\x53534E3A203533362D39302D343339392C2073796E746865746963'",
                "escapes 0+58: 'S534E3A203533362D39302D343339392C2073796E746865746963'\n"
                "hex 3+54: SSN: 536-90-4399, synthetic\n");
    assert_says("5d41402abc4b2a76b9719d911017c592", "");     /* a digest */
    assert_says("123e4567-e89b-12d3-a456-426614174000", ""); /* a UUID */
}

static void reads_sparse_codes(void **state _unused_) {
    assert_says("GET /?ssn=536%2D90%2D4399&n=J%C3%B6rg%E9",
                "percent 0+40: GET /?ssn=536-90-4399&n=J\xc3\xb6rg\xc3\xa9\n");
    assert_says("a\nmail jane&#64;example&period;org &amp; more\nb",
                "entities 2+43: mail jane@example.org & more\n");
    assert_says("{\"n\": \"536\\u002d90\\u002D4399 \\ud83d\\ude00\\x41\\101\\n\"}",
                "escapes 0+53: {\"n\": \"536-90-4399 \xf0\x9f\x98\x80"
                "AA\n\"}\n");
    assert_says("Gr=C3=BC=C3=9Fe, 536-90-=\r\n4399 =3D x=41",
                "quoted-printable 0+40: Gr\xc3\xbc\xc3\x9f"
                "e, 536-90-4399 = xA\n");
    assert_says("a=1 b=22 %d 50% &c; &amp; R&D \\d \\n", "");
}

static void tells_what_lies_there_anyway(void **state _unused_) {
    Span text = span_of("536-90-4399%20x 536%2D90");
    EncodedText out = {.text = room, .from = places, .cap = ROOM};
    EncodedSearch s;
    EncodedRun run;

    encoded_search(text, &s);
    assert_true(encoded_next(&s, &run));
    encoded_decode(text, &run, &out);
    assert_memory_equal(out.text, "536-90-4399 x 536-90", out.n);
    assert_true(encoded_is_plain(&out, 0, 11));
    assert_false(encoded_is_plain(&out, 0, 12 + 1));
    assert_false(encoded_is_plain(&out, 14, 20));
    assert_int_equal(out.from[17], 19); /* the code of the dash */
    assert_int_equal(out.from[18], 22);
}

/* Bytes that are no text among those that are; only text comes out. */
static void takes_text_out_of_bytes(void **state _unused_) {
    /* 00 01 "the first text" FF 00 "and the second one" 80 */
    assert_says("AAF0aGUgZmlyc3QgdGV4dP8AYW5kIHRoZSBzZWNvbmQgb25lgA==",
                "base64 0+50: the first text\nand the second one\n");
}

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Line after line of base64; width 0: one line. */
static void put_base64(Buf *b, Span s, size_t width) {
    size_t column = 0;

    for (size_t i = 0; i < s.n; i += 3) {
        uint32_t bits = (uint32_t)s.at[i] << 16 | (i + 1 < s.n ? (uint32_t)s.at[i + 1] << 8 : 0) |
                        (i + 2 < s.n ? s.at[i + 2] : 0);

        for (int k = 3; k >= 0; k--)
            buf_byte(b, (uint8_t)base64[bits >> 6 * k & 63]);
        column += 4;
        if (column == width)
            buf_byte(b, '\n');
        column = column == width ? 0 : column;
    }
}

static bool says(Span text, const char *what) {
    _cleanup_(buf_done) Buf said = {0};

    decode_all(text, &said);
    return memmem(said.at, said.n, what, strlen(what)) != NULL;
}

/* A window that has neither the beginning nor the end of the code says the same of its middle. */
static void says_the_same_in_any_window(void **state _unused_) {
    static const size_t widths[] = {0, 76, 64};

    for (size_t w = 0; w < N_ELEMENTS(widths); w++) {
        _cleanup_(buf_done) Buf plain = {0}, text = {0};
        uint8_t noise[3000];

        sample_fill(w + 1, noise, sizeof(noise));
        buf_add(&plain, noise, sizeof(noise));
        buf_text(&plain, "his number is 536-90-4399, or so it was said");
        buf_add(&plain, noise, sizeof(noise));
        put_base64(&text, buf_as_span(&plain), widths[w]);
        for (size_t from = 0; from < 300; from++) {
            Span window = span(text.at + 2000 + from, 4000);

            if (!says(window, "his number is 536-90-4399, or so it was said"))
                print_error("width %zu, from %zu\n", widths[w], from);
            assert_true(says(window, "his number is 536-90-4399, or so it was said"));
        }
    }
}

static void finds_sparse_codes_in_any_window(void **state _unused_) {
    static const char *const codes[] = {"536%2D90%2D4399", "536&#45;90&#45;4399",
                                        "536\\u002d90\\u002d4399", "536=\n-90=3D4399"};

    for (size_t i = 0; i < N_ELEMENTS(codes); i++) {
        _cleanup_(buf_done) Buf text = {0};

        for (int k = 0; k < 200; k++)
            buf_printf(&text, "%d words %s\n", k, k % 7 ? "of no code" : codes[i]);
        for (size_t from = 0; from < 400; from++) {
            Span window = span(text.at + from, 2000);

            assert_true(says(window, i == 3 ? "536-90=4399" : "536-90-4399"));
        }
    }
}

static void takes_any_bytes(void **state _unused_) {
    static const char alphabet[] = "ABab09+/=%&#;\\ux\n\r\"Zz_-";
    _cleanup_(buf_done) Buf said = {0};

    for (uint64_t seed = 1; seed < 3000; seed++) {
        uint64_t r = seed;
        size_t n = sample_random(&r) % 400;
        _cleanup_(free_p) uint8_t *text = malloc(n ? n : 1);

        assert_non_null(text);
        for (size_t i = 0; i < n; i++)
            text[i] = seed % 5 ? (uint8_t)alphabet[sample_random(&r) % (sizeof(alphabet) - 1)]
                               : (uint8_t)sample_random(&r);
        decode_all(span(text, n), &said);
    }
}

static void needs_no_more_room_than_told(void **state _unused_) {
    Span text = span_of("U1NOOiA1MzYtOTAtNDM5OSwgc3ludGhldGlj %41%42%43");
    EncodedSearch s;
    EncodedRun run;

    for (size_t cap = 0; cap < 40; cap++) {
        encoded_search(text, &s);
        while (encoded_next(&s, &run)) {
            EncodedText out = {.cap = cap};

            out.text = malloc(cap ? cap : 1);
            out.from = calloc(cap ? cap : 1, sizeof(*out.from));
            encoded_decode(text, &run, &out);
            assert_true(out.n <= cap);
            free(out.text);
            free(out.from);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_base64),
        cmocka_unit_test(reads_hexadecimal),
        cmocka_unit_test(reads_sparse_codes),
        cmocka_unit_test(tells_what_lies_there_anyway),
        cmocka_unit_test(takes_text_out_of_bytes),
        cmocka_unit_test(says_the_same_in_any_window),
        cmocka_unit_test(finds_sparse_codes_in_any_window),
        cmocka_unit_test(takes_any_bytes),
        cmocka_unit_test(needs_no_more_room_than_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
