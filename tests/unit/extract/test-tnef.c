/* TNEF, put together by hand: attributes, properties, recipients, attachments, damage. */
#include "recorder.h"

#include "mutate.h"

enum { MESSAGE = 1, ATTACHMENT = 2 };

static void put16(Buf *b, unsigned v) {
    buf_byte(b, v & 0xFF);
    buf_byte(b, v >> 8 & 0xFF);
}

static void put32(Buf *b, uint32_t v) {
    put16(b, v & 0xFFFF);
    put16(b, v >> 16);
}

static void pad(Buf *b, size_t n) {
    while (n++ % 4)
        buf_byte(b, 0);
}

/* ---- attributes ---- */

static void put_attribute(Buf *b, unsigned level, uint32_t attribute, Span data) {
    unsigned sum = 0;

    buf_byte(b, (uint8_t)level);
    put32(b, attribute);
    put32(b, (uint32_t)data.n);
    buf_span(b, data);
    for (size_t i = 0; i < data.n; i++)
        sum += data.at[i];
    put16(b, sum & 0xFFFF);
}

static void put_head(Buf *b) {
    buf_add(b, "\x78\x9F\x3E\x22\1\0", 6);
    put_attribute(b, MESSAGE, 0x00089006, span("\0\0\1\0", 4));
    put_attribute(b, MESSAGE, 0x00069007, span("\xE3\4\0\0\0\0\0\0", 8)); /* 1251 */
}

/* ---- properties ---- */

static void put_tag(Buf *b, unsigned id, unsigned type) {
    put16(b, type);
    put16(b, id);
}

static void put_value(Buf *b, Span value) {
    put32(b, (uint32_t)value.n);
    buf_span(b, value);
    pad(b, value.n);
}

/* ASCII in UTF-16LE, with the NUL that ends it. */
static void put_wide(Buf *b, const char *text) {
    size_t n = 2 * (strlen(text) + 1);

    put32(b, (uint32_t)n);
    for (size_t i = 0; i < n / 2; i++)
        put16(b, (uint8_t)text[i]);
    pad(b, n);
}

static void put_string(Buf *b, unsigned id, const char *text) {
    put_tag(b, id, 0x001F);
    put32(b, 1);
    put_wide(b, text);
}

static void put_binary(Buf *b, unsigned id, unsigned type, Span value) {
    put_tag(b, id, type);
    put32(b, 1);
    put_value(b, value);
}

/* {\rtf1 hello}: see test-ole.c. */
static void put_rtf(Buf *b) {
    static const uint8_t packed[] = {25,  0,   0,   0,   13,  0,   0,    0,    'L', 'Z',
                                     'F', 'u', 0,   0,   0,   0,   1,    0,    4,   ' ',
                                     'h', 'e', 'l', 'l', 'o', '}', 0x01, 0x0D, 0xC0};

    put_binary(b, 0x1009, 0x0102, span(packed, sizeof(packed)));
}

static void put_properties(Buf *b) {
    put32(b, 9);
    put_string(b, 0x0C1A, "Anna Quill");
    put_tag(b, 0x0039, 0x0040); /* 2020-01-01 */
    put32(b, 0x69050000);
    put32(b, 0x01D5C036);
    put_tag(b, 0x0017, 0x0003);
    put32(b, 1);
    put_tag(b, 0x8001, 0x001F); /* one with a name of its own */
    buf_add(b, "0123456789abcdef", 16);
    put32(b, 1);
    put_wide(b, "EmployeeSSN");
    put32(b, 1);
    put_wide(b, "536-90-4399");
    put_tag(b, 0x8002, 0x101F); /* one with a number, and two values */
    buf_add(b, "0123456789abcdef", 16);
    put32(b, 0);
    put32(b, 0x9000);
    put32(b, 2);
    put_wide(b, "Red");
    put_wide(b, "Green");
    put_tag(b, 0x0E1B, 0x000B);
    put32(b, 1);
    put_binary(b, 0x0FFF, 0x0102, span_of("entry id!"));
    put_binary(b, 0x1013, 0x0102, span_of("<html><body>as <b>HTML</b></body></html>"));
    put_rtf(b);
}

static void put_recipients(Buf *b) {
    put32(b, 2);
    put32(b, 2);
    put_string(b, 0x3001, "Bob");
    put_string(b, 0x3003, "bob@example.org");
    put32(b, 1);
    put_string(b, 0x3003, "cleo@example.org");
}

