/* Office: packages as a whole: slides, properties, links, what is left, and what is damaged. */
#include "recorder.h"
#include "zipmaker.h"

#include "extract/format/package.h"

#define W    "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\""
#define RELS "xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\""
#define TYPE "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
#define BODY(text)                                                                                 \
    "<w:document " W "><w:body><w:p><w:r><w:t>" text "</w:t></w:r></w:p></w:body></w:document>"
#define SLIDE(root, text)                                                                          \
    "<p:" root " xmlns:p=\"http://schemas.openxmlformats.org/presentationml/2006/main\" "          \
    "xmlns:a=\"a\"><a:p><a:r><a:t>" text "</a:t></a:r></a:p></p:" root ">"

static const char *finish(Recorder *r, ZipMaker *z) {
    const char *log;

    r->place = EXTRACT_FORMAT;
    log = record_bytes(r, zip_finish(z), "a");
    zip_done(z);
    return log;
}

static void reads_slides_in_their_order(void **state _unused_) {
    Recorder r = {.no_times = true};
    ZipMaker z = {0};

    zip_text(&z, "ppt/slides/slide1.xml", SLIDE("sld", "last"));
    zip_text(&z, "ppt/slides/slide2.xml", SLIDE("sld", "first"));
    zip_text(&z, "ppt/slides/slide9.xml", SLIDE("sld", "shown by nobody"));
    zip_text(&z, "ppt/notesSlides/notesSlide1.xml", SLIDE("notes", "say"));
    zip_text(&z, "ppt/slides/_rels/slide2.xml.rels",
             "<Relationships " RELS "><Relationship Id=\"rId1\" Type=\"" TYPE
             "notesSlide\" Target=\"../notesSlides/notesSlide1.xml\"/></Relationships>");
    zip_text(
        &z, "ppt/presentation.xml",
        "<p:presentation xmlns:p=\"http://schemas.openxmlformats.org/presentationml/2006/main\" "
        "xmlns:r=\"r\"><p:sldIdLst><p:sldId id=\"256\" r:id=\"rId2\"/><p:sldId id=\"257\" "
        "r:id=\"rId7\"/><p:sldId id=\"258\" r:id=\"rId1\"/></p:sldIdLst></p:presentation>");
    zip_text(&z, "ppt/_rels/presentation.xml.rels",
             "<Relationships " RELS "><Relationship Id=\"rId1\" Type=\"" TYPE
             "slide\" Target=\"slides/slide1.xml\"/><Relationship Id=\"rId2\" Type=\"" TYPE
             "slide\" Target=\"slides/slide2.xml\"/></Relationships>");
    zip_text(&z, "ppt/slideMasters/slideMaster1.xml", SLIDE("sldMaster", "title"));
    zip_text(
        &z, "ppt/comments/comment1.xml",
        "<p:cmLst xmlns:p=\"http://schemas.openxmlformats.org/presentationml/2006/main\"><p:cm>"
        "<p:text>why </p:text></p:cm></p:cmLst>");
    assert_string_equal(
        finish(&r, &z),
        "# page slide1\n= 1:0 first\\n\n# section slide1/notes\n= 1:0 say\\n\n"
        "# page slide3\n= 1:0 last\\n\n# page slide4\n= 1:0 shown by nobody\\n\n"
        "# section comment1\n= why \\n\n# section slideMaster1\n= 1:0 title\\n\n< read\n");
    buf_done(&r.log);
}

