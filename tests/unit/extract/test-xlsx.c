/* Xlsx: cells, what is beside them, and what deleted cells left. */
#include "recorder.h"
#include "zipmaker.h"

#define MAIN        "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\""
#define RELS        "xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\""
#define TYPE        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
#define SHEET(rows) "<worksheet " MAIN "><sheetData>" rows "</sheetData></worksheet>"

static const char *finish(Recorder *r, ZipMaker *z) {
    const char *log;

    r->place = EXTRACT_FORMAT;
    log = record_bytes(r, zip_finish(z), "a.xlsx");
    zip_done(z);
    return log;
}

static const char *log_of_sheet(Recorder *r, const char *sheet) {
    ZipMaker z = {0};

    zip_text(&z, "xl/worksheets/sheet1.xml", sheet);
    return finish(r, &z);
}

static void reads_cells_of_every_kind(void **state _unused_) {
    Recorder r = {0};
    ZipMaker z = {0};

    zip_text(&z, "xl/workbook.xml",
             "<workbook " MAIN " xmlns:r=\"r\"><sheets>"
             "<sheet name=\"Second\" sheetId=\"2\" state=\"veryHidden\" r:id=\"rId2\"/>"
             "<sheet name=\"First\" sheetId=\"1\" r:id=\"rId1\"/></sheets><definedNames>"
             "<definedName name=\"limit\">Second!$A$1</definedName></definedNames></workbook>");
    zip_text(&z, "xl/_rels/workbook.xml.rels",
             "<Relationships " RELS "><Relationship Id=\"rId1\" Type=\"" TYPE
             "worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId2\" Type=\"" TYPE
             "worksheet\" Target=\"/xl/worksheets/sheet2.xml\"/></Relationships>");
    zip_text(
        &z, "xl/worksheets/sheet1.xml",
        SHEET("<row r=\"2\" hidden=\"1\"><c r=\"B2\" t=\"s\"><v>1</v></c>"
              "<c r=\"D2\" s=\"1\"><v>78051120</v></c><c t=\"b\"><v>1</v></c>"
              "<c t=\"inlineStr\"><is><r><t>in</t></r><r><t>line</t></r></is></c>"
              "<c t=\"str\"><f>CONCAT(\"a\",\"b\")</f><v>ab</v></c><c t=\"e\"><v>#N/A</v></c>"
              "<c s=\"2\"><v>29358</v></c></row>"
              "<row><c><v>1.2E10</v></c><c t=\"s\"><v>99</v></c><c r=\"AA3\"><v>5</v></c></row>"));
    zip_text(&z, "xl/worksheets/sheet2.xml", SHEET("<row><c t=\"s\"><v>0</v></c></row>"));
    /* styles and strings lie behind the sheets: read before them all the same */
    zip_text(
        &z, "xl/styles.xml",
        "<styleSheet " MAIN "><numFmts><numFmt numFmtId=\"164\" formatCode=\"000\\-00\\-0000\"/>"
        "</numFmts><cellStyleXfs><xf numFmtId=\"9\"/></cellStyleXfs><cellXfs><xf numFmtId=\"0\"/>"
        "<xf numFmtId=\"164\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>");
    zip_text(&z, "xl/sharedStrings.xml",
             "<sst " MAIN
             "><si><t>zero</t></si><si><r><t>o</t></r><r><t xml:space=\"preserve\">n e </t>"
             "</r><rPh><t>wan</t></rPh></si><si><t>left behind</t></si></sst>");
    assert_string_equal(finish(&r, &z),
                        "# section styles\n= 000\\-00\\-0000\\n\n"
                        "# sheet Second\n= 1:1 zero\\n\n"
                        "# sheet First\n| 2 on e  wan\n| 5 TRUE\n| 6 inline\n| 7 ab\n"
                        "| 8 #N/A\n= 2:2 on e  wan\\t\n= 2:4 078-05-1120\\t\n= 2:5 TRUE\\t\n"
                        "= 2:6 inline\\t\n= 2:7 ab\\t\n= 2:8 #N/A\\t\n= 2:9 1980-05-17\\n\n"
                        "= 3:1 12000000000\\t\n= 3:2 99\\t\n= 3:27 5\\n\n"
                        "# section First/formulas\n= CONCAT(\"a\",\"b\")\\n\n"
                        "# section defined names\n= limit: Second!$A$1\\n\n"
                        "# section sharedStrings\n= 3:0 left behind\\n\n< read\n");
    buf_done(&r.log);
}

static void names_columns_by_the_first_row_of_words(void **state _unused_) {
    Recorder r = {0};

    assert_string_equal(
        log_of_sheet(&r, SHEET("<row><c t=\"str\"><v>All staff</v></c></row>" /* a title */
                               "<row/><row><c t=\"str\"><v>Name</v></c><c t=\"str\"><v>SSN</v></c>"
                               "<c t=\"str\"><v>Mail</v></c></row>"
                               "<row><c t=\"str\"><v>Ann</v></c><c><v>78051120</v></c>"
                               "<c t=\"str\"><v>a@b.test</v></c></row>")),
        "# sheet sheet1\n| 1 Name\n| 2 SSN\n| 3 Mail\n= 1:1 All staff\\n\n= 3:1 Name\\t\n= 3:2 "
        "SSN\\t\n"
        "= 3:3 Mail\\n\n= 4:1 Ann\\t\n= 4:2 78051120\\t\n= 4:3 a@b.test\\n\n< read\n");
    /* numbers and addresses are no names */
    assert_string_equal(
        log_of_sheet(&r, SHEET("<row><c><v>1</v></c><c t=\"str\"><v>a@b.test</v></c>"
                               "</row><row><c><v>2</v></c></row>")),
        "# sheet sheet1\n= 1:1 1\\t\n= 1:2 a@b.test\\n\n= 2:1 2\\n\n< read\n");
    buf_done(&r.log);
}

