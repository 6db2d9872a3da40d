/* Mail: fields, parts, attachments, mailboxes; broken ones too. */
#include "trickle.h"

#define HEAD                                                                                       \
    "From: a@example.org\r\nTo: b@example.org\r\n"                                                 \
    "Date: Thu, 2 Jan 2020 10:11:12 +0100\r\n"
#define HEAD_LOG                                                                                   \
    "# section headers\n= 1:0 @0 From: a@example.org\\n\n= 2:0 @21 To: b@example.org\\n\n"         \
    "= 3:0 @40 Date: Thu, 2 Jan 2020 10:11:12 +0100\\n\n"                                          \
    "! sent 1577956272000000000 1577956272000000000 \n"
/* Binary bytes may stand in the log. */
static void assert_logs(const Recorder *r, const char *text) {
    if (!memmem(r->log.at, r->log.n, text, strlen(text)))
        assert_string_equal((const char *)r->log.at, text);
}

static void assert_mail(const char *rest, const char *expected) {
    _cleanup_(buf_done) Buf mail = {0}, log = {0};

    buf_printf(&mail, HEAD "%s", rest);
    buf_printf(&log, HEAD_LOG "%s< read\n", expected);
    assert_records(buf_as_span(&mail), buf_cstr(&log));
}

static void reads_a_plain_message(void **state _unused_) {
    assert_mail("\r\nSSN: 536-90-4399\r\n",
                "> body.txt\n# bytes us-ascii\n= @0 SSN: 536-90-4399\r\\n\n< read\n");
}

/* The last hop's line comes first; a sender can write what he likes into Date. */
static void tells_when_it_was_received(void **state _unused_) {
    assert_mail("Received: from a (b; c)\r\n by d; Thu, 2 Jan 2020 10:12:00 +0100\r\n"
                "Received: from e by a; Wed, 1 Jan 2020 10:00:00 +0000\r\n\r\n",
                "= 4:0 @78 Received: from a (b; c)\n"
                "= 5:0 @103  by d; Thu, 2 Jan 2020 10:12:00 +0100\\n\n"
                "! received 1577956320000000000 1577956320000000000 \n"
                "= 6:0 @142 Received: from e by a; Wed, 1 Jan 2020 10:00:00 +0000\\n\n"
                "> body.txt\n< read\n");
}

static void decodes_fields(void **state _unused_) {
    assert_mail("Subject: =?utf-8?Q?J=C3=B6rg?=\r\n =?UTF-8?B?IE3DvGxsZXI=?= x\r\n\r\n",
                "= 4:0 Subject: J\xc3\xb6rg M\xc3\xbcller x\\n\n> body.txt\n< read\n");
    assert_mail("Subject: =?iso-8859-1?q?caf=E9_a?= (=?x?z?y?=)\r\n\r\n",
                "= 4:0 Subject: caf\xc3\xa9 a (=?x?z?y?=)\\n\n> body.txt\n< read\n");
    assert_mail("X: one\r\n two\r\nY: 8bit \xe9\r\n\r\n",
                "= 4:0 @78 X: one\n= 5:0 @86  two\\n\n= 6:0 Y: 8bit \xc3\xa9\\n\n"
                "> body.txt\n< read\n");
}

static void decodes_parts(void **state _unused_) {
    assert_mail(
        "Content-Type: multipart/mixed; boundary=\"b 1\"\r\n\r\nbefore\r\n--b 1\r\n\r\nfirst\r\n"
        "--b 1\r\nContent-Type: text/plain; charset=iso-8859-1\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\ncaf=E9 a=\r\nb\r\n"
        "--b 1  \r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        "PGI+NTM2\r\nPC9iPi05MA==\r\n--b 1--\r\nafter\r\n",
        "= 4:0 @78 Content-Type: multipart/mixed; boundary=\"b 1\"\\n\n"
        "# section preamble\n= 6:0 @127 before\r\\n\n"
        "> body.txt\n# bytes us-ascii\n= @0 first\n< read\n"
        "# section headers\n= 11:0 @158 Content-Type: text/plain; charset=iso-8859-1\\n\n"
        "= 12:0 @204 Content-Transfer-Encoding: quoted-printable\\n\n"
        "> body.txt;2\n# bytes utf-8\n= @0 caf\xc3\xa9 ab\r\\n\n< read\n"
        "# section headers\n= 17:0 @274 Content-Type: text/html\\n\n"
        "= 18:0 @299 Content-Transfer-Encoding: base64\\n\n"
        "> body.html\n# text\n= 1:0 @3 536\n= 1:0 @10 -90\n< read\n"
        "# section epilogue\n= 23:0 @369 after\r\\n\n");
}