static void tells_properties(void **state _unused_) {
    Recorder r = {.no_times = true};
    ZipMaker z = {0};

    zip_text(
        &z, "docProps/core.xml",
        "<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/"
        "core-properties\" xmlns:dc=\"d\"><dc:creator>Ann</dc:creator>"
        "<cp:lastPrinted>2021-05-06T07:08:09+02:00</cp:lastPrinted><dc:title> </dc:title>"
        "</cp:coreProperties>");
    zip_text(
        &z, "docProps/custom.xml",
        "<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/"
        "custom-properties\"><property name=\"MSIP_Label_0a_Name\"><vt:lpwstr xmlns:vt=\"v\">Secret"
        "</vt:lpwstr></property><property name=\"Client\"><vt:lpwstr xmlns:vt=\"v\">Bob</vt:lpwstr>"
        "</property></Properties>");
    assert_string_equal(finish(&r, &z),
                        "# section docProps/core.xml\n= 1:0 creator: Ann\\n\n"
                        "= 2:0 lastPrinted: 2021-05-06T07:08:09+02:00\\n\n"
                        "! printed 1620277689000000000 1620277689000000000 \n"
                        "# section docProps/custom.xml\n= 1:0 MSIP_Label_0a_Name: Secret\\n\n"
                        "! label 0 0 Secret\n= 2:0 Client: Bob\\n\n< read\n");
    buf_done(&r.log);
}

static void leaves_nothing_unread(void **state _unused_) {
    Recorder r = {.no_times = true};
    ZipMaker z = {0}, inner = {0};

    zip_text(&inner, "word/document.xml", BODY("inside"));
    zip_text(&z, "word/document.xml", BODY("body"));
    zip_text(&z, "word/_rels/document.xml.rels",
             "<Relationships " RELS "><Relationship Id=\"rId1\" Type=\"" TYPE
             "hyperlink\" Target=\"https://x.test/?q=1\" TargetMode=\"External\"/><Relationship "
             "Id=\"rId2\" Type=\"" TYPE "image\" Target=\"media/lost.png\"/></Relationships>");
    zip_text(&z, "word/header1.xml", "<w:hdr " W "><w:p><w:t>top</w:t></w:p></w:hdr>");
    zip_bytes(&z, "word/embeddings/sheet1.docx", zip_finish(&inner), ZIP_STORED);
    zip_text(&z, "customXml/item1.xml", "<?xml version='1.0'?><client><name>Bob</name></client>");
    zip_text(&z, "word/afchunk.txt", "plain");
    zip_bytes(&z, "locked.bin", span_of("xxxx"), ZIP_ENCRYPTED);
    zip_text(&z, "empty/", "");
    assert_string_equal(
        finish(&r, &z),
        "# text\n= 1:0 body\\n\n# section header1\n= 1:0 top\\n\n"
        "# section word/_rels/document.xml.rels\n= 1:0 https://x.test/?q=1\\n\n"
        "= 2:0 media/lost.png\\n\n"
        "> word/embeddings/sheet1.docx\n# text\n= 1:0 inside\\n\n< read\n"
        "> customXml/item1.xml\n# table\n| 1 /client/name\n= 1:1 @35 Bob\\n\n< read\n"
        "> word/afchunk.txt\n# bytes us-ascii\n= @0 plain\n< read\n"
        "> locked.bin\n< encrypted(zip)\n< partial(member)\n");
    zip_done(&inner);
    buf_done(&r.log);
}

static void reads_parts_under_wrong_names(void **state _unused_) {
    Recorder r = {.no_times = true};
    ZipMaker z = {0};

    zip_text(&z, "[Content_Types].xml", "<x/>");
    zip_text(&z, "a/b.c", BODY("body"));
    zip_text(&z, "d",
             "<f:ftr xmlns:f=\"http://purl.oclc.org/ooxml/wordprocessingml/main\"><f:p><f:t>foot"
             "</f:t></f:p></f:ftr>");
    assert_string_equal(finish(&r, &z),
                        "# text\n= 1:0 body\\n\n# section d\n= 1:0 foot\\n\n"
                        "> [Content_Types].xml\n# bytes us-ascii\n= @0 <x/>\n< read\n< read\n");
    buf_done(&r.log);
}

