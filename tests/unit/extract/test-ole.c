/* Compound files by what is in them: documents, presentations, messages, macros, summaries. */
#include "recorder.h"

#include <zlib.h>

#include "cfbmaker.h"

static Recorder recorder(void) {
    return (Recorder){.place = EXTRACT_RISKY};
}

static bool has(const Recorder *r, const char *line) {
    return memmem(r->log.at, r->log.n, line, strlen(line)) != NULL;
}

static void assert_has(const Recorder *r, const char *line) {
    if (!has(r, line))
        fail_msg("no '%s' in:\n%s", line, buf_cstr(&r->log));
}

static void assert_lacks(const Recorder *r, const char *line) {
    if (has(r, line))
        fail_msg("'%s' in:\n%s", line, buf_cstr(&r->log));
}

static void assert_ends(const Recorder *r, const char *line) {
    size_t n = strlen(line);

    if (r->log.n < n || memcmp(r->log.at + r->log.n - n, line, n) != 0)
        fail_msg("does not end with '%s': ...%s", line,
                 buf_cstr(&r->log) + (r->log.n > 60 ? r->log.n - 60 : 0));
}

static void poke16(Buf *b, size_t at, unsigned v) {
    b->at[at] = v & 0xFF;
    b->at[at + 1] = v >> 8 & 0xFF;
}

static void poke32(Buf *b, size_t at, uint32_t v) {
    poke16(b, at, v & 0xFFFF);
    poke16(b, at + 2, v >> 16);
}

/* ---- Word ---- */

#define BODY      "Name\x13 HYPERLINK x \x14link\x15 SSN: 536-90-4399\rone\x07two\x07\x07"
#define FOOTNOTES "\x02 see below\r"
#define HEADERS   "Personnel\r"
#define COMMENTS  "\x05 ask Anna\r"

/* The body in a piece of 8 bits and one of 16, the rest in a third. */
static void word(CfbMaker *m, unsigned storage, unsigned flags) {
    unsigned doc = maker_stream(m, storage, "WordDocument", span(NULL, 0));
    unsigned table = maker_stream(m, storage, "1Table", span(NULL, 0));
    Buf *d = &m->entries[doc].data, *t = &m->entries[table].data;
    size_t half = 20, body = strlen(BODY);
    const char *rest = FOOTNOTES HEADERS COMMENTS;

    memset(buf_extend(d, 1024), 0, 1024);
    poke16(d, 0, 0xA5EC);
    poke16(d, 2, 0x00C1);
    poke16(d, 10, 0x0200 | flags);
    poke32(d, 76, (uint32_t)body);
    poke32(d, 80, (uint32_t)strlen(FOOTNOTES));
    poke32(d, 84, (uint32_t)strlen(HEADERS));
    poke32(d, 92, (uint32_t)strlen(COMMENTS));
    buf_add(d, BODY, half); /* at 1024 */
    buf_text(d, rest);      /* behind it */
    pad(d, 2, 0);
    poke32(d, 418, 4); /* the table of pieces begins at 4 */
    put32(t, 0);
    put16(t, 0x0201); /* 01, two bytes of properties */
    put16(t, 0);
    buf_byte(t, 0);
    t->at[4] = 1, t->at[5] = 2, t->at[6] = 0;
    buf_byte(t, 2);
    put32(t, 4 * 4 + 3 * 8);
    put32(t, 0);
    put32(t, (uint32_t)half);
    put32(t, (uint32_t)body);
    put32(t, (uint32_t)(body + strlen(rest)));
    put16(t, 0), put32(t, 1024 * 2 | 0x40000000), put16(t, 0);
    put16(t, 0), put32(t, (uint32_t)d->n), put16(t, 0);
    put16(t, 0), put32(t, (uint32_t)((1024 + half) * 2) | 0x40000000), put16(t, 0);
    put_wide(d, BODY + half);
    poke32(d, 422, (uint32_t)t->n - 4);
}

