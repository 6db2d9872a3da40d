/* Rtf: text in every way it can be written, what is no text, what is embedded; and damage. */
#include "trickle.h"

#define HEAD "{\\rtf1\\ansi\\ansicpg1251{\\fonttbl{\\f0\\fcharset0 A;}{\\f1\\fcharset128 B;}}\n"
enum { HEAD_N = sizeof(HEAD) - 1 };

/* The log of a document that goes on behind HEAD, its text without marks, a line a mark. */
static void assert_text(const char *rtf, const char *expected) {
    static const size_t steps[] = {1, 3, 64, 100000};

    for (size_t i = 0; i < N_ELEMENTS(steps); i++) {
        _cleanup_(buf_done) Buf document = {0}, text = {0};
        Recorder r = {0};

        buf_printf(&document, HEAD "%s}", rtf);
        record_trickle(&r, buf_as_span(&document), "r", steps[i]);
        for (const char *line = buf_cstr(&r.log); *line; line = strchr(line, '\n') + 1) {
            size_t n = strcspn(line, "\n");
            const char *from = line;

            if (*line == '=') { /* = row:column @source text */
                from = memchr(line + 2, ' ', n - 2);
                from = from[1] == '@' ? memchr(from + 1, ' ', n) : from;
                from++;
            }
            if (strncmp(line, "# text", 6) != 0)
                buf_add(&text, from, n - (size_t)(from - line));
            if (*line != '=' && strncmp(line, "# text", 6) != 0)
                buf_byte(&text, '\n');
        }
        assert_string_equal(buf_cstr(&text), expected);
        buf_done(&r.log);
    }
}

static void reads_text_and_keeps_values_whole(void **state _unused_) {
    assert_text("SSN: {\\b 536}-90-\\i 4399\\par x\\~y\\_z\\-w\\{\\\\\\}",
                "SSN: 536-90-4399\\nx y-zw{\\}< read\n");
    assert_text("a\\cell b\\cell\\row c\\tab d\\line e\\'41", "a\\tb\\t\\nc\\td\\neA< read\n");
}

static void reads_characters(void **state _unused_) {
    assert_text("\\'cf\\'f0 \\f0\\'e9\\f1\\'93\\'fa\\'96\\{\\plain\\'cf",
                "\xd0\x9f\xd1\x80 \xd0\xb9\xe6\x97\xa5\xe6\x9c\xac\xd0\x9f< read\n");
    assert_text("\\u1055?\\uc2\\u1055\\'41\\'42x\\uc0\\u1055y\\u-10179\\u-8704 \\u160 z",
                "\xd0\x9f\xd0\x9fx\xd0\x9fy\xf0\x9f\x98\x80 z< read\n");
    assert_text("\\u55357?\\u56832?{\\uc3\\u65 {\\uc1\\u66?}abcd}", "\xf0\x9f\x98\x80"
                                                                    "ABabcd< read\n");
}

static void parts_what_stands_apart(void **state _unused_) {
    assert_text("one{\\header two}three{\\*\\annotation four}{\\footnote five}six",
                "one\\ntwo\\nthree\\nfour\\nfive\\nsix< read\n");
    assert_text("{\\field{\\*\\fldinst HYPERLINK \"x\"}{\\fldrslt y}}{\\*\\nobody knows}",
                "HYPERLINK \"x\"\\nyknows< read\n");
    assert_text("{\\stylesheet{\\s1 Heading;}}{\\*\\themedata 504b}{\\colortbl;\\red1;}a",
                "a< read\n");
}

static void tells_dates(void **state _unused_) {
    assert_text("{\\info{\\title T}{\\creatim\\yr2020\\mo1\\dy2\\hr10\\min11}{\\revtim\\yr2021}}a",
                "T\\n! created 1577959860000000000 1577959860000000000 \na< read\n");
}

static void opens_what_is_embedded(void **state _unused_) {
    assert_text("a{\\*\\objdata 48656c6c 6f\n21}b{\\pict\\pngblip 89504e470d0a1a0a}c\\bin3 }}{d",
                "a> object1\n# bytes us-ascii\nHello!< read\nb> picture2\n"
                "# bytes binary\n\x89PNG\r\\n\x1a\\n< partial(no-ocr)\nc> binary3\n"
                "# bytes us-ascii\n}}{< read\nd< partial(member)\n");
}

static void put_hex(Buf *b, const void *bytes, size_t n) {
    for (size_t i = 0; i < n; i++)
        buf_printf(b, "%02x", ((const uint8_t *)bytes)[i]);
}

/* MS-OLEDS: a package is a file with its name, behind two headers. */
static void opens_packages(void **state _unused_) {
    static const char package[] = "\1\5\0\0\2\0\0\0\10\0\0\0Package\0\0\0\0\0\0\0\0\0\50\0\0\0"
                                  "\2\0a.txt\0C:\\a.txt\0\0\0\3\0\4\0\0\0x:a\0\5\0\0\0hello";
    _cleanup_(buf_done) Buf rtf = {0};

    buf_text(&rtf, "{\\object{\\*\\objdata ");
    put_hex(&rtf, package, sizeof(package) - 1);
    buf_text(&rtf, "}}");
    assert_text(buf_cstr(&rtf), "> a.txt\n# bytes us-ascii\nhello< read\n< read\n");
}

static void marks_where_text_stands(void **state _unused_) {
    Recorder r = {0};

    assert_string_equal(record_bytes(&r, span_of(HEAD "a\n{\\b b}\\'cf\\u1055?c}"), "r"),
                        "# text\n= 2:0 @72 a\n= 3:0 @78 b\n= 3:0 @80 \xd0\x9f\n= 3:0 @84 \xd0\x9f\n"
                        "= 3:0 @91 c\n< read\n");
    assert_int_equal(HEAD_N, 72);
    buf_done(&r.log);
}

static void bears_any_depth(void **state _unused_) {
    _cleanup_(buf_done) Buf rtf = {0};
    Recorder r = {0};

    buf_text(&rtf, HEAD);
    for (int i = 0; i < 100000; i++)
        buf_text(&rtf, "{\\b ");
    buf_text(&rtf, "536-90-4399");
    for (int i = 0; i < 100000; i++)
        buf_text(&rtf, "}");
    buf_text(&rtf, "{\\header end}");
    record_bytes(&r, buf_as_span(&rtf), "r");
    assert_non_null(strstr(buf_cstr(&r.log), " 536-90-4399"));
    assert_non_null(strstr(buf_cstr(&r.log), " end\\n\n< read\n"));
    buf_done(&r.log);
}

static void bears_damage(void **state _unused_) {
    assert_bears_damage(span_of(
        HEAD
        "{\\info{\\creatim\\yr2020\\mo1\\dy2}}\\f1\\'93\\'fa\\u1055?\\u-10179?{\\*\\objdata "
        "0105000002000000080000005061636b616765000000000000000000280000000200612e7478740043"
        "3a5c612e74787400000003000400}{\\pict 8950}\\bin9 abc{\\field{\\*\\fldinst x}}\\cell"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_text_and_keeps_values_whole),
        cmocka_unit_test(reads_characters),
        cmocka_unit_test(parts_what_stands_apart),
        cmocka_unit_test(tells_dates),
        cmocka_unit_test(opens_what_is_embedded),
        cmocka_unit_test(opens_packages),
        cmocka_unit_test(marks_where_text_stands),
        cmocka_unit_test(bears_any_depth),
        cmocka_unit_test(bears_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
