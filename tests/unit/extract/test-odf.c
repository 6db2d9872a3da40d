/* Odf: text, spreadsheets and pages, in a package and flat. */
#include "recorder.h"
#include "zipmaker.h"

#define SPACES                                                                                     \
    "xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" xmlns:text=\"t\" "          \
    "xmlns:table=\"a\" xmlns:draw=\"d\" xmlns:dc=\"c\" xmlns:xlink=\"x\" xmlns:style=\"s\" "       \
    "xmlns:presentation=\"p\" xmlns:manifest=\"m\" xmlns:meta=\"e\""
#define CONTENT(kind, body)                                                                        \
    "<office:document-content " SPACES "><office:body><office:" kind ">" body "</office:" kind     \
    "></office:body></office:document-content>"
#define P(text) "<text:p>" text "</text:p>"

static void start(ZipMaker *z, const char *kind) {
    Buf type = {0};

    buf_printf(&type, "application/vnd.oasis.opendocument.%s", kind);
    zip_bytes(z, "mimetype", buf_as_span(&type), ZIP_STORED);
    buf_done(&type);
}

static const char *finish(Recorder *r, ZipMaker *z) {
    const char *log;

    r->place = EXTRACT_FORMAT;
    log = record_bytes(r, zip_finish(z), "a.odt");
    zip_done(z);
    return log;
}

static const char *log_of(Recorder *r, const char *content) {
    ZipMaker z = {0};
    const char *log, *end;

    start(&z, "text");
    zip_text(&z, "content.xml", content);
    log = finish(r, &z);
    /* without the member that names the type: it is in each */
    end = strstr(log, "> mimetype\n");
    assert_non_null(end);
    r->log.n = (size_t)(end - log);
    r->log.at[r->log.n] = 0;
    return buf_cstr(&r->log);
}

typedef struct Case {
    const char *content, *log;
} Case;

static void check(const Case *cases, size_t n) {
    Recorder r = {.no_times = true};

    for (size_t i = 0; i < n; i++)
        assert_string_equal(log_of(&r, cases[i].content), cases[i].log);
    buf_done(&r.log);
}

static void reads_text(void **state _unused_) {
    static const Case cases[] = {
        {CONTENT(
             "text",
             P("123-<text:span>45</text:span>-0000") "<text:h>  a\n  b <text:s text:c=\"2\"/>"
                                                     "c<text:tab/>d<text:line-break/></text:h>"),
         "# text\n= 1:0 123-45-0000\\n\n= 2:0 a b   c\\td\\n\\n\n"},
        {CONTENT("text",
                 "<table:table><table:table-row><table:table-cell>" P(
                     "a") "</table:table-cell><table:table-cell>" P("b") "</table:table-cell>"
                                                                         "</table:table-row></"
                                                                         "table:table>" P("c")),
         "# text\n= 1:0 a\\t\n= 2:0 b\\n\n= 3:0 c\\n\n"},
        /* a note and a remark are apart; a link's target is beside */
        {CONTENT("text",
                 P("see<text:note><text:note-citation>1</text:note-citation><text:note-body>" P(
                     "note") "</text:note-body></text:note>!<office:annotation><dc:creator>Ann"
                             "</dc:creator><dc:date>2020-01-02</dc:date>" P(
                                 "why") "</office:annotation>")
                     P("<text:a xlink:href=\"mailto:a@b.test\">me</text:a>")),
         "# text\n= 2:0 note\\n\n= 1:0 see 1 !\\n\n= 5:0 me\\n\n= 5:0 mailto:a@b.test\\n\n"
         "# section comments\n= 4:0 why\\n\n= 4:0 Ann\\n2020-01-02\\n\\n\n"},
        /* changes: accepted, then as it was; a deletion that no paragraph names */
        {CONTENT("text", "<text:tracked-changes><text:changed-region text:id=\"c1\"><text:deletion>"
                         "<office:change-info><dc:creator>Ann</dc:creator></office:change-info>" P(
                             "1120") "</text:deletion></text:changed-region><text:changed-region "
                                     "text:id=\"c2\">"
                                     "<text:insertion/></text:changed-region><text:changed-region "
                                     "text:id=\"c3\">"
                                     "<text:deletion>" P("gone")
                                         P("too") "</text:deletion></text:changed-region>"
                                                  "</text:tracked-changes>" P(
                                                      "078-05-<text:change "
                                                      "text:change-id=\"c1\"/><text:change-start "
                                                      "text:change-id=\"c2\"/>1121<text:change-end "
                                                      "text:change-id=\"c2\"/>.")),
         "# text\n= Ann\\n\n= 1:0 078-05-1121.\\n\n# section deleted\n= 1:0 078-05-1120.\\n\n"
         "# section deleted\n= gone\\ntoo\\n\n"},
    };

    check(cases, N_ELEMENTS(cases));
}

