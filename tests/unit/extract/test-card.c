/* Card: cards, calendars and directory entries as tables; folds, codes, what is no text. */
#include "trickle.h"

static void reads_cards(void **state _unused_) {
    assert_records(
        span_of(
            "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Jane Example\r\nitem1.EMAIL;TYPE=work:jane@exam\r\n"
            " ple.org\r\nADR:;;1 Main St\\nX\\, Y\r\nEND:VCARD\r\n"
            "begin:vcard\r\nemail:joe@example.org\r\nREV:20200102T101112Z\r\nend:vcard\r\n"),
        "# table\n| 1 VERSION\n= 1:1 @21 4.0\\t\n| 2 FN\n= 1:2 @29 Jane Example\\t\n"
        "| 3 EMAIL\n= 1:3 @55 TYPE=work:jane@exam\n= 1:3 @77 ple.org\\t\n"
        "| 4 ADR\n= 1:4 @90 ;;1 Main St\n= 1:4 @101 \\n\n= 1:4 @103 X\n= 1:4 @104 ,\n"
        "= 1:4 @106  Y\\n\n= 2:3 @140 joe@example.org\\t\n| 5 REV\n= 2:5 @161 20200102T101112Z\n"
        "! modified 1577959872000000000 1577959872000000000 \n= \\n\n< read\n");
}

static void decodes_values(void **state _unused_) {
    assert_records(
        span_of("BEGIN:VCARD\nN;CHARSET=iso-8859-1;ENCODING=QUOTED-PRINTABLE:M=FC=\nller;J\n"
                "NOTE;ENCODING=BASE64:U1NOOiA1MzYtOTAtNDM5OQ==\nKEY;ENCODING=b:\n"
                " AQL//oAB\nFN:x\nEND:VCARD\n"),
        "# table\n| 1 N\n= 1:1 M\xc3\xbcller;J\\t\n| 2 NOTE\n= 1:2 SSN: 536-90-4399\\t\n| 3 KEY\n"
        "> KEY\n# bytes binary\n= @0 \1\2\xff\xfe\x80\1\n< read(raw)\n# table\n= 1:2 \\t\n| 4 FN\n"
        "= 1:4 @147 x\\n\n< read\n");
}

static void reads_calendars(void **state _unused_) {
    assert_records(
        span_of("BEGIN:VCALENDAR\nPRODID:p\nBEGIN:VEVENT\nDTSTART;TZID=x:20200102T101112\n"
                "ATTENDEE;CN=\"Jane: E\":mailto:jane@example.org\nBEGIN:VALARM\nDESCRIPTION:d\n"
                "END:VALARM\nEND:VEVENT\nBEGIN:VTODO\nDESCRIPTION:e\nEND:VTODO\nEND:VCALENDAR\n"),
        "# table\n| 1 PRODID\n= 0:1 @23 p\\n\n| 2 DTSTART\n= 1:2 @46 TZID=x:20200102T101112\n"
        "! row-date 1577959872000000000 1577959872000000000 \n= \\t\n| 3 ATTENDEE\n"
        "= 1:3 @78 CN=\"Jane: E\":mailto:jane@example.org\\t\n| 4 DESCRIPTION\n"
        "= 1:4 @140 d\\n\n= 2:4 @188 e\\n\n< read\n");
}

static void reads_directories(void **state _unused_) {
    assert_records(
        span_of(
            "version: 1\n# made by hand\ndn: cn=Jane,dc=exam\n ple\nmail;lang-en: j@example.org\n"
            "cn:: SsO2cmc=\nwhenChanged: 20200102101112.0Z\n\ndn: cn=Joe\nMAIL: "
            "k@example.org\n-\n"),
        "# table\n| 1 version\n= 0:1 @9 1\\n\n| 2 dn\n= 1:2 @30 cn=Jane,dc=exam\n= 1:2 @47 ple\\t\n"
        "| 3 mail\n= 1:3 @65 j@example.org\\t\n| 4 cn\n= 1:4 J\xc3\xb6rg\\t\n| 5 whenChanged\n"
        "= 1:5 @106 20200102101112.0Z\n! modified 1577959872000000000 1577959872000000000 \n"
        "= \\n\n= 2:2 @129 cn=Joe\\t\n= 2:3 @142 k@example.org\\t\n= 2:0 @156 -\\n\n< read\n");
}

static void reads_other_encodings(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};

    assert_records(span_of("BEGIN:VCARD\nFN:J\xf6rg\nEND:VCARD\n"),
                   "# table\n| 1 FN\n= 1:1 @15 J\xc3\xb6rg\\n\n< read\n");
    put_point(&b, ENCODING_UTF16BE, 0xFEFF);
    put_text(&b, ENCODING_UTF16BE, "BEGIN:VCARD\r\nFN:J\xc3\xb6rg\r\nEND:VCARD\r\n");
    assert_records(buf_as_span(&b), "# table\n| 1 FN\n= 1:1 J\xc3\xb6rg\\n\n< read\n");
}

static void bears_damage(void **state _unused_) {
    assert_bears_damage(
        span_of("BEGIN:VCARD\r\nN;ENCODING=QUOTED-PRINTABLE:a=\r\n=41\r\nADR:a\\n\\\r\n"
                " b\\\r\nKEY;ENCODING=b:AP8\r\n BAg==\r\nitem1.X;Y=\"a:b:c\r\nREV:2020\r\n"));
    assert_bears_damage(
        span_of("dn:: YQ==\nx;y;z:: \n <\n: \na:: AP8BAg==\nwhenCreated: 20201301\n"));
}

/* More columns and longer values than are kept apart. */
static void bounds_columns_and_values(void **state _unused_) {
    _cleanup_(buf_done) Buf b = {0};
    Recorder r = {0};

    buf_text(&b, "dn: x\n");
    for (int i = 0; i < 2000; i++)
        buf_printf(&b, "c%d: 1\n", i);
    buf_text(&b, "long: ");
    for (int i = 0; i < 5 << 20; i++)
        buf_byte(&b, 'y');
    buf_text(&b, "\nc1: last\n");
    record_bytes(&r, buf_as_span(&b), "x");
    assert_true(r.text_bytes > 5 << 20);
    assert_non_null(strstr(buf_cstr(&r.log), "| 512 c510\n"));
    assert_null(strstr(buf_cstr(&r.log), "| 513 "));
    assert_non_null(strstr(buf_cstr(&r.log), " last\\n\n< read\n"));
    buf_done(&r.log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_cards),
        cmocka_unit_test(decodes_values),
        cmocka_unit_test(reads_calendars),
        cmocka_unit_test(reads_directories),
        cmocka_unit_test(reads_other_encodings),
        cmocka_unit_test(bears_damage),
        cmocka_unit_test(bounds_columns_and_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