static void test_word(void **state) {
    Recorder r = recorder();
    CfbMaker m;

    (void)state;
    maker_begin(&m);
    word(&m, 0, 0);
    record_bytes(&r, maker_end(&m), "a.doc");
    assert_has(&r, "# text\n= 1:0 Name  HYPERLINK x  link  SSN: 536-90-4399\\n\n"
                   "= 2:0 one\\ttwo\\t\\n\n"
                   "# section footnotes\n= 1:0  see below\\n\n"
                   "# section headers\n= 1:0 Personnel\\n\n"
                   "# section comments\n= 1:0  ask Anna\\n\n");
    assert_ends(&r, "\n< read\n");
    maker_done(&m);
    buf_done(&r.log);
}

static void test_word_encrypted(void **state) {
    Recorder r = recorder();
    CfbMaker m;

    (void)state;
    maker_begin(&m);
    word(&m, 0, 0x0100);
    record_bytes(&r, maker_end(&m), "a.doc");
    assert_ends(&r, "< encrypted(doc)\n");
    assert_lacks(&r, "# text");
    maker_done(&m);
    buf_done(&r.log);
}

/* A document in a document is a unit; a file put into it has its name. */
static void test_embedded(void **state) {
    Recorder r = recorder();
    CfbMaker m;
    unsigned pool, inner, native;
    Buf *n;

    (void)state;
    maker_begin(&m);
    word(&m, 0, 0);
    pool = maker_storage(&m, 0, "ObjectPool");
    inner = maker_storage(&m, pool, "_17");
    word(&m, inner, 0);
    inner = maker_storage(&m, pool, "_18");
    native = maker_stream(&m, inner, "\1Ole10Native", span(NULL, 0));
    n = &m.entries[native].data;
    put32(n, 100);
    put16(n, 2);
    buf_add(n, "label\0notes.txt\0", 16);
    put32(n, 0x00030000);
    put32(n, 5);
    buf_add(n, "c:\\x\0", 5);
    put32(n, 14);
    buf_text(n, "text in a file");
    maker_stream(&m, inner, "other", span_of("plain stream"));
    record_bytes(&r, maker_end(&m), "a.doc");
    assert_has(&r, "> ObjectPool/_17\n# text\n= 1:0 Name");
    assert_has(&r, "> ObjectPool/_18/\1Ole10Native/notes.txt\n# bytes us-ascii\n"
                   "= @0 text in a file\n< read\n");
    assert_has(&r, "> ObjectPool/_18/other\n# bytes us-ascii\n= @0 plain stream\n< read\n");
    assert_ends(&r, "\n< read\n");
    maker_done(&m);
    buf_done(&r.log);
}

/* The last line, and no other, says how the file ended: units inside have `>` before theirs. */
static void assert_ends_once(const Recorder *r) {
    size_t at = r->log.n ? r->log.n - 1 : 0;

    while (at && r->log.at[at - 1] != '\n')
        at--;
    if (r->log.n < at + 3 || memcmp(r->log.at + at, "< ", 2) != 0)
        fail_msg("no ending: ...%s", buf_cstr(&r->log) + at);
}

/* Each byte of both streams' heads changed: it ends, with one status. */
static void test_word_damaged(void **state) {
    Recorder r = recorder();
    CfbMaker m;
    Span file;

    (void)state;
    maker_begin(&m);
    word(&m, 0, 0);
    file = maker_end(&m);
    for (size_t i = 512; i < file.n; i += i < 1100 ? 1 : 7) {
        m.file.at[i] ^= 0xA7;
        record_bytes(&r, file, "a.doc");
        assert_ends_once(&r);
        m.file.at[i] ^= 0xA7;
    }
    for (size_t n = 8; n < file.n; n += 13) {
        record_bytes(&r, span(file.at, n), "a.doc");
        assert_ends(&r, "< partial(corrupt)\n");
    }
    maker_done(&m);
    buf_done(&r.log);
}

/* ---- encrypted packages ---- */