static void reads_spreadsheets(void **state _unused_) {
    static const Case cases[] = {
        {CONTENT(
             "spreadsheet",
             "<table:table table:name=\"Pay\"><table:table-row "
             "table:number-rows-repeated=\"2\">"
             "<table:table-cell table:number-columns-repeated=\"2\"/><table:table-cell "
             "office:value-type=\"string\" table:number-columns-repeated=\"3\">" P(
                 "name") "</table:table-cell><table:table-cell "
                         "office:value-type=\"string\">" P(
                             "ssn") "</table:table-cell></"
                                    "table:table-row><table:"
                                    "table-row><table:"
                                    "covered-table-cell/>"
                                    "<table:table-cell "
                                    "office:value-type="
                                    "\"float\" "
                                    "office:value="
                                    "\"78051120\">" P(
                                        "078-"
                                        "05-"
                                        "1120") "</table:table-cell><table:table-cell "
                                                "office:value-type=\"float\" "
                                                "office:value=\"1234567\">" P(
                                                    "1,234,567") "</"
                                                                 "table:"
                                                                 "table-"
                                                                 "cell><"
                                                                 "table:"
                                                                 "table-"
                                                                 "cell "
                                                                 "office:"
                                                                 "value-"
                                                                 "type="
                                                                 "\"date"
                                                                 "\" "
                                                                 "office:"
                                                                 "date-"
                                                                 "value="
                                                                 "\"1980-"
                                                                 "05-"
                                                                 "17\""
                                                                 ">" P("17."
                                                                       " Ma"
                                                                       "i") "</"
                                                                            "table:table-"
                                                                            "cell><table:"
                                                                            "table-cell "
                                                                            "office:value-"
                                                                            "type=\"float\" "
                                                                            "office:value="
                                                                            "\"5."
                                                                            "36904399E8\"><"
                                                                            "office:"
                                                                            "annotation>" P(
                                                                                "hm") "</"
                                                                                      "office:"
                                                                                      "annotation"
                                                                                      ">" P("5.37E+"
                                                                                            "08") "</table:table-cell><table:table-cell>" P("a")
                                                                                          P("b") "<"
                                                                                                 "/"
                                                                                                 "t"
                                                                                                 "a"
                                                                                                 "b"
                                                                                                 "l"
                                                                                                 "e"
                                                                                                 ":"
                                                                                                 "t"
                                                                                                 "a"
                                                                                                 "b"
                                                                                                 "l"
                                                                                                 "e"
                                                                                                 "-"
                                                                                                 "c"
                                                                                                 "e"
                                                                                                 "l"
                                                                                                 "l"
                                                                                                 ">"
                                                                                                 "<"
                                                                                                 "/"
                                                                                                 "t"
                                                                                                 "a"
                                                                                                 "b"
                                                                                                 "l"
                                                                                                 "e"
                                                                                                 ":"
                                                                                                 "t"
                                                                                                 "a"
                                                                                                 "b"
                                                                                                 "l"
                                                                                                 "e"
                                                                                                 "-"
                                                                                                 "r"
                                                                                                 "o"
                                                                                                 "w"
                                                                                                 ">"
                                                                                                 "<"
                                                                                                 "/"
                                                                                                 "t"
                                                                                                 "a"
                                                                                                 "b"
                                                                                                 "l"
                                                                                                 "e"
                                                                                                 ":"
                                                                                                 "t"
                                                                                                 "a"
                                                                                                 "b"
                                                                                                 "l"
                                                                                                 "e"
                                                                                                 ">"
                                                                                                 "<"
                                                                                                 "t"
                                                                                                 "a"
                                                                                                 "b"
                                                                                                 "l"
                                                                                                 "e"
                                                                                                 ":"
                                                                                                 "t"
                                                                                                 "a"
                                                                                                 "b"
                                                                                                 "l"
                                                                                                 "e"
                                                                                                 " "
                                                                                                 "t"
                                                                                                 "a"
                                                                                                 "b"
                                                                                                 "l"
                                                                                                 "e"
                                                                                                 ":"
                                                                                                 "n"
                                                                                                 "a"
                                                                                                 "m"
                                                                                                 "e"
                                                                                                 "="
                                                                                                 "\"Two"
                                                                                                 "\"><"
                                                                                                 "t"
                                                                                                 "a"
                                                                                                 "b"
                                                                                                 "l"
                                                                                                 "e"
                                                                                                 ":"
                                                                                                 "t"
                                                                                                 "a"
                                                                                                 "b"
                                                                                                 "l"
                                                                                                 "e"
                                                                                                 "-"
                                                                                                 "r"
                                                                                                 "o"
                                                                                                 "w"
                                                                                                 ">"
                                                                                                 "<"
                                                                                                 "t"
                                                                                                 "a"
                                                                                                 "b"
                                                                                                 "l"
                                                                                                 "e"
                                                                                                 ":"
                                                                                                 "t"
                                                                                                 "a"
                                                                                                 "b"
                                                                                                 "l"
                                                                                                 "e"
                                                                                                 "-"
                                                                                                 "c"
                                                                                                 "e"
                                                                                                 "l"
                                                                                                 "l"
                                                                                                 " "
                                                                                                 "o"
                                                                                                 "f"
                                                                                                 "f"
                                                                                                 "i"
                                                                                                 "c"
                                                                                                 "e"
                                                                                                 ":"
                                                                                                 "v"
                                                                                                 "a"
                                                                                                 "l"
                                                                                                 "u"
                                                                                                 "e"
                                                                                                 "-"
                                                                                                 "t"
                                                                                                 "y"
                                                                                                 "p"
                                                                                                 "e"
                                                                                                 "="
                                                                                                 "\"bo"
                                                                                                 "o"
                                                                                                 "l"
                                                                                                 "e"
                                                                                                 "a"
                                                                                                 "n"
                                                                                                 "\" "
                                                                                                 "o"
                                                                                                 "f"
                                                                                                 "f"
                                                                                                 "i"
                                                                                                 "c"
                                                                                                 "e"
                                                                                                 ":"
                                                                                                 "b"
                                                                                                 "o"
                                                                                                 "o"
                                                                                                 "l"
                                                                                                 "e"
                                                                                                 "a"
                                                                                                 "n"
                                                                                                 "-"
                                                                                                 "v"
                                                                                                 "a"
                                                                                                 "l"
                                                                                                 "u"
                                                                                                 "e"
                                                                                                 "="
                                                                                                 "\"tr"
                                                                                                 "u"
                                                                                                 "e"
                                                                                                 "\"/"
                                                                                                 ">"
                                                                                                 "<"
                                                                                                 "/"
                                                                                                 "t"
                                                                                                 "a"
                                                                                                 "b"
                                                                                                 "l"
                                                                                                 "e"
                                                                                                 ":"
                                                                                                 "t"
                                                                                                 "a"
                                                                                                 "b"
                                                                                                 "l"
                                                                                                 "e"
                                                                                                 "-"
                                                                                                 "r"
                                                                                                 "o"
                                                                                                 "w"
                                                                                                 ">"
                                                                                                 "<"
                                                                                                 "/"
                                                                                                 "t"
                                                                                                 "a"
                                                                                                 "b"
                                                                                                 "l"
                                                                                                 "e"
                                                                                                 ":"
                                                                                                 "t"
                                                                                                 "a"
                                                                                                 "b"
                                                                                                 "l"
                                                                                                 "e"
                                                                                                 ">"),
         "# sheet Pay\n= 1:3 name\\t\n= 1:6 ssn\\n\n= 3:2 078-05-1120\\t\n"
         "= 3:3 1234567\\t\n= 3:4 1980-05-17\\t\n= 3:5 536904399\\t\n= 3:6 a b\\n\n"
         "# section Pay/comments\n= 3:5 hm\\n\n# sheet Two\n= 1:1 true\\n\n"},
        /* a billion columns and rows that are not there */
        {CONTENT("spreadsheet",
                 "<table:table><table:table-row table:number-rows-repeated=\"4294967295\">"
                 "<table:table-cell table:number-columns-repeated=\"4000000000\"/>"
                 "</table:table-row><table:table-row><table:table-cell>" P(
                     "x") "</table:table-cell></table:table-row></table:table>"),
         "# sheet\n= 16777217:1 x\\n\n# section content.xml\n= number-rows-repeated: "
         "4294967295\\n"
         "number-columns-repeated: 4000000000\\n\n"},
    };

    check(cases, N_ELEMENTS(cases));
}