static void reads_on_in_a_broken_part(void **state _unused_) {
    Recorder r = {.no_times = true};
    ZipMaker z = {0};

    zip_text(&z, "word/document.xml",
             "<w:document " W "><w:body><w:p><w:t>one</w:t></w:p><w:p><w:t>two"
             "</w:p><w:p><w:t>078-05-1120</w:t></w:p>");
    zip_text(&z, "word/header1.xml", "<w:hdr " W "><w:p><w:t>top</w:t></w:p></w:hdr>");
    assert_string_equal(
        finish(&r, &z),
        "# text\n= 1:0 one\\n\n= 2:0 two\\n\n# section word/document.xml\n"
        "= </w:p><w:p><w:t>078-05-1120</w:t></w:p>\n# section header1\n= 1:0 top\\n\n"
        "< partial(corrupt)\n");
    buf_done(&r.log);
}

/* What the directory leaves out, what lies between and behind, the second of two at one place. */
static void reads_hidden_members_and_gaps(void **state _unused_) {
    Recorder r = {.no_times = true};
    ZipMaker z = {0};

    zip_text(&z, "word/document.xml", BODY("body"));
    buf_text(&z.zip, "between 078-05-1120 ");
    zip_bytes(&z, "word/header1.xml", span_of("<w:hdr " W "><w:p><w:t>hidden</w:t></w:p></w:hdr>"),
              ZIP_HIDDEN);
    zip_bytes(&z, "word/footer1.xml",
              span_of("<w:ftr " W "><w:p><w:t>streamed</w:t></w:p></w:ftr>"),
              ZIP_HIDDEN | ZIP_STREAMED);
    zip_bytes(&z, "word/comments.xml",
              span_of("<w:comments " W "><w:p><w:t>c</w:t></w:p></w:comments>"), ZIP_STREAMED);
    zip_finish(&z);
    buf_text(&z.zip, "behind");
    r.place = EXTRACT_FORMAT;
    record_bytes(&r, buf_as_span(&z.zip), "a");
    assert_non_null(strstr(buf_cstr(&r.log), "# text\n= 1:0 body\\n\n"));
    assert_non_null(strstr(buf_cstr(&r.log), "# section header1\n= 1:0 hidden\\n\n"));
    assert_non_null(strstr(buf_cstr(&r.log), "# section footer1\n= 1:0 streamed\\n\n"));
    assert_non_null(strstr(buf_cstr(&r.log), "# section comments\n= 1:0 c\\n\n"));
    assert_non_null(strstr(buf_cstr(&r.log), "between 078-05-1120 "));
    assert_non_null(strstr(buf_cstr(&r.log), "behind\n< read\n"));
    zip_done(&z);
    buf_done(&r.log);
}

/* One record of the directory; what zip64 would say is in `extra`. */
static void put_central(Buf *b, const char *name, size_t packed, size_t size, size_t header,
                        const Buf *extra) {
    buf_text(b, "PK\1\2");
    zip_16(b, 20);
    zip_facts(b, 0, 0, crc32(0, (const Bytef *)"stored", 6), packed, size, strlen(name));
    b->n -= 2;
    zip_16(b, extra ? (unsigned)extra->n : 0);
    zip_16(b, 0);
    zip_16(b, 0);
    zip_16(b, 0);
    zip_32(b, 0);
    zip_32(b, header);
    buf_text(b, name);
    if (extra)
        buf_span(b, buf_as_span(extra));
}

/* Many names for one member's bytes: read once. */
static void reads_overlapping_members_once(void **state _unused_) {
    Recorder r = {.no_times = true};
    ZipMaker z = {0};

    zip_bytes(&z, "word/a.txt", span_of("stored"), ZIP_STORED);
    z.n += 2;
    put_central(&z.directory, "b.txt", 6, 6, 0, NULL);
    put_central(&z.directory, "c.txt", 6, 6, 40, NULL); /* into the middle of the first one */
    assert_string_equal(finish(&r, &z), "> word/a.txt\n# bytes us-ascii\n= @0 stored\n< read\n"
                                        "> b.txt\n< limit(overlap)\n> c.txt\n< limit(overlap)\n"
                                        "< partial(member)\n");
    buf_done(&r.log);
}