static void names_what_is_attached(void **state _unused_) {
    static const struct {
        const char *field, *name;
    } names[] = {
        {"Content-Disposition: attachment; filename=\"a \\\"b\\\".txt\"", "a \"b\".txt"},
        {"Content-Disposition: attachment; filename*=utf-8'en'l%C3%B6hne.txt", "l\xc3\xb6hne.txt"},
        {"Content-Disposition: attachment;\r\n filename*0=one; filename*1*=%20two;\r\n "
         "filename*2=.txt",
         "one two.txt"},
        {"Content-Disposition: inline; FileName = \"=?utf-8?B?w7w=?=.txt\"", "\xc3\xbc.txt"},
        {"Content-Type: text/plain; name=n.txt", "n.txt"},
        {"Content-Location: https://example.org/x", "https://example.org/x"},
        {"Content-Type: application/x-y; charset", "part.x-y"},
    };

    for (size_t i = 0; i < N_ELEMENTS(names); i++) {
        _cleanup_(buf_done) Buf mail = {0}, wanted = {0};
        Recorder r = {0};

        buf_printf(&mail, HEAD "%s\r\n\r\nx\r\n", names[i].field);
        buf_printf(&wanted, "\n> %s\n", names[i].name);
        record_bytes(&r, buf_as_span(&mail), "m");
        assert_logs(&r, buf_cstr(&wanted));
        buf_done(&r.log);
    }
}

static void reads_messages_in_messages(void **state _unused_) {
    assert_mail("Content-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\nbody",
                "= 4:0 @78 Content-Type: message/rfc822\\n\n> message.eml\n"
                "# section headers\n= 1:0 @0 Subject: in\\n\n"
                "> body.txt\n# bytes us-ascii\n= @0 body\n< read\n< read\n");
}

/* A part without an end of its own ends where the one around it does. */
static void ends_parts_with_those_around(void **state _unused_) {
    assert_mail("Content-Type: multipart/mixed; boundary=A\r\n\r\n"
                "--A\r\nContent-Type: multipart/alternative; boundary=B\r\n\r\n"
                "--B\r\n\r\none\r\n--A\r\n\r\ntwo",
                "= 4:0 @78 Content-Type: multipart/mixed; boundary=A\\n\n"
                "# section headers\n= 7:0 @128 Content-Type: multipart/alternative; boundary=B\\n\n"
                "> body.txt\n# bytes us-ascii\n= @0 one\n< read\n"
                "> body.txt;2\n# bytes us-ascii\n= @0 two\n< read\n");
}

static void reads_what_is_attached_in_text(void **state _unused_) {
    assert_mail("\r\nbefore\r\nbegin 644 a.txt\r\n#0V%T\r\n`\r\nend\r\nafter\r\n",
                "> body.txt\n# bytes us-ascii\n= @0 before\r\\nbegin 644 a.txt\n< read\n"
                "> a.txt\n# bytes us-ascii\n= @0 Cat\n< read\n"
                "> body.txt;2\n# bytes us-ascii\n= @0 after\r\\n\n< read\n");
    assert_mail("\r\n=ybegin line=128 size=3 name=y.txt\r\n\x6d\x8b\x9e\r\n=yend size=3\r\n",
                "> body.txt\n# bytes us-ascii\n= @0 =ybegin line=128 size=3 name=y.txt\n< read\n"
                "> y.txt\n# bytes us-ascii\n= @0 Cat\n< read\n");
}

static void knows_ciphertext(void **state _unused_) {
    Recorder r = {0};

    /* ContentInfo, envelopedData: 30 80 06 09 2A 86 48 86 F7 0D 01 07 03 ... */
    record_bytes(&r,
                 span_of(HEAD "Content-Type: application/pkcs7-mime; name=smime.p7m\r\n"
                              "Content-Transfer-Encoding: base64\r\n\r\n"
                              "MIAGCSqGSIb3DQEHA6CAMIACAQAxgg==\r\n"),
                 "m");
    assert_logs(&r, "< encrypted(smime)\n< partial(member)\n");
    record_bytes(&r, span_of(HEAD "\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nhQ==\r\n"), "m");
    assert_logs(&r, "< encrypted(pgp)\n< partial(member)\n");
    buf_done(&r.log);
}