static void reads_what_is_beside_the_cells(void **state _unused_) {
    Recorder r = {0};
    ZipMaker z = {0};

    zip_text(&z, "xl/worksheets/sheet1.xml",
             "<worksheet " MAIN
             "><sheetData><row><c><f>A1+1</f><v>1</v></c><c><f>0+536904399</f></c>"
             "</row></sheetData><dataValidations><dataValidation prompt=\"pick\">"
             "<formula1>\"red,blue\"</formula1></dataValidation></dataValidations><headerFooter>"
             "<oddHeader>&amp;LSSN &amp;\"Arial,Bold\"&amp;C078-05-1120&amp;P&amp;&amp;</oddHeader>"
             "</headerFooter></worksheet>");
    zip_text(&z, "xl/worksheets/_rels/sheet1.xml.rels",
             "<Relationships " RELS "><Relationship Id=\"a\" Type=\"" TYPE
             "comments\" Target=\"../comments1.xml\"/><Relationship Id=\"b\" Type=\"" TYPE
             "hyperlink\" Target=\"mailto:x@y.test\" TargetMode=\"External\"/></Relationships>");
    zip_text(&z, "xl/comments1.xml",
             "<comments " MAIN "><authors><author>Ann</author></authors><commentList>"
             "<comment ref=\"B7\" authorId=\"0\"><text><r><t>call "
             "</t></r><r><t>me</t></r></text></comment>"
             "</commentList></comments>");
    zip_text(&z, "xl/threadedComments/threadedComment1.xml",
             "<ThreadedComments xmlns=\"http://schemas.microsoft.com/office/spreadsheetml/2018/"
             "threadedcomments\"><threadedComment ref=\"C1\"><text>hi</text></threadedComment>"
             "</ThreadedComments>");
    assert_string_equal(finish(&r, &z),
                        "# sheet sheet1\n= 1:1 1\\n\n# section sheet1/formulas\n= 0+536904399\\n\n"
                        "# section sheet1/headers\n= \\nSSN \\n078-05-1120 &\\n\n"
                        "# section sheet1/other\n= pick\\n\"red,blue\"\\n\n"
                        "# section sheet1/comments\n= Ann\\n\n= 7:2 call me\\n\n"
                        "# section comments\n= 1:3 hi\\n\n"
                        "# section xl/worksheets/_rels/sheet1.xml.rels\n= 2:0 mailto:x@y.test\\n\n"
                        "< read\n");
    buf_done(&r.log);
}

static void reads_caches_of_pivot_tables(void **state _unused_) {
    Recorder r = {0};
    ZipMaker z = {0};

    zip_text(&z, "xl/pivotCache/pivotCacheDefinition1.xml",
             "<pivotCacheDefinition " MAIN "><cacheFields><cacheField name=\"name\"><sharedItems>"
             "<s v=\"Ann\"/><m/><s v=\"Bob\"/></sharedItems></cacheField><cacheField name=\"ssn\">"
             "<sharedItems/></cacheField></cacheFields></pivotCacheDefinition>");
    zip_text(&z, "xl/pivotCache/pivotCacheRecords1.xml",
             "<pivotCacheRecords " MAIN "><r><x v=\"0\"/><n v=\"7.805112E7\"/></r><r><x v=\"2\"/>"
             "<s v=\"n/a\"/></r></pivotCacheRecords>");
    assert_string_equal(
        finish(&r, &z),
        "# sheet pivotCacheDefinition1\n| 1 name\n= 1:1 Ann\\n\n= 3:1 Bob\\n\n| 2 ssn\n"
        "# sheet pivotCacheRecords1\n= 1:2 78051120\\n\n= 2:2 n/a\\n\n< read\n");
    buf_done(&r.log);
}

/* A million shared strings' worth of references, out of range and not numbers: nothing but text. */
static void survives_wrong_references(void **state _unused_) {
    Recorder r = {0};

    assert_string_equal(
        log_of_sheet(
            &r,
            SHEET("<row r=\"x\"><c r=\"ZZZZZZZZZZZZ99999999999999999999\" "
                  "t=\"s\"><v>18446744073709551617"
                  "</v></c><c r=\"\" s=\"4294967296\"><v>7</v></c><c t=\"s\"><v>no</v></c></row>")),
        "# sheet sheet1\n= 1:0 18446744073709551617\\t\n= 1:0 7\\t\n= 1:0 no\\n\n< read\n");
    buf_done(&r.log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_cells_of_every_kind),
        cmocka_unit_test(names_columns_by_the_first_row_of_words),
        cmocka_unit_test(reads_what_is_beside_the_cells),
        cmocka_unit_test(reads_caches_of_pivot_tables),
        cmocka_unit_test(survives_wrong_references),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