static void reads_pages(void **state _unused_) {
    static const Case cases[] = {
        {CONTENT("presentation", "<draw:page "
                                 "draw:master-page-name=\"m\"><draw:frame><draw:text-"
                                 "box>" P("one") "</draw:text-box></"
                                                 "draw:frame><presentation:notes>" P(
                                                     "say") "</presentation:notes>"
                                                            "</draw:page><draw:page "
                                                            "draw:master-page-name="
                                                            "\"m\">" P("two") "</draw:page>"),
         "# page slide1\n= 1:0 one\\n\n# section slide1/notes\n= 1:0 say\\n\n# page "
         "slide2\n= 1:0 two\\n\n"},
        {CONTENT("drawing", "<draw:page draw:master-page-name=\"m\">" P("x") "</draw:page>"),
         "# page page1\n= 1:0 x\\n\n"},
    };

    check(cases, N_ELEMENTS(cases));
}

static void reads_headers_and_properties(void **state _unused_) {
    Recorder r = {.no_times = true};
    ZipMaker z = {0};

    start(&z, "text");
    zip_text(
        &z, "meta.xml",
        "<office:document-meta " SPACES "><office:meta><meta:creation-date>2019-03-04T05:06:07"
        "</meta:creation-date><dc:creator>Ann</dc:creator><dc:date>2020-01-02T00:00:00Z</dc:date>"
        "<meta:user-defined meta:name=\"MSIP_Label_1_Name\">Secret</meta:user-defined>"
        "</office:meta></office:document-meta>");
    zip_text(
        &z, "styles.xml",
        "<office:document-styles " SPACES
        "><office:master-styles><style:master-page><style:header>" P(
            "top") "</style:header><style:footer>" P("bottom") "</style:footer></style:master-page>"
                                                               "</office:master-styles></"
                                                               "office:document-styles>");
    assert_string_equal(
        finish(&r, &z),
        "# section meta.xml\n= 1:0 creation-date: 2019-03-04T05:06:07\\n\n"
        "! created 1551675967000000000 1551675967000000000 \n"
        "= 2:0 creator: Ann\\n\n= 3:0 date: 2020-01-02T00:00:00Z\\n\n"
        "! modified 1577923200000000000 1577923200000000000 \n"
        "= 4:0 MSIP_Label_1_Name: Secret\\n\n! label 0 0 Secret\n"
        "# section header\n= 1:0 top\\n\n# section footer\n= 1:0 bottom\\n\n"
        "> mimetype\n# bytes us-ascii\n= @0 application/vnd.oasis.opendocument.text\n"
        "< read\n< read\n");
    buf_done(&r.log);
}

