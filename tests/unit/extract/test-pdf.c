/* PDF: pages, notes, links, forms, attachments, properties; pictures; what is damaged or hidden. */
#include "recorder.h"

#include "extract/helper/pdf.h"
#include "extract/helper/pdfscan.h"
#include "pdfmaker.h"

static Recorder recorder(void) {
    static Extractor own[2];

    own[0] = pdf_reader;
    return (Recorder){.own = own, .place = EXTRACT_PDF};
}

static void assert_has(const char *log, const char *line) {
    if (!strstr(log, line))
        fail_msg("no '%s' in:\n%s", line, log);
}

static void assert_lacks(const char *log, const char *line) {
    if (strstr(log, line))
        fail_msg("'%s' in:\n%s", line, log);
}

static void assert_ends(const char *log, const char *line) {
    size_t n = strlen(log), k = strlen(line);

    if (n < k || strcmp(log + n - k, line) != 0)
        fail_msg("does not end with '%s':\n%s", line, log);
}

#define FONT "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
#define PAGE "/Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>"

static Span two_pages(PdfMaker *m) {
    pdf_begin(m);
    pdf_object(m, "<</Type/Catalog/Pages 2 0 R>>");
    pdf_object(m, "<</Type/Pages/Kids[4 0 R 6 0 R]/Count 2>>");
    pdf_object(m, FONT);
    pdf_object(m, "<<" PAGE "/Contents 5 0 R>>");
    pdf_stream(m, "",
               span_of("BT /F1 12 Tf 72 700 Td (first line) Tj 0 -20 Td (second line) Tj ET"));
    pdf_object(m, "<<" PAGE "/Contents 7 0 R>>");
    pdf_flate(m, "", "BT /F1 12 Tf 72 700 Td [(SSN 5)20(36-90)-20(-4399)] TJ ET");
    return pdf_end(m, "");
}

static void test_pages(void **state) {
    Recorder r = recorder();
    PdfMaker m;

    (void)state;
    assert_string_equal(record_bytes(&r, two_pages(&m), "cv.pdf"),
                        "# page page1\n= first line\\nsecond line\\n\n"
                        "# page page2\n= SSN 536-90-4399\\n\n< read\n");
    buf_done(&m.file);
    buf_done(&r.log);
}

/* Read through a stream, not from memory: the same. */
static void test_pages_of_a_descriptor(void **state) {
    Recorder r = recorder();
    PdfMaker m;
    FILE *file = tmpfile();
    Span bytes = two_pages(&m);
    Feed f;

    (void)state;
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.at, 1, bytes.n, file), bytes.n);
    fflush(file);
    f = feed_of_fd(fileno(file), bytes.n);
    assert_string_equal(record_feed(&r, &f, "cv.pdf", NULL),
                        "# page page1\n= first line\\nsecond line\\n\n"
                        "# page page2\n= SSN 536-90-4399\\n\n< read\n");
    assert_int_equal(f.at, bytes.n);
    feed_done(&f);
    fclose(file);
    buf_done(&m.file);
    buf_done(&r.log);
}

