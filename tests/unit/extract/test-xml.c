/* Xml: paths as columns, records as rows, places in the bytes, and what is not well-formed. */
#include "recorder.h"

#include "extract/format/sax.h"

typedef struct Case {
    const char *xml, *log;
} Case;

static const char *log_of(Recorder *r, const char *xml) {
    r->place = EXTRACT_FORMAT;
    return record_bytes(r, span_of(xml), "a.xml");
}

static void check(const Case *cases, size_t n) {
    Recorder r = {0};

    for (size_t i = 0; i < n; i++)
        assert_string_equal(log_of(&r, cases[i].xml), cases[i].log);
    buf_done(&r.log);
}

static void reads_records(void **state _unused_) {
    static const Case cases[] = {
        {"<?xml version='1.0'?>\n<p:people xmlns:p='u'>\n <p:person id='1'>\n  <name>Ann</name>\n"
         "  <ssn>078-05-1120</ssn>\n </p:person>\n <p:person id=\"2\"><name>Bob</name></p:person>\n"
         "</p:people>\n",
         "# table\n| 1 /people/@p\n= 1:1 @41 u\\t\n| 2 /people/person/@id\n= 1:2 @60 1\\t\n"
         "| 3 /people/person/name\n= 1:3 @72 Ann\\t\n| 4 /people/person/ssn\n"
         "= 1:4 @90 078-05-1120\\n\n= 2:2 @136 2\\t\n= 2:3 @145 Bob\\n\n< read\n"},
        /* fields that repeat in a record are no records, once the records are known */
        {"<a xmlns='u'><r><t>1</t><t>2</t></r><r><t>3</t><t>4</t></r></a>",
         "# table\n| 1 /a/@xmlns\n= 1:1 @10 u\\t\n| 2 /a/r/t\n= 1:2 @19 1\\t\n= 1:2 @27 2\\n\n"
         "= 2:2 @42 3\\t\n= 2:2 @50 4\\n\n< read\n"},
        /* records deeper down, behind a header */
        {"<a "
         "xmlns='u'><h><v>9</v></h><l><r><x>1</x></r><r><x>2</x></r></l><l><r><x>3</x></r></l></a>",
         "# table\n| 1 /a/@xmlns\n= 1:1 @10 u\\t\n| 2 /a/h/v\n= 1:2 @19 9\\n\n| 3 /a/l/r/x\n"
         "= 1:3 @37 1\\n\n= 2:3 @52 2\\n\n= 2:3 @74 3\\n\n< read\n"},
    };

    check(cases, N_ELEMENTS(cases));
}

static void joins_mixed_content(void **state _unused_) {
    static const Case cases[] = {
        {"<?xml version='1.0'?><p>123-<b>45</b>-0000</p>",
         "# table\n| 1 /p\n= 1:1 @24 123-\n| 2 /p/b\n= 1:2 @31 45\n= 1:1 @37 -0000\\n\n< read\n"},
        {"<?xml version='1.0'?><p>a<br/>b</p>",
         "# table\n| 1 /p\n= 1:1 @24 a\\n\n= 1:1 @30 b\\n\n< read\n"},
        {"<?xml version='1.0'?><p>1&amp;2<![CDATA[<3>]]>&#52;</p>",
         "# table\n| 1 /p\n= 1:1 @24 1&\n= 1:1 @30 2\n= 1:1 @40 <3>\n= 1:1 @46 4\\n\n< read\n"},
    };

    check(cases, N_ELEMENTS(cases));
}