static void test_encrypted_package(void **state) {
    Recorder r = recorder();
    CfbMaker m;

    (void)state;
    maker_begin(&m);
    maker_stream(&m, 0, "EncryptionInfo", span_of("\4\0\4\0@\0\0\0<encryption/>"));
    maker_stream(&m, 0, "EncryptedPackage", span_of("cipher"));
    record_bytes(&r, maker_end(&m), "a.docx");
    assert_ends(&r, "< encrypted(ooxml)\n");
    assert_lacks(&r, "= @0 cipher");
    maker_done(&m);
    buf_done(&r.log);
}

/* ---- PowerPoint ---- */

static void record_head(Buf *b, unsigned instance, unsigned version, unsigned type, size_t n) {
    put16(b, instance << 4 | version);
    put16(b, type);
    put32(b, (uint32_t)n);
}

static void record_atom(Buf *b, unsigned instance, unsigned type, Span data) {
    record_head(b, instance, 0, type, data.n);
    buf_span(b, data);
}

static void record_wide(Buf *b, unsigned type, const char *text) {
    record_head(b, 0, 0, type, 2 * strlen(text));
    put_wide(b, text);
}

static void record_container(Buf *b, unsigned instance, unsigned type, Buf *inside) {
    record_head(b, instance, 0xF, type, inside->n);
    buf_span(b, buf_as_span(inside));
    buf_clear(inside);
}