static void test_everything_beside_the_pages(void **state) {
    Recorder r = recorder();
    PdfMaker m;
    const char *log;

    (void)state;
    pdf_begin(&m);
    pdf_object(&m, "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[7 0 R 8 0 R 9 0 R]>>"
                   "/Names<</EmbeddedFiles<</Names[(notes.txt) 11 0 R]>>>>/Outlines 13 0 R"
                   "/Metadata 15 0 R>>");
    pdf_object(&m, "<</Type/Pages/Kids[4 0 R]/Count 1>>");
    pdf_object(&m, FONT);
    pdf_object(&m, "<<" PAGE "/Contents 5 0 R/Annots[6 0 R 7 0 R 8 0 R 9 0 R 10 0 R]>>");
    pdf_stream(&m, "", span_of("BT /F1 12 Tf 72 700 Td (body) Tj ET"));
    pdf_object(&m, "<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(a note in the margin)"
                   "/T(Reviewer One)>>");
    pdf_object(&m, "<</Type/Annot/Subtype/Widget/FT/Tx/T(ssn)/V(536-90-4399)/Rect[0 20 90 29]>>");
    pdf_object(&m, "<</Type/Annot/Subtype/Widget/FT/Ch/Ff 131072/T(country)/V(France)"
                   "/Opt[(France)(Peru)]/Rect[0 40 90 49]>>");
    pdf_object(&m, "<</Type/Annot/Subtype/Widget/FT/Tx/T(name)"
                   "/V<FEFF017B00F3014200630069>/Rect[0 60 90 69]>>");
    pdf_object(&m, "<</Type/Annot/Subtype/Link/Rect[0 80 90 89]"
                   "/A<</S/URI/URI(https://example.com/?id=17)>>>>");
    pdf_object(&m, "<</Type/Filespec/F(notes.txt)/UF(notes.txt)/EF<</F 12 0 R>>>>");
    pdf_stream(&m, "/Type/EmbeddedFile", span_of("attached text\n"));
    pdf_object(&m, "<</Type/Outlines/First 14 0 R/Last 14 0 R/Count 1>>");
    pdf_object(&m, "<</Title(Chapter of Anna)/Parent 13 0 R/A<</S/URI/URI(urn:example:1)>>>>");
    pdf_stream(&m, "/Type/Metadata/Subtype/XML",
               span_of("<x:xmpmeta><p:MSIP_Label_1a2b_Name>Secret</p:MSIP_Label_1a2b_Name>"
                       "<p:MSIP_Label_1a2b_Method>Standard</p:MSIP_Label_1a2b_Method>"
                       "</x:xmpmeta>"));
    pdf_object(&m, "<</Title(Annual list)/Author(A. Writer)"
                   "/CreationDate(D:20200102030405Z)/ModDate(D:20210102030405Z)>>");
    log = record_bytes(&r, pdf_end(&m, "/Info 16 0 R"), "form.pdf");
    assert_has(log, "# page page1\n= body\\na note in the margin\\nReviewer One\\n"
                    "https://example.com/?id=17\\n\n");
    assert_has(log, "# table form\n| 1 ssn\n= 1:1 536-90-4399\\t\n");
    assert_has(log, "| 2 country\n");
    assert_has(log, "= 1:2 France");
    assert_has(log, "| 3 name\n");
    assert_has(log, "= 1:3 \xc5\xbb\xc3\xb3\xc5\x82\x63i\\t\n");
    assert_has(log, "# section properties\n= title: Annual list\\nauthor: A. Writer\\n\n");
    assert_has(log, "! created 1577934245000000000 1577934245000000000 \n");
    assert_has(log, "! modified 1609556645000000000 1609556645000000000 \n");
    assert_has(log, "! label 0 0 Secret\n");
    assert_lacks(log, "! label 0 0 Standard\n");
    assert_has(log, "# section outline\n= Chapter of Anna\\nurn:example:1\\n\n");
    assert_has(log, "> notes.txt\n# bytes us-ascii\n= @0 attached text\\n\n< read\n");
    assert_ends(log, "\n< read\n");
    buf_done(&m.file);
    buf_done(&r.log);
}

#define IMAGE                                                                                      \
    "/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8"

/* A page that is a picture; `text` stands on it, too. */
static const char *record_picture(Recorder *r, const char *size, const char *text) {
    PdfMaker m;
    char contents[256];
    const char *log;

    pdf_begin(&m);
    pdf_object(&m, "<</Type/Catalog/Pages 2 0 R>>");
    pdf_object(&m, "<</Type/Pages/Kids[4 0 R]/Count 1>>");
    pdf_object(&m, FONT);
    pdf_object(&m, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 5 0 R"
                   "/Resources<</Font<</F1 3 0 R>>/XObject<</I 6 0 R>>>>>>");
    snprintf(contents, sizeof(contents), "q %s 0 0 cm /I Do Q BT /F1 9 Tf 9 9 Td (%s) Tj ET", size,
             text);
    pdf_stream(&m, "", span_of(contents));
    pdf_stream(&m, IMAGE, span("\x80", 1));
    log = record_bytes(r, pdf_end(&m, ""), "scan.pdf");
    buf_done(&m.file);
    return log;
}

static void test_pictures(void **state) {
    Recorder r = recorder();

    (void)state;
    assert_ends(record_picture(&r, "60 0 0 60", ""), "< partial(no-ocr)\n");
    assert_ends(record_picture(&r, "612 0 0 792", "stamp 17"), "< partial(no-ocr)\n");
    assert_ends(record_picture(&r, "60 0 0 60", "beside a logo"), "< read\n");
    buf_done(&r.log);
}