static void reads_what_is_no_element(void **state _unused_) {
    static const Case cases[] = {
        {"<!DOCTYPE a [<!ENTITY who \"078-05-1120\">]><a>&who;</a><!-- 1 --><?do it?>",
         "# table\n= 1:0 @0 <!DOCTYPE a [<!ENTITY who \"078-05-1120\">]>\\t\n| 1 /a\n"
         "= 1:1 078-05-1120\\n\n= 1:0 @54 <!-- 1 --><?do it?>\\n\n< read\n"},
        /* nothing outside is opened */
        {"<!DOCTYPE a SYSTEM \"/etc/passwd\" [<!ENTITY x SYSTEM "
         "\"file:///etc/passwd\">]><a>&x;.</a>",
         "# table\n= 1:0 @0 <!DOCTYPE a SYSTEM \"/etc/passwd\" [<!ENTITY x SYSTEM "
         "\"file:///etc/passwd\">]>\\n\n= 1:0 @78 &x;\n| 1 /a\n= 1:1 @81 .\\n\n< read\n"},
    };

    check(cases, N_ELEMENTS(cases));
}

/* The bytes from there on, at their place. */
static void reads_on_behind_an_error(void **state _unused_) {
    static const Case cases[] = {
        {"<a xmlns='u'><b>one</b></c><d>two</d>",
         "# table\n| 1 /a/@xmlns\n= 1:1 @10 u\\t\n| 2 /a/b\n= 1:2 @16 one\\n\n# bytes us-ascii\n"
         "= @23 </c><d>two</d>\n< read\n"},
        {"<?xml version='1.0'?><a>cut", "# table\n| 1 /a\n= 1:1 @24 cut\\n\n< read\n"},
        {"<?xml version='1.0'?><a>1</a><a>2</a>",
         "# table\n| 1 /a\n= 1:1 @24 1\\n\n# bytes us-ascii\n= @29 <a>2</a>\n< read\n"},
        {"<?xml version='1.0'?>\n\n", "< read\n"},
    };

    check(cases, N_ELEMENTS(cases));
}

static void stops_at_its_limits(void **state _unused_) {
    Recorder r = {0};
    Buf b = {0};

    buf_text(&b, "<!DOCTYPE a [<!ENTITY e0 \"ha\">");
    for (int i = 1; i < 20; i++)
        buf_printf(&b, "<!ENTITY e%d \"&e%d;&e%d;&e%d;&e%d;&e%d;\">", i, i - 1, i - 1, i - 1, i - 1,
                   i - 1);
    buf_text(&b, "]><a>&e19;078-05-1120</a>");
    log_of(&r, buf_cstr(&b));
    assert_true(r.log.n < 64 << 20);
    assert_non_null(strstr(buf_cstr(&r.log), "078-05-1120</a>\n< read\n"));

    buf_clear(&b);
    for (int i = 0; i < 1000; i++)
        buf_text(&b, i ? "<b>" : "<b xmlns='u'>");
    buf_text(&b, "deep");
    log_of(&r, buf_cstr(&b));
    assert_non_null(strstr(buf_cstr(&r.log), "<b>deep\n< read\n"));
    buf_done(&b);
    buf_done(&r.log);
}

static void reads_other_encodings(void **state _unused_) {
    static const char latin[] = "<?xml version='1.0' encoding='iso-8859-1'?><a>M\xFCller</a>";
    static const char central[] =
        "<?xml version='1.0' encoding='windows-1252'?><a>M\xFCller\x80</a>";
    static const char wrong[] = "<?xml version='1.0' encoding='UTF-8'?><a>M\xFCller</a>";
    static const char none[] = "<?xml version='1.0' encoding='x-klingon'?><a>M\xFCller</a>";
    Recorder r = {0};
    Buf wide = {0};

    assert_string_equal(log_of(&r, latin), "# table\n| 1 /a\n= 1:1 M\u00FCller\\n\n< read\n");
    assert_string_equal(log_of(&r, central),
                        "# table\n| 1 /a\n= 1:1 M\u00FCller\u20AC\\n\n< read\n");
    assert_string_equal(log_of(&r, wrong), "# table\n| 1 /a\n= 1:1 M\u00FCller\\n\n< read\n");
    assert_string_equal(log_of(&r, none), "# table\n| 1 /a\n= 1:1 M\u00FCller\\n\n< read\n");

    buf_add(&wide, "\xFF\xFE", 2);
    for (const char *p = "<?xml version='1.0' encoding='UTF-16'?><a><b>12</b><b>34</b></a>"; *p;
         p++) {
        buf_byte(&wide, (uint8_t)*p);
        buf_byte(&wide, 0);
    }
    r.place = EXTRACT_FORMAT;
    assert_string_equal(record_bytes(&r, buf_as_span(&wide), "a.xml"),
                        "# table\n| 1 /a/b\n= 1:1 12\\n\n= 2:1 34\\n\n< read\n");
    buf_done(&wide);
    buf_done(&r.log);
}