static void reads_flat_documents(void **state _unused_) {
    Recorder r = {.no_times = true, .place = EXTRACT_FORMAT};

    assert_string_equal(
        record_bytes(&r,
                     span_of("<?xml version=\"1.0\"?><office:document " SPACES "><office:meta>"
                             "<meta:creation-date>2019-03-04</meta:creation-date></office:meta>"
                             "<office:body><office:text>" P("flat") "</office:text></office:body>"
                                                                    "</office:document>"),
                     "a.fodt"),
        "! created 1551657600000000000 1551657600000000000 \n"
        "# section meta\n= 2019-03-04\\n\n# text\n= 1:0 flat\\n\n< read\n");
    buf_done(&r.log);
}

static void tells_of_encryption(void **state _unused_) {
    Recorder r = {.no_times = true};
    ZipMaker z = {0};

    start(&z, "text");
    zip_bytes(&z, "content.xml", span_of("\x80\x81\x82 ciphertext"), ZIP_STORED);
    zip_text(
        &z, "META-INF/manifest.xml",
        "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\">"
        "<manifest:file-entry manifest:full-path=\"content.xml\" manifest:media-type=\"text/xml\">"
        "<manifest:encryption-data/></manifest:file-entry></manifest:manifest>");
    assert_string_equal(
        finish(&r, &z),
        "> mimetype\n# bytes us-ascii\n= @0 application/vnd.oasis.opendocument.text\n"
        "< read\n> content.xml\n< encrypted(odf)\n< encrypted(odf)\n");
    buf_done(&r.log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_text),           cmocka_unit_test(reads_spreadsheets),
        cmocka_unit_test(reads_pages),          cmocka_unit_test(reads_headers_and_properties),
        cmocka_unit_test(reads_flat_documents), cmocka_unit_test(tells_of_encryption),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