/* A font that is not in the file, by a table that is not either: poppler-data has it. */
static void test_characters_by_name(void **state) {
    Recorder r = recorder();
    PdfMaker m;

    (void)state;
    if (access("/usr/share/poppler/cMap/Adobe-Japan1", R_OK) < 0) {
        print_message("poppler-data is not installed\n");
        skip();
    }
    pdf_begin(&m);
    pdf_object(&m, "<</Type/Catalog/Pages 2 0 R>>");
    pdf_object(&m, "<</Type/Pages/Kids[6 0 R]/Count 1>>");
    pdf_object(&m, "<</Type/Font/Subtype/Type0/BaseFont/HeiseiMin-W3-90ms-RKSJ-H"
                   "/Encoding/90ms-RKSJ-H/DescendantFonts[4 0 R]>>");
    pdf_object(&m, "<</Type/Font/Subtype/CIDFontType0/BaseFont/HeiseiMin-W3/FontDescriptor 5 0 R"
                   "/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)/Supplement 2>>>>");
    pdf_object(&m, "<</Type/FontDescriptor/FontName/HeiseiMin-W3/Flags 4/StemV 80/ItalicAngle 0"
                   "/FontBBox[0 0 1000 1000]/Ascent 800/Descent -200/CapHeight 700>>");
    pdf_object(&m, "<<" PAGE "/Contents 7 0 R>>");
    pdf_stream(&m, "", span_of("BT /F1 12 Tf 72 700 Td <3533362D938C> Tj ET"));
    assert_string_equal(record_bytes(&r, pdf_end(&m, ""), "a.pdf"),
                        "# page page1\n= 536-\xe6\x9d\xb1\\n\n< read\n");
    buf_done(&m.file);
    buf_done(&r.log);
}

