/* Docx: what comes out of WordprocessingML parts, and of packages that are not in order. */
#include "recorder.h"
#include "zipmaker.h"

#define W "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\""
#define DOCUMENT(body)                                                                             \
    "<?xml version=\"1.0\"?>\n<w:document " W "><w:body>" body "</w:body></w:document>"
#define P(runs) "<w:p>" runs "</w:p>"
#define R(text) "<w:r><w:t>" text "</w:t></w:r>"

/* The log of one document part. */
static const char *log_of(Recorder *r, const char *document) {
    ZipMaker z = {0};
    const char *log;

    r->place = EXTRACT_FORMAT;
    zip_text(&z, "word/document.xml", document);
    log = record_bytes(r, zip_finish(&z), "a.docx");
    zip_done(&z);
    return log;
}

typedef struct Case {
    const char *document, *log;
} Case;

static void test_paragraphs(void **state) {
    static const Case cases[] = {
        /* runs that formatting divides are one again */
        {DOCUMENT(P(R("123-") "<w:r><w:rPr><w:b/></w:rPr><w:t>45</w:t></w:r>" R("-0000"))
                      P(R("x"))),
         "# text\n= 1:0 123-45-0000\\n\n= 2:0 x\\n\n< read\n"},
        /* blanks of a run count, those between elements do not */
        {DOCUMENT("\n  " P("\n " R("a ") "\n" R(" b") "\n ") "\n"),
         "# text\n= 1:0 a  b\\n\n< read\n"},
        /* characters that are elements; a tab stop is none */
        {DOCUMENT(P("<w:pPr><w:tabs><w:tab w:val=\"left\" w:pos=\"9\"/></w:tabs></w:pPr>" R(
             "1") "<w:r><w:noBreakHyphen/><w:t>2</w:t><w:tab/><w:t>3</w:t><w:br/><w:softHyphen/>"
                  "<w:t>4</w:t></w:r>")),
         "# text\n= 1:0 1-2\\t3\\n4\\n\n< read\n"},
        /* cells and rows */
        {DOCUMENT("<w:tbl><w:tr><w:tc>" P(R("a")) P(R("b")) "</w:tc><w:tc>" P("") "</w:tc><w:tc>" P(
             R("c")) "</w:tc></w:tr><w:tr><w:tc>" P(R("d")) "</w:tc></w:tr></w:tbl>" P(R("e"))),
         "# text\n= 1:0 a \n= 2:0 b\\t\n= 4:0 c\\n\n= 5:0 d\\n\n= 6:0 e\\n\n< read\n"},
        /* a text box in a paragraph, once for each kind of program */
        {DOCUMENT(
             P(R("out") "<w:r><mc:AlternateContent xmlns:mc=\"m\"><mc:Choice><w:txbxContent>" P(
                 R("in")) "</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent>" P(R("in"))
                   P(R("only here")) "</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r>" R(
                       "side"))),
         "# text\n= 2:0 in\\n\n= 4:0 only here\\n\n= 1:0 outside\\n\n< read\n"},
        /* a field, its result, an alternative text, a form's list */
        {DOCUMENT(
             P("<w:r><w:instrText>HYPERLINK \"mailto:</w:instrText></w:r><w:r><w:instrText>a@b.test"
               "\"</w:instrText></w:r><w:r><w:fldChar/></w:r>" R(
                   "me") "<wp:docPr xmlns:wp=\"w\" id=\"1\" descr=\"a face\"/>"
                         "<w:fldSimple w:instr=\"AUTHOR\">" R(
                             "!") "</w:fldSimple>"
                                  "<w:listEntry w:val=\"choice\"/>")),
         "# text\n= 1:0 me!\\n\n= 1:0 HYPERLINK \"mailto:a@b.test\"\\na face\\nAUTHOR\\nchoice\\n\n"
         "< read\n"},
        /* characters as entities; a comment in the XML */
        {DOCUMENT(P(R("&#49;2&amp;3")) "<!-- 078-05-1120 -->"),
         "# text\n= 1:0 12&3\\n\n# section word/document.xml\n= <!-- 078-05-1120 -->\\n\n< read\n"},
        /* a measure is no part of the text, an unknown attribute that may be a value is read */
        {DOCUMENT(P(R("1") "<wp:posOffset xmlns:wp=\"w\">25400</wp:posOffset><x "
                           "w:rsid=\"00A77B3E\" w:top=\"1.05277777777778\" "
                           "w:ssn=\"078-05-1120\"/>" R("2"))),
         "# text\n= 1:0 12\\n\n# section word/document.xml\n= 25400\\nssn: 078-05-1120\\n\n< "
         "read\n"},
        /* text where none should be */
        {DOCUMENT("lost " P("<w:r>and</w:r>") "found"),
         "# text\n= lost \\n\n= 1:0 and\\n\n= 1:0 found\\n\n< read\n"},
    };
    Recorder r = {0};

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(cases); i++)
        assert_string_equal(log_of(&r, cases[i].document), cases[i].log);
    buf_done(&r.log);
}

static void test_tracked_changes(void **state) {
    static const Case cases[] = {
        {DOCUMENT(P(
             R("SSN 078-05-") "<w:del w:id=\"1\" w:author=\"Ann\"><w:r><w:delText>1120</w:delText>"
                              "</w:r></w:del><w:ins w:id=\"2\" w:author=\"Ann\">" R(
                                  "1121") "</w:ins>") P(R("x"))),
         "# text\n= 1:0 SSN 078-05-1121\\n\n= 1:0 Ann\\n\n= 2:0 x\\n\n# section deleted\n"
         "= 1:0 SSN 078-05-1120\\n\n< read\n"},
        /* moved: the text is told where it went, and where it was as deleted */
        {DOCUMENT(P("<w:moveFrom>" R("here") "</w:moveFrom>")
                      P("<w:moveTo>" R("here") "</w:moveTo>")),
         "# text\n= 2:0 here\\n\n# section deleted\n= 1:0 here\\n\n< read\n"},
        /* inserted and deleted again: only there */
        {DOCUMENT(
             P("<w:ins><w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:ins>" R("kept"))),
         "# text\n= 1:0 kept\\n\n# section deleted\n= 1:0 gonekept\\n\n< read\n"},
    };
    Recorder r = {0};

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(cases); i++)
        assert_string_equal(log_of(&r, cases[i].document), cases[i].log);
    buf_done(&r.log);
}

static void test_flat_documents(void **state) {
    static const Case cases[] = {
        {"<?xml version=\"1.0\"?><w:wordDocument "
         "xmlns:w=\"http://schemas.microsoft.com/office/word/2003/"
         "wordml\"><w:body>" P(R("078-") R("05-1120")) "</w:body></w:wordDocument>",
         "# text\n= 1:0 078-05-1120\\n\n< read\n"},
        {"<?xml version=\"1.0\"?><pkg:package xmlns:pkg=\"http://schemas.microsoft.com/office/2006/"
         "xmlPackage\"><pkg:part pkg:name=\"/word/document.xml\"><pkg:xmlData>"
         "<w:document " W ">" P(R("078-") R("05-1120")) "</w:document></pkg:xmlData></pkg:part>"
                                                        "</pkg:package>",
         "# text\n= 1:0 078-05-1120\\n\n< read\n"},
    };
    Recorder r = {.place = EXTRACT_FORMAT};

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(cases); i++)
        assert_string_equal(record_bytes(&r, span_of(cases[i].document), "a.xml"), cases[i].log);
    buf_done(&r.log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paragraphs),
        cmocka_unit_test(test_tracked_changes),
        cmocka_unit_test(test_flat_documents),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