static void put_attachment(Buf *b, const char *title, const char *name, Span data) {
    Buf p = {0};

    put_attribute(b, ATTACHMENT, 0x00069002, span("\1\0\0\0\0\0\0\0\0\0\0\0\0\0", 14));
    put_attribute(b, ATTACHMENT, 0x00018010, span(title, strlen(title) + 1));
    put_attribute(b, ATTACHMENT, 0x0006800F, data);
    put32(&p, 1);
    put_string(&p, 0x3707, name);
    put_attribute(b, ATTACHMENT, 0x00069005, buf_as_span(&p));
    buf_done(&p);
}

/* A message within: an object whose class says so. */
static void put_embedded(Buf *b) {
    Buf p = {0}, inner = {0};

    buf_add(&inner, "\7\3\2\0\0\0\0\0\xC0\0\0\0\0\0\0\x46", 16);
    put_head(&inner);
    put_attribute(&inner, MESSAGE, 0x00018004, span("Inner subject", 14));
    put_attribute(b, ATTACHMENT, 0x00069002, span("\2\0\0\0\0\0\0\0\0\0\0\0\0\0", 14));
    put32(&p, 2);
    put_string(&p, 0x3001, "Forwarded");
    put_binary(&p, 0x3701, 0x000D, buf_as_span(&inner));
    put_attribute(b, ATTACHMENT, 0x00069005, buf_as_span(&p));
    buf_done(&p);
    buf_done(&inner);
}

static void make_message(Buf *b) {
    static const uint8_t sent[] = {0xE8, 7, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 2, 0}; /* 2024 */
    Buf p = {0};

    put_head(b);
    put_attribute(b, MESSAGE, 0x00008000,
                  span("\4\0\0\0\5\0\x15\0Dana\0SMTP:dan@example.org\0", 8 + 5 + 21));
    put_attribute(b, MESSAGE, 0x00018004, span("\xCF\xF0\xE8\xE2\xE5\xF2\0", 7));
    put_attribute(b, MESSAGE, 0x00038005, span(sent, sizeof(sent)));
    put_attribute(b, MESSAGE, 0x0002800C, span("Plain text\r\n", 13));
    put_attribute(b, MESSAGE, 0x00060000, span("\5\0Owen\0\6\0owen@", 15));
    put_properties(&p);
    put_attribute(b, MESSAGE, 0x00069003, buf_as_span(&p));
    buf_clear(&p);
    put_recipients(&p);
    put_attribute(b, MESSAGE, 0x00069004, buf_as_span(&p));
    put_attachment(b, "LIST~1.TXT", "list of people.txt", span_of("attached list"));
    put_embedded(b);
    buf_done(&p);
    assert_int_equal(buf_error(b), 0);
}

/* ---- tests ---- */

static Recorder recorder(void) {
    return (Recorder){.place = EXTRACT_RISKY};
}

static void expect(const Recorder *r, const char *text) {
    if (!memmem(r->log.at, r->log.n, text, strlen(text)))
        fail_msg("no '%s' in:\n%s", text, buf_cstr(&r->log));
}

static void test_message(void **state) {
    Recorder r = recorder();
    Buf b = {0};

    (void)state;
    make_message(&b);
    record_bytes(&r, buf_as_span(&b), "winmail.dat");
    expect(&r, "From: Dana\\nFrom: SMTP:dan@example.org\\n");
    expect(&r, "Subject: \xD0\x9F\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82\\n");
    expect(&r, "! sent 1704164645000000000 1704164645000000000 \n");
    expect(&r, "# section body\n= 1:0 Plain text\r\\n\n");
    expect(&r, "Owen\\nowen@");
    expect(&r, "= Sender: Anna Quill\\n\n! sent 1577836800000000000 ");
    expect(&r, "EmployeeSSN: 536-90-4399\\nRed\\nGreen\\n");
    expect(&r, "> body.html\n");
    expect(&r, "as ");
    expect(&r, "> body.rtf\n");
    expect(&r, "hello");
    expect(&r, "entry id!");
    expect(
        &r,
        "# section recipients\n= Name: Bob\\nEmail: bob@example.org\\nEmail: cleo@example.org\\n");
    expect(&r, "> list of people.txt\n# bytes us-ascii\n= @0 attached list\n< read\n");
    expect(&r, "> Forwarded\n");
    expect(&r, "# section headers\n= Subject: Inner subject\\n\n< read\n");
    expect(&r, "< read\n");
    assert_string_equal(buf_cstr(&r.log) + r.log.n - 7, "< read\n");
    buf_done(&b);
    buf_done(&r.log);
}