static void hands_tnef_over(void **state _unused_) {
    Recorder r = {0};

    record_bytes(&r,
                 span_of(HEAD "Content-Type: application/ms-tnef; name=winmail.dat\r\n"
                              "Content-Transfer-Encoding: base64\r\n\r\neJ8+IgEA\r\n"),
                 "m");
    assert_logs(&r, "> winmail.dat\n^ tnef 6\n^ tnef 0\n< read\n< read\n");
    buf_done(&r.log);
}

static void bounds_depth(void **state _unused_) {
    _cleanup_(buf_done) Buf mail = {0};
    Recorder r = {0};

    buf_text(&mail, HEAD);
    for (int i = 0; i < 200; i++)
        buf_printf(&mail, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i);
    buf_text(&mail, "\r\n536-90-4399\r\n");
    record_bytes(&r, buf_as_span(&mail), "m");
    assert_logs(&r, "536-90-4399");
    assert_logs(&r, "\n< read\n");
    buf_done(&r.log);
}

static void splits_mailboxes(void **state _unused_) {
    assert_records(
        span_of("From a@example.org Thu Jan  2 10:11:12 2020\n" HEAD "\none\nFrom here on\n\n"
                "From here on\n\nFrom b@example.org Thu Jan  2 10:11:13 2020\n\ntwo\n"),
        "# bytes utf-8\n= @0 From a@example.org Thu Jan  2 10:11:12 2020\\n\n> 1\n" HEAD_LOG
        "> body.txt\n# bytes us-ascii\n= @0 one\\nFrom here on\\n\\nFrom here on\\n\\n\n< read\n"
        "< read\n"
        "# bytes utf-8\n= @155 From b@example.org Thu Jan  2 10:11:13 2020\\n\n> 2\n"
        "> body.txt\n# bytes us-ascii\n= @0 two\\n\n< read\n< read\n< read\n");
}

static void takes_no_text_for_mail(void **state _unused_) {
    static const char *const texts[] = {
        "From: x\nSubject: y\n\nz\n", "From here on we go at 10:15 in 2020\n\nx",
        "a: 1\nb: 2\nc: 3\n\n", "From: x\nthis is no field\nTo: y\nDate: z\n"};

    for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
        Recorder r = {0};

        assert_memory_equal(record_bytes(&r, span_of(texts[i]), "t"), "# bytes us-ascii\n", 17);
        buf_done(&r.log);
    }
}

static void bears_damage(void **state _unused_) {
    assert_bears_damage(
        span_of("From a@example.org Thu Jan  2 10:11:12 2020\n" HEAD
                "Subject: =?utf-8?Q?J=C3=B6rg?= =?big5?B?IE3DvGxsZXI=?=\n"
                "Content-Type: multipart/mixed; boundary=\"x\"; a*0*=b'c'd\n\n--x\n"
                "Content-Disposition: a; filename*=utf-8''%41%4\n"
                "Content-Transfer-Encoding: base64\n\nMTIz\nNDU2\n--x\n"
                "Content-Transfer-Encoding: quoted-printable\nContent-Type: text/html;"
                "charset=utf-16le\n\n=41=00=\nx\n--x--\nbegin 644 x\n#0V%T\nend\n"));
}

static void bears_long_lines(void **state _unused_) {
    _cleanup_(buf_done) Buf mail = {0};
    Recorder r = {0};

    buf_text(&mail, HEAD "X-Long: ");
    for (int i = 0; i < 200000; i++)
        buf_byte(&mail, 'x');
    buf_text(&mail, "\r\n\r\n");
    for (int i = 0; i < 200000; i++)
        buf_byte(&mail, 'y');
    record_bytes(&r, buf_as_span(&mail), "m");
    assert_true(r.text_bytes > 400000);
    assert_logs(&r, "yyy\n< read\n< read\n");
    buf_done(&r.log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_plain_message),
        cmocka_unit_test(tells_when_it_was_received),
        cmocka_unit_test(decodes_fields),
        cmocka_unit_test(decodes_parts),
        cmocka_unit_test(names_what_is_attached),
        cmocka_unit_test(reads_messages_in_messages),
        cmocka_unit_test(ends_parts_with_those_around),
        cmocka_unit_test(reads_what_is_attached_in_text),
        cmocka_unit_test(knows_ciphertext),
        cmocka_unit_test(hands_tnef_over),
        cmocka_unit_test(bounds_depth),
        cmocka_unit_test(splits_mailboxes),
        cmocka_unit_test(takes_no_text_for_mail),
        cmocka_unit_test(bears_damage),
        cmocka_unit_test(bears_long_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