static void put_64(Buf *b, uint64_t v) {
    zip_32(b, v & UINT32_MAX);
    zip_32(b, v >> 32);
}

/* Sizes and places of 64 bits, in the directory and at its end (4.3.14, 4.5.3). */
static void reads_zip64(void **state _unused_) {
    Recorder r = {.no_times = true, .place = EXTRACT_FORMAT};
    ZipMaker z = {0};
    Buf extra = {0};
    size_t at, end;

    zip_bytes(&z, "word/a.txt", span_of("stored"), ZIP_STORED);
    buf_clear(&z.directory);
    zip_16(&extra, 1);
    zip_16(&extra, 24);
    put_64(&extra, 6);
    put_64(&extra, 6);
    put_64(&extra, 0);
    put_central(&z.directory, "word/a.txt", UINT32_MAX, UINT32_MAX, UINT32_MAX, &extra);
    at = z.zip.n;
    buf_span(&z.zip, buf_as_span(&z.directory));
    end = z.zip.n;
    buf_text(&z.zip, "PK\6\6");
    put_64(&z.zip, 44);
    zip_32(&z.zip, 45 << 16 | 45);
    put_64(&z.zip, 0);
    put_64(&z.zip, 1);
    put_64(&z.zip, 1);
    put_64(&z.zip, z.directory.n);
    put_64(&z.zip, at);
    buf_text(&z.zip, "PK\6\7");
    zip_32(&z.zip, 0);
    put_64(&z.zip, end);
    zip_32(&z.zip, 1);
    buf_text(&z.zip, "PK\5\6");
    zip_32(&z.zip, 0);
    zip_32(&z.zip, UINT32_MAX);
    zip_32(&z.zip, UINT32_MAX);
    zip_32(&z.zip, UINT32_MAX);
    zip_16(&z.zip, 0);
    assert_string_equal(record_bytes(&r, buf_as_span(&z.zip), "a"),
                        "> word/a.txt\n# bytes us-ascii\n= @0 stored\n< read\n< read\n");
    buf_done(&extra);
    zip_done(&z);
    buf_done(&r.log);
}

static void tells_kinds_of_packages(void **state _unused_) {
    static const struct {
        const char *names[3], *kind;
    } cases[] = {
        {{"a.txt", "word/document.xml"}, "docx"},
        {{"a.txt", "XL/Workbook.xml"}, "xlsx"},
        {{"a.txt", "xl/workbook.bin"}, "xlsb"},
        {{"a.txt", "ppt/presentation.xml"}, "pptx"},
        {{"a.txt", "visio/document.xml", "[Content_Types].xml"}, "ooxml"},
        {{"a.txt", "META-INF/manifest.xml", "content.xml"}, "odf"},
        {{"a.txt", "META-INF/manifest.xml"}, NULL},
        {{"a.txt", "b/word/document.xml"}, NULL},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        ZipMaker z = {0};
        const char *kind;
        int error;
        Feed f;

        for (size_t k = 0; k < N_ELEMENTS(cases[i].names) && cases[i].names[k]; k++)
            zip_text(&z, cases[i].names[k], "x");
        f = feed_of_span(zip_finish(&z));
        kind = package_kind(&f, &error);
        assert_int_equal(error, 0);
        assert_string_equal(kind ? kind : "none", cases[i].kind ? cases[i].kind : "none");
        feed_done(&f);
        zip_done(&z);
    }
}

static void notices_wrong_checksums(void **state _unused_) {
    Recorder r = {.no_times = true};
    ZipMaker z = {0};

    zip_bytes(&z, "word/document.xml", span_of(BODY("body")), ZIP_BAD_CRC);
    assert_string_equal(finish(&r, &z), "# text\n= 1:0 body\\n\n< partial(corrupt)\n");
    buf_done(&r.log);
}