/* Whatever is flipped before it, the value at the end comes out: in the table or behind it. */
static void survives_cuts_and_flips(void **state _unused_) {
    static const char xml[] =
        "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY e 'v'>]><a x='1&amp;2'><b>t&e;<c/>u</b><!--k-->"
        "<b><![CDATA[d]]></b><c>078-05-1120</c></a>";
    static const char value[] = "078-05-1120";
    size_t end = (size_t)(strstr(xml, value) - xml);
    Recorder r = {.place = EXTRACT_FORMAT};
    char copy[sizeof(xml)];

    for (size_t n = 0; n < sizeof(xml); n++) {
        _cleanup_(free_p) char *cut = malloc(n ? n : 1); /* exact, for the sanitizer */

        assert_non_null(cut);
        memcpy(cut, xml, n);
        record_bytes(&r, span(cut, n), "a.xml");
        assert_true(n < end + sizeof(value) - 1 ||
                    memmem(r.log.at, r.log.n, value, sizeof(value) - 1));
    }
    for (size_t i = 0; i < end; i++) {
        for (int bit = 0; bit < 8; bit++) {
            memcpy(copy, xml, sizeof(xml));
            copy[i] ^= (char)(1 << bit);
            record_bytes(&r, span(copy, sizeof(xml) - 1), "a.xml");
            if (!memmem(r.log.at, r.log.n, value, sizeof(value) - 1))
                print_error("byte %zu, bit %d\n", i, bit);
            assert_non_null(memmem(r.log.at, r.log.n, value, sizeof(value) - 1));
        }
    }
    buf_done(&r.log);
}

/* Tokens without an end: not held beyond a limit, and nothing of them is lost. */
static void reads_endless_tokens(void **state _unused_) {
    static const char *const starts[] = {"<?xml version='1.0'?><!--", "<a xmlns='u",
                                         "<a xmlns='u'><b ", "<?xml ",
                                         "<?xml version='1.0'?><a><![CDATA["};
    Recorder r = {.place = EXTRACT_FORMAT};

    for (size_t i = 0; i < N_ELEMENTS(starts); i++) {
        Buf b = {0};

        buf_text(&b, starts[i]);
        memset(buf_extend(&b, SAX_TOKEN_MAX + (1 << 20)), 'x', SAX_TOKEN_MAX + (1 << 20));
        record_bytes(&r, buf_as_span(&b), "a.xml");
        if (r.text_bytes < SAX_TOKEN_MAX + (1 << 20))
            print_error("case %zu: %llu bytes\n", i, (unsigned long long)r.text_bytes);
        assert_true(r.text_bytes >= SAX_TOKEN_MAX + (1 << 20));
        buf_done(&b);
    }
    buf_done(&r.log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_records),
        cmocka_unit_test(joins_mixed_content),
        cmocka_unit_test(reads_what_is_no_element),
        cmocka_unit_test(reads_on_behind_an_error),
        cmocka_unit_test(stops_at_its_limits),
        cmocka_unit_test(reads_other_encodings),
        cmocka_unit_test(survives_cuts_and_flips),
        cmocka_unit_test(reads_endless_tokens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