/* Wherever it is cut: what stands before the cut comes out, and it is not said to be whole. */
static void test_cut(void **state) {
    static const char whole[] = "< read\n";
    Recorder r = recorder();
    unsigned ends = 0;
    size_t subject;
    Buf b = {0};

    (void)state;
    make_message(&b);
    subject = (size_t)((uint8_t *)memmem(b.at, b.n, "\xCF\xF0\xE8", 3) - b.at) + 9;
    for (size_t n = 6; n < b.n; n++) {
        const char *log = record_bytes(&r, span(b.at, n), "winmail.dat");

        if (n >= subject)
            expect(&r, "Subject: \xD0\x9F");
        ends += strcmp(log + r.log.n - strlen(whole), whole) == 0;
    }
    if (ends != 15) /* the end of an attribute, and of the header, is as good as that of the file */
        fail_msg("%u cuts are not seen, not 15", ends);
    buf_done(&b);
    buf_done(&r.log);
}

static void test_damage(void **state) {
    Recorder r = recorder();
    Buf b = {0}, changed = {0};
    uint64_t seed = 1;

    (void)state;
    make_message(&b);
    for (size_t i = 6; i < b.n; i++) {
        b.at[i] ^= 0xFF;
        record_bytes(&r, buf_as_span(&b), "winmail.dat");
        assert_int_equal(r.log.at[r.log.n - 1], '\n');
        b.at[i] ^= 0xFF;
    }
    for (unsigned i = 0; i < 5000; i++) {
        mutate(&seed, buf_as_span(&b), "\x01\x1E\x1F\x02\x0D\xFF\x7F\x80\x10", &changed);
        record_bytes(&r, buf_as_span(&changed), "winmail.dat");
        assert_int_equal(r.log.at[r.log.n - 1], '\n');
    }
    buf_done(&b);
    buf_done(&changed);
    buf_done(&r.log);
}

/* Counts and lengths that are larger than what there is. */
static void test_lies(void **state) {
    Recorder r = recorder();
    Buf b = {0}, p = {0};

    (void)state;
    put_head(&b);
    put32(&p, UINT32_MAX); /* properties */
    put_string(&p, 0x0C1A, "Anna");
    put_tag(&p, 0x3001, 0x101F);
    put32(&p, UINT32_MAX); /* values */
    put_wide(&p, "one");
    put32(&p, UINT32_MAX); /* bytes */
    put_attribute(&b, MESSAGE, 0x00069003, buf_as_span(&p));
    put_attribute(&b, MESSAGE, 0x00018004, span("after it", 9));
    buf_text(&b, "\1what is behind it");
    record_bytes(&r, buf_as_span(&b), "winmail.dat");
    expect(&r, "Sender: Anna\\nName: one\\n");
    expect(&r, "Subject: after it\\n");
    expect(&r, "what is behind it");
    expect(&r, "< partial(corrupt)\n");
    buf_done(&b);
    buf_done(&p);
    buf_done(&r.log);
}

/* In itself, deeper than anybody nests: what is too deep is listed. */
static void test_depth(void **state) {
    Recorder r = recorder();
    Buf b = {0};

    (void)state;
    put_head(&b);
    for (unsigned depth = 0; depth < 40; depth++) {
        Buf p = {0}, inner = {0};

        buf_add(&inner, "\7\3\2\0\0\0\0\0\xC0\0\0\0\0\0\0\x46", 16);
        buf_span(&inner, buf_as_span(&b));
        put32(&p, 1);
        put_binary(&p, 0x3701, 0x000D, buf_as_span(&inner));
        buf_clear(&b);
        put_head(&b);
        put_attribute(&b, ATTACHMENT, 0x00069005, buf_as_span(&p));
        buf_done(&p);
        buf_done(&inner);
    }
    record_bytes(&r, buf_as_span(&b), "winmail.dat");
    expect(&r, "< limit(depth)\n");
    expect(&r, "< partial(member)\n");
    buf_done(&b);
    buf_done(&r.log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_message), cmocka_unit_test(test_cut),   cmocka_unit_test(test_damage),
        cmocka_unit_test(test_lies),    cmocka_unit_test(test_depth),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