static void make_sample(ZipMaker *z) {
    zip_text(z, "word/document.xml", BODY("body"));
    zip_text(z, "word/_rels/document.xml.rels",
             "<Relationships " RELS "><Relationship Id=\"a\" Type=\"x\" Target=\"u:v\" "
             "TargetMode=\"External\"/></Relationships>");
    zip_bytes(
        z, "xl/worksheets/sheet1.xml",
        span_of("<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">"
                "<sheetData><row><c><v>1</v></c></row></sheetData></worksheet>"),
        ZIP_STREAMED);
    zip_bytes(z, "word/media/a.txt", span_of("stored"), ZIP_STORED);
    zip_finish(z);
}

/* Cut at every length: what was before the cut is found, and it is not `read`. */
static void reads_what_is_left_of_a_cut_package(void **state _unused_) {
    Recorder r = {.no_times = true, .place = EXTRACT_FORMAT};
    ZipMaker z = {0};
    size_t body = 0;

    make_sample(&z);
    body = (size_t)((uint8_t *)memmem(z.zip.at + 4, z.zip.n - 4, "PK\3\4", 4) - z.zip.at);
    for (size_t n = 0; n < z.zip.n; n++) {
        _cleanup_(free_p) uint8_t *copy = malloc(n ? n : 1); /* exact, for the sanitizer */

        assert_non_null(copy);
        memcpy(copy, z.zip.at, n);
        record_bytes(&r, span(copy, n), "a");
        if (n < body)
            continue;
        assert_non_null(strstr(buf_cstr(&r.log), "= 1:0 body\\n\n"));
        assert_null(strstr(buf_cstr(&r.log) + r.log.n - 7, "< read\n"));
    }
    zip_done(&z);
    buf_done(&r.log);
}

static void survives_flipped_bytes(void **state _unused_) {
    Recorder r = {.no_times = true, .place = EXTRACT_FORMAT};
    ZipMaker z = {0};

    make_sample(&z);
    for (size_t i = 0; i < z.zip.n; i++) {
        static const uint8_t flips[] = {1, 0x80, 0xFF};

        for (size_t k = 0; k < N_ELEMENTS(flips); k++) {
            z.zip.at[i] ^= flips[k];
            record_bytes(&r, buf_as_span(&z.zip), "a");
            z.zip.at[i] ^= flips[k];
        }
    }
    zip_done(&z);
    buf_done(&r.log);
}

static void draws_on_the_budget(void **state _unused_) {
    Recorder r = {.no_times = true, .place = EXTRACT_FORMAT};
    ZipMaker z = {0};
    Buf big = {0};
    ExtractLimits limits = {.output = 1 << 20};
    Feed f;

    buf_text(&big, "<w:document " W "><w:body><w:p><w:t>");
    for (int i = 0; i < 1 << 16; i++)
        buf_text(&big, "                                                                ");
    zip_bytes(&z, "word/document.xml", buf_as_span(&big), 0);
    f = feed_of_span(zip_finish(&z));
    record_feed(&r, &f, "a", &limits);
    assert_non_null(strstr(buf_cstr(&r.log), "< limit(output)\n"));
    feed_done(&f);
    zip_done(&z);
    buf_done(&big);
    buf_done(&r.log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_slides_in_their_order),
        cmocka_unit_test(tells_properties),
        cmocka_unit_test(leaves_nothing_unread),
        cmocka_unit_test(reads_parts_under_wrong_names),
        cmocka_unit_test(reads_on_in_a_broken_part),
        cmocka_unit_test(reads_hidden_members_and_gaps),
        cmocka_unit_test(reads_overlapping_members_once),
        cmocka_unit_test(reads_zip64),
        cmocka_unit_test(tells_kinds_of_packages),
        cmocka_unit_test(notices_wrong_checksums),
        cmocka_unit_test(reads_what_is_left_of_a_cut_package),
        cmocka_unit_test(survives_flipped_bytes),
        cmocka_unit_test(draws_on_the_budget),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
