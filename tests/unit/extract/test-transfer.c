/* Transfer: each code, its broken forms, and any pieces of base64. */
#include "sample.h"

#include "extract/text/transfer.h"

static void assert_decodes(TransferKind kind, const char *line, const char *expected) {
    _cleanup_(buf_done) Buf out = {0};
    Transfer t = {.kind = kind};

    transfer_line(&t, span_of(line), &out);
    assert_string_equal(buf_cstr(&out), expected);
    assert_true(out.n <= strlen(line));
}

static void knows_names(void **state _unused_) {
    assert_int_equal(transfer_parse(span_of("Base64")), TRANSFER_BASE64);
    assert_int_equal(transfer_parse(span_of("QUOTED-PRINTABLE")), TRANSFER_QUOTED);
    assert_int_equal(transfer_parse(span_of("x-uuencode")), TRANSFER_UU);
    assert_int_equal(transfer_parse(span_of("8bit")), TRANSFER_NONE);
    assert_int_equal(transfer_parse(span_of("")), TRANSFER_NONE);
}

/* RFC 4648 section 10, and what is no digit in between. */
static void decodes_base64(void **state _unused_) {
    static const char *const cases[][2] = {
        {"Zg==", "f"},
        {"Zm8=", "fo"},
        {"Zm9v", "foo"},
        {"Zm9vYg==", "foob"},
        {"Zm9vYmE=", "fooba"},
        {"Zm9vYmFy", "foobar"},
        {" Zm9v\r\nYmFy", "foobar"},
        {"Zg==Zg==", "ff"},
        {"Zm9-Zm9_", "fo~fo\x7f"},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++)
        assert_decodes(TRANSFER_BASE64, cases[i][0], cases[i][1]);
}

static void decodes_base64_in_pieces(void **state _unused_) {
    const char *code = "VGhlIHF1aWNrIGJyb3du\r\nIGZveA==";
    size_t n = strlen(code);

    for (size_t cut = 0; cut <= n; cut++) {
        _cleanup_(buf_done) Buf out = {0};
        Transfer t = {.kind = TRANSFER_BASE64};

        transfer_line(&t, span(code, cut), &out);
        transfer_line(&t, span(code + cut, n - cut), &out);
        assert_string_equal(buf_cstr(&out), "The quick brown fox");
    }
}

static void decodes_quoted_printable(void **state _unused_) {
    assert_decodes(TRANSFER_QUOTED, "a=3Db=c3=a9 \t\r\n", "a=b\xc3\xa9\r\n");
    assert_decodes(TRANSFER_QUOTED, "soft=\r\n", "soft");
    assert_decodes(TRANSFER_QUOTED, "soft= \n", "soft");
    assert_decodes(TRANSFER_QUOTED, "no=ZZcode=4", "no=ZZcode=4");
    assert_decodes(TRANSFER_QUOTED, "=", "");
    assert_decodes(TRANSFER_QUOTED, "\n", "\n");
}

static void decodes_uuencode(void **state _unused_) {
    assert_decodes(TRANSFER_UU, "#0V%T\n", "Cat");
    assert_decodes(TRANSFER_UU, "!00  \n", "A");
    assert_decodes(TRANSFER_UU, "begin 644 x\n", "");
    assert_decodes(TRANSFER_UU, "end\n", "");
    assert_decodes(TRANSFER_UU, "`\n", "");
    assert_decodes(TRANSFER_UU, "M0V%T\n", ""); /* says 45 bytes */
    assert_false(transfer_is_uu(span_of("Not a line of it\n")));
}

static void decodes_yenc(void **state _unused_) {
    _cleanup_(buf_done) Buf out = {0};
    Transfer t = {.kind = TRANSFER_YENC};

    assert_decodes(TRANSFER_YENC, "=ybegin line=128 size=1 name=x\n", "");
    transfer_line(&t, span("\x6d\x8b\x9e\r\n", 5), &out); /* Cat */
    transfer_line(&t, span("=", 1), &out); /* an escape over two pieces: 0x3d - 106 */
    transfer_line(&t, span("\x7d\n", 2), &out);
    assert_int_equal(out.n, 4);
    assert_memory_equal(out.at, "Cat\x13", 4);
}

static void bears_any_bytes(void **state _unused_) {
    for (uint64_t seed = 1; seed < 3000; seed++) {
        uint64_t r = seed;
        size_t n = sample_random(&r) % 100;
        _cleanup_(free_p) uint8_t *line = malloc(n ? n : 1);

        assert_non_null(line);
        sample_fill(seed, line, n);
        for (size_t i = 0; i < n && seed % 2; i++)
            line[i] = ' ' + line[i] % 64;
        for (TransferKind k = TRANSFER_NONE; k <= TRANSFER_YENC; k++) {
            _cleanup_(buf_done) Buf out = {0};
            Transfer t = {.kind = k};

            transfer_line(&t, span(line, n), &out);
            assert_true(out.n <= n);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_names),
        cmocka_unit_test(decodes_base64),
        cmocka_unit_test(decodes_base64_in_pieces),
        cmocka_unit_test(decodes_quoted_printable),
        cmocka_unit_test(decodes_uuencode),
        cmocka_unit_test(decodes_yenc),
        cmocka_unit_test(bears_any_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