static void test_blank_page(void **state) {
    Recorder r = recorder();
    PdfMaker m;

    (void)state;
    pdf_begin(&m);
    pdf_object(&m, "<</Type/Catalog/Pages 2 0 R>>");
    pdf_object(&m, "<</Type/Pages/Kids[3 0 R]/Count 1>>");
    pdf_object(&m, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>");
    assert_string_equal(record_bytes(&r, pdf_end(&m, ""), "a.pdf"), "< read\n");
    buf_done(&m.file);
    buf_done(&r.log);
}

/* No font of that name: the library shows nothing; the strings are there. */
static void test_text_that_is_not_shown(void **state) {
    Recorder r = recorder();
    PdfMaker m;
    const char *log;

    (void)state;
    pdf_begin(&m);
    pdf_object(&m, "<</Type/Catalog/Pages 2 0 R>>");
    pdf_object(&m, "<</Type/Pages/Kids[3 0 R]/Count 1>>");
    pdf_object(&m, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>");
    pdf_flate(&m, "",
              "BT /F1 9 Tf (SSN: 536-\\0710) Tj (-4399) Tj T* <46 75>Tj [(a)-300(b)3(c)]TJ "
              "(\\(in\\) \\\\ \\n) ' ET");
    log = record_bytes(&r, pdf_end(&m, ""), "a.pdf");
    assert_has(log, "# section stream4\n= SSN: 536-90-4399\\nFua bc(in) \\ \\n\\n\n");
    assert_ends(log, "< read\n");
    buf_done(&m.file);
    buf_done(&r.log);
}

/* The tree of pages is its own child: no page can be had, the text can. */
static void test_cycle_of_pages(void **state) {
    Recorder r = recorder();
    PdfMaker m;

    (void)state;
    pdf_begin(&m);
    pdf_object(&m, "<</Type/Catalog/Pages 2 0 R>>");
    pdf_object(&m, "<</Type/Pages/Kids[3 0 R 2 0 R]/Count 999999999>>");
    pdf_object(&m, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>");
    pdf_flate(&m, "", "BT /F1 9 Tf (in a cycle) Tj ET");
    assert_has(record_bytes(&r, pdf_end(&m, ""), "a.pdf"), "in a cycle");
    buf_done(&m.file);
    buf_done(&r.log);
}

static void test_behind_the_end(void **state) {
    Recorder r = recorder();
    PdfMaker m;

    (void)state;
    two_pages(&m);
    buf_text(&m.file, "left here 17\n");
    assert_has(record_bytes(&r, buf_as_span(&m.file), "cv.pdf"),
               "> behind-end\n# bytes us-ascii\n= @0 left here 17\\n\n< read\n");
    assert_ends(buf_cstr(&r.log), "\n< read\n");
    buf_done(&m.file);
    buf_done(&r.log);
}

static void test_filters_without_end(void **state) {
    Recorder r = recorder();
    PdfMaker m;
    Buf keys = {0};

    (void)state;
    pdf_begin(&m);
    pdf_object(&m, "<</Type/Catalog/Pages 2 0 R>>");
    pdf_object(&m, "<</Type/Pages/Kids[3 0 R]/Count 1>>");
    pdf_object(&m, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>");
    buf_text(&keys, "/Filter [");
    for (unsigned i = 0; i < PDF_FILTERS_MAX + 1; i++)
        buf_text(&keys, "/FlateDecode ");
    buf_text(&keys, "]");
    pdf_stream(&m, buf_cstr(&keys), span_of("x"));
    assert_ends(record_bytes(&r, pdf_end(&m, ""), "a.pdf"), "\n< limit(filters)\n");
    buf_done(&keys);
    buf_done(&m.file);
    buf_done(&r.log);
}

static void test_encrypted(void **state) {
    Recorder r = recorder();
    PdfMaker m;

    (void)state;
    pdf_begin(&m);
    pdf_object(&m, "<</Type/Catalog/Pages 2 0 R>>");
    pdf_object(&m, "<</Type/Pages/Kids[]/Count 0>>");
    pdf_object(&m, "<</Filter/Standard/V 1/R 2/P -4"
                   "/O<0101010101010101010101010101010101010101010101010101010101010101>"
                   "/U<0202020202020202020202020202020202020202020202020202020202020202>>>");
    assert_string_equal(record_bytes(&r, pdf_end(&m, "/Encrypt 3 0 R/ID[<00><00>]"), "a.pdf"),
                        "< encrypted(pdf)\n");
    buf_done(&m.file);
    buf_done(&r.log);
}

/* The log may hold raw bytes, and NUL among them. */
static bool ends_with(const Recorder *r, const char *line) {
    size_t k = strlen(line);

    return r->log.n >= k && memcmp(r->log.at + r->log.n - k, line, k) == 0;
}

static void test_cut_at_every_length(void **state) {
    Recorder r = recorder();
    PdfMaker m;
    Span whole = two_pages(&m);

    (void)state;
    for (size_t n = 5; n < whole.n - 1; n++) { /* "%%EOF" is whole without its line end */
        record_bytes(&r, span(whole.at, n), "cv.pdf");
        if (!ends_with(&r, "< partial(corrupt)\n"))
            fail_msg("cut at %zu: %s", n, buf_cstr(&r.log));
        if (n > 480 && !memmem(r.log.at, r.log.n, "first line", 10))
            fail_msg("cut at %zu: text is gone: %s", n, buf_cstr(&r.log));
    }
    buf_done(&m.file);
    buf_done(&r.log);
}

static void test_flipped_bytes(void **state) {
    Recorder r = recorder();
    PdfMaker m;
    Span whole = two_pages(&m);

    (void)state;
    for (size_t i = 9; i < whole.n; i += 3) {
        m.file.at[i] ^= 0x15;
        record_bytes(&r, whole, "cv.pdf");
        if (!ends_with(&r, "< read\n") && !ends_with(&r, "< partial(corrupt)\n") &&
            !ends_with(&r, "< limit(filters)\n"))
            fail_msg("flipped at %zu: %s", i, buf_cstr(&r.log));
        m.file.at[i] ^= 0x15;
    }
    buf_done(&m.file);
    buf_done(&r.log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_pages_of_a_descriptor),
        cmocka_unit_test(test_everything_beside_the_pages),
        cmocka_unit_test(test_pictures),
        cmocka_unit_test(test_characters_by_name),
        cmocka_unit_test(test_blank_page),
        cmocka_unit_test(test_text_that_is_not_shown),
        cmocka_unit_test(test_cycle_of_pages),
        cmocka_unit_test(test_behind_the_end),
        cmocka_unit_test(test_filters_without_end),
        cmocka_unit_test(test_encrypted),
        cmocka_unit_test(test_cut_at_every_length),
        cmocka_unit_test(test_flipped_bytes),
    };

    pdf_prepare();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