static void test_presentation(void **state) {
    Recorder r = recorder();
    CfbMaker m;
    unsigned stream;
    Buf in = {0}, deeper = {0}, object = {0};
    uint8_t packed[256];
    uLongf n = sizeof(packed);
    Buf *b;

    (void)state;
    maker_begin(&m);
    stream = maker_stream(&m, 0, "PowerPoint Document", span(NULL, 0));
    b = &m.entries[stream].data;
    record_atom(&in, 0, 0x03F3, span("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20));
    record_wide(&in, 0x0FA0, "Title one\rwith two lines");
    record_atom(&in, 0, 0x03F3, span("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20));
    record_atom(&in, 0, 0x0FA8, span_of("Title two"));
    record_container(&deeper, 0, 0x0FF0, &in);
    record_container(b, 0, 0x03E8, &deeper);
    record_wide(&in, 0x0FA0, "box on the slide");
    record_container(b, 0, 0x03EE, &in);
    record_wide(&in, 0x0FBA, "a note");
    record_container(b, 0, 0x03F0, &in);
    assert_int_equal(compress(packed, &n, (const Bytef *)"object text", 11), Z_OK);
    put32(&object, 11);
    buf_add(&object, packed, n);
    record_atom(b, 1, 0x1011, buf_as_span(&object));
    record_bytes(&r, maker_end(&m), "a.ppt");
    assert_has(&r,
               "# page slide1\n= Title one\\nwith two lines\\n\n# page slide2\n= Title two\\n\n");
    assert_has(&r, "# page slide1\n= box on the slide\\n\n");
    assert_has(&r, "# section notes1\n= a note\\n\n");
    assert_has(&r, "> object\n# bytes us-ascii\n= @0 object text\n< read\n");
    assert_ends(&r, "\n< read\n");
    maker_done(&m);
    buf_done(&in);
    buf_done(&deeper);
    buf_done(&object);
    buf_done(&r.log);
}

/* Containers in containers without end, lengths beyond the end. */
static void test_presentation_that_lies(void **state) {
    Recorder r = recorder();
    CfbMaker m;
    unsigned stream;
    Buf *b;

    (void)state;
    maker_begin(&m);
    stream = maker_stream(&m, 0, "PowerPoint Document", span(NULL, 0));
    b = &m.entries[stream].data;
    for (unsigned i = 0; i < 500; i++)
        record_head(b, 0, 0xF, 0x03EE, 0xFFFFFFFF);
    record_head(b, 0, 0, 0x0FA8, 0x7FFFFFFF);
    buf_text(b, "at the bottom");
    record_bytes(&r, maker_end(&m), "a.ppt");
    assert_has(&r, "at the bottom\\n\n");
    assert_ends(&r, "< partial(corrupt)\n");
    maker_done(&m);
    buf_done(&r.log);
}

static void test_presentation_encrypted(void **state) {
    Recorder r = recorder();
    CfbMaker m;
    unsigned user;

    (void)state;
    maker_begin(&m);
    maker_stream(&m, 0, "PowerPoint Document", span_of("cipher text"));
    user = maker_stream(&m, 0, "Current User", span(NULL, 0));
    record_head(&m.entries[user].data, 0, 0, 0x0FF6, 20);
    put32(&m.entries[user].data, 20);
    put32(&m.entries[user].data, 0xF3D1C4DF);
    record_bytes(&r, maker_end(&m), "a.ppt");
    assert_ends(&r, "< encrypted(ppt)\n");
    maker_done(&m);
    buf_done(&r.log);
}

/* A picture among others, known by its record. */
static void test_pictures(void **state) {
    Recorder r = recorder();
    CfbMaker m;
    unsigned pictures;
    Buf *b;

    (void)state;
    maker_begin(&m);
    maker_stream(&m, 0, "PowerPoint Document", span_of(""));
    pictures = maker_stream(&m, 0, "Pictures", span_of(""));
    b = &m.entries[pictures].data;
    buf_text(b, "noise");
    record_head(b, 0x46A, 0, 0xF01D, 17 + 8);
    buf_add(b, "0123456789abcdef\xFF", 17);
    buf_add(b, "\xFF\xD8\xFF\xE0jpeg", 8);
    record_head(b, 0x6E1, 0, 0xF01E, 33 + 12);
    buf_add(b, "0123456789abcdef0123456789abcdef\xFF", 33);
    buf_add(b, "\x89PNG\r\n\x1A\n1234", 12);
    record_bytes(&r, maker_end(&m), "a.ppt");
    assert_has(&r, "> picture\n");
    assert_has(&r, "> picture;2\n");
    assert_has(&r, "< partial(no-ocr)\n");
    assert_ends(&r, "< partial(member)\n");
    assert_int_equal(r.units, 2);
    maker_done(&m);
    buf_done(&r.log);
}

/* ---- messages ---- */

#define SUBSTG "__substg1.0_"

static void wide_property(CfbMaker *m, unsigned storage, const char *name, const char *value) {
    unsigned i = maker_stream(m, storage, name, span(NULL, 0));

    put_wide(&m->entries[i].data, value);
}

static void fixed_properties(CfbMaker *m, unsigned storage, size_t header, uint64_t sent) {
    unsigned i = maker_stream(m, storage, "__properties_version1.0", span(NULL, 0));
    Buf *b = &m->entries[i].data;

    memset(buf_extend(b, header), 0, header);
    put32(b, 0x00390040);
    put32(b, 6);
    put64(b, sent);
    put32(b, 0x3FDE0003);
    put32(b, 6);
    put64(b, 65001);
}

/* {\rtf1 hello}, by hand: literals, a reference into the preset, and one to where it stands. */
static void compressed_rtf(Buf *b) {
    static const uint8_t packed[] = {
        0x01,       /* a reference, then seven literals */
        0x00, 0x04, /* dictionary 0, six bytes: "{\rtf1" */
        ' ',  'h',  'e', 'l', 'l', 'o', '}', 0x01, 0x0D, 0xC0, /* 220 = 207 + 6 + 7: the end */
    };

    put32(b, 12 + sizeof(packed));
    put32(b, 13);
    buf_text(b, "LZFu");
    put32(b, 0);
    buf_add(b, packed, sizeof(packed));
}

static void message(CfbMaker *m, unsigned storage, const char *subject) {
    fixed_properties(m, storage, storage ? 24 : 32, UINT64_C(132223104000000000));
    wide_property(m, storage, SUBSTG "0037001F", subject);
}

static void test_message(void **state) {
    Recorder r = recorder();
    CfbMaker m;
    unsigned recipient, attachment, inner, rtf;

    (void)state;
    maker_begin(&m);
    message(&m, 0, "Your file");
    maker_stream(&m, 0, SUBSTG "0C1F001E", span_of("anna@example.org"));
    wide_property(&m, 0, SUBSTG "1000001F", "Plain text,\r\nSSN 536-90-4399\r\n");
    maker_stream(&m, 0, SUBSTG "10130102", span_of("<html><body>as <b>HTML</b></body></html>"));
    rtf = maker_stream(&m, 0, SUBSTG "10090102", span(NULL, 0));
    compressed_rtf(&m.entries[rtf].data);
    maker_stream(&m, 0, SUBSTG "0FFF0102", span_of("\1\2entry id"));
    recipient = maker_storage(&m, 0, "__recip_version1.0_#00000000");
    wide_property(&m, recipient, SUBSTG "3003001F", "bob@example.org");
    wide_property(&m, recipient, SUBSTG "3001001F", "Bob");
    attachment = maker_storage(&m, 0, "__attach_version1.0_#00000000");
    wide_property(&m, attachment, SUBSTG "3707001F", "list.txt");
    maker_stream(&m, attachment, SUBSTG "37010102", span_of("attached list"));
    attachment = maker_storage(&m, 0, "__attach_version1.0_#00000001");
    wide_property(&m, attachment, SUBSTG "3001001F", "Forwarded");
    inner = maker_storage(&m, attachment, SUBSTG "3701000D");
    message(&m, inner, "Inner subject");
    record_bytes(&r, maker_end(&m), "a.msg");
    assert_has(&r, "! sent 1577836800000000000 1577836800000000000 \n");
    assert_has(&r, "# section headers\n= Subject: Your file\\nSender: anna@example.org\\n\n");
    assert_has(&r, "# section recipients\n= Email: bob@example.org\\nName: Bob\\n\n");
    assert_has(&r, "# section body\n= 1:0 Plain text,\r\\n\n= 2:0 SSN 536-90-4399\r\\n\n");
    assert_has(&r, "> body.html\n");
    assert_has(&r, "> body.rtf\n");
    assert_has(&r, "hello");
    assert_has(&r, "> list.txt\n# bytes us-ascii\n= @0 attached list\n< read\n");
    assert_has(&r, "> Forwarded\n! sent ");
    assert_has(&r, "# section headers\n= Subject: Inner subject\\n\n");
    assert_has(&r, "\1\2entry id");
    maker_done(&m);
    buf_done(&r.log);
}

/* ---- summaries ---- */

/* A set with one string of 8 bits and one time, or with a dictionary of own names. */
static void test_summaries(void **state) {
    static const char label[] = "MSIP_Label_1a2b_Name";
    Recorder r = recorder();
    CfbMaker m;
    Buf s = {0};

    (void)state;
    put16(&s, 0xFFFE);
    put16(&s, 0);
    put32(&s, 0);
    put64(&s, 0);
    put64(&s, 0);
    put32(&s, 1);
    put64(&s, 0);
    put64(&s, 0);
    put32(&s, 48);
    put32(&s, 0); /* the set, at 48: its size, which nobody needs */
    put32(&s, 2);
    put32(&s, 4), put32(&s, 24);
    put32(&s, 12), put32(&s, 40);
    put32(&s, 30), put32(&s, 5), buf_add(&s, "Anna\0\0\0\0", 8);
    put32(&s, 64), put64(&s, UINT64_C(132223104000000000));
    maker_begin(&m);
    maker_stream(&m, 0, "\5SummaryInformation", buf_as_span(&s));
    buf_clear(&s);
    put16(&s, 0xFFFE);
    put16(&s, 0);
    put32(&s, 0);
    put64(&s, 0);
    put64(&s, 0);
    put32(&s, 2);
    put64(&s, 0);
    put64(&s, 0);
    put32(&s, 68);
    put64(&s, 0);
    put64(&s, 0);
    put32(&s, 76);
    put32(&s, 8), put32(&s, 0); /* an empty set at 68 */
    put32(&s, 0), put32(&s, 2); /* at 76: the dictionary, and what it names 2 */
    put32(&s, 0), put32(&s, 24);
    put32(&s, 2), put32(&s, 24 + 12 + sizeof(label) + 3);
    put32(&s, 1), put32(&s, 2), put32(&s, sizeof(label));
    buf_add(&s, label, sizeof(label));
    buf_add(&s, "\0\0\0", 3);
    put32(&s, 30), put32(&s, 7), buf_add(&s, "Secret", 7);
    maker_stream(&m, 0, "\5DocumentSummaryInformation", buf_as_span(&s));
    record_bytes(&r, maker_end(&m), "a");
    assert_has(&r, "# section properties\n= author: Anna\\n\n");
    assert_has(&r, "! created 1577836800000000000 1577836800000000000 \n");
    assert_has(&r, "! label 0 0 Secret\n");
    assert_has(&r, "= MSIP_Label_1a2b_Name: Secret\\n\n");
    maker_done(&m);
    buf_done(&s);
    buf_done(&r.log);
}

/* ---- macros ---- */

/* One chunk of [MS-OVBA] 2.4.1, of literals only. */
static void pack(Buf *b, Span text) {
    Buf chunk = {0};

    for (size_t i = 0; i < text.n; i++) {
        if (i % 8 == 0)
            buf_byte(&chunk, 0);
        buf_byte(&chunk, text.at[i]);
    }
    buf_byte(b, 1);
    put16(b, 0xB000 | (unsigned)(chunk.n - 1));
    buf_span(b, buf_as_span(&chunk));
    buf_done(&chunk);
}

static void test_macros(void **state) {
    Recorder r = recorder();
    CfbMaker m;
    unsigned macros, vba, dir, module;
    Buf records = {0};

    (void)state;
    maker_begin(&m);
    word(&m, 0, 0);
    macros = maker_storage(&m, 0, "Macros");
    vba = maker_storage(&m, macros, "VBA");
    maker_stream(&m, vba, "_VBA_PROJECT", span_of("\xCC\x61"));
    put16(&records, 0x0009), put32(&records, 4), put32(&records, 1), put16(&records, 2);
    put16(&records, 0x001A), put32(&records, 7), buf_text(&records, "Module1");
    put16(&records, 0x0031), put32(&records, 4), put32(&records, 5);
    dir = maker_stream(&m, vba, "dir", span(NULL, 0));
    pack(&m.entries[dir].data, buf_as_span(&records));
    module = maker_stream(&m, vba, "Module1", span_of("state"));
    /* "abcabcabc": three literals and a copy of six from three back */
    buf_add(&m.entries[module].data,
            "\1\5\xB0\x08"
            "abc\3\x20",
            9);
    record_bytes(&r, maker_end(&m), "a.doc");
    assert_has(&r, "# section Macros/VBA/Module1\n= abcabcabc\n");
    assert_has(&r, "! macros 0 0 \n");
    maker_done(&m);
    buf_done(&records);
    buf_done(&r.log);
}

/* ---- the file as such ---- */

static void test_no_compound_file(void **state) {
    Recorder r = recorder();

    (void)state;
    record_bytes(&r, span_of("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and then text"), "a.doc");
    assert_has(&r, " and then text");
    assert_ends(&r, "< partial(corrupt)\n");
    buf_done(&r.log);
}

/* Bytes that no stream has come out as they lie. */
static void test_free_bytes(void **state) {
    Recorder r = recorder();
    CfbMaker m;

    (void)state;
    maker_begin(&m);
    maker_stream(&m, 0, "a", span_of("stream"));
    maker_end(&m);
    buf_text(&m.file, "deleted text");
    record_bytes(&r, buf_as_span(&m.file), "a");
    assert_has(&r, "deleted text");
    assert_ends(&r, "\n< read\n");
    maker_done(&m);
    buf_done(&r.log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_word),
        cmocka_unit_test(test_word_encrypted),
        cmocka_unit_test(test_embedded),
        cmocka_unit_test(test_word_damaged),
        cmocka_unit_test(test_encrypted_package),
        cmocka_unit_test(test_presentation),
        cmocka_unit_test(test_presentation_that_lies),
        cmocka_unit_test(test_presentation_encrypted),
        cmocka_unit_test(test_pictures),
        cmocka_unit_test(test_message),
        cmocka_unit_test(test_summaries),
        cmocka_unit_test(test_macros),
        cmocka_unit_test(test_no_compound_file),
        cmocka_unit_test(test_free_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
