/* Archives by libarchive: each format, what is encrypted, what is behind the end, what is damaged.
 */
#include "archives.h"

/* A member of that name and text comes out of it, and all is read. */
static void assert_member(Span s, const char *file, const char *name) {
    Recorder r = recorder_format();
    char line[64];

    record_bytes(&r, s, file);
    snprintf(line, sizeof(line), "> %s\n", name);
    assert_has(&r, line);
    assert_has(&r,
               "# bytes us-ascii\n= @0 card 4111 1111 1111 1111, mail a@example.org\\n\n< read");
    assert_memory_equal(r.log.at + r.log.n - 7, "< read\n", 7);
    buf_done(&r.log);
}

static void test_formats(void **state) {
    static const struct {
        int (*format)(struct archive *);
        const char *file;
    } cases[] = {
        {archive_write_set_format_7zip, "a.7z"},    {archive_write_set_format_ar_bsd, "a.a"},
        {archive_write_set_format_cpio_bin, "a"},   {archive_write_set_format_cpio_newc, "a.cpio"},
        {archive_write_set_format_cpio_odc, "b"},   {archive_write_set_format_iso9660, "a.iso"},
        {archive_write_set_format_pax, "a.tar"},    {archive_write_set_format_warc, "a.warc"},
        {archive_write_set_format_xar, "a.xar"},    {archive_write_set_format_zip, "a.zip"},
        {archive_write_set_format_gnutar, "b.tar"}, {archive_write_set_format_v7tar, "c.tar"},
    };

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        _cleanup_(buf_done) Buf b = {0};

        build_archive(&b, cases[i].format, NULL, "file.txt", span_of(CANARY));
        assert_member(buf_as_span(&b), cases[i].file, "file.txt");
    }
}

/* ---- formats that libarchive does not write, with one stored file ---- */

static void put_big32(Buf *b, uint32_t v) {
    for (unsigned i = 4; i--;)
        buf_byte(b, (uint8_t)(v >> 8 * i));
}

/* [MS-CAB] 2.1 to 2.4: header, a folder, a file, a block that is not compressed, its sum not told.
 */
static void build_cab(Buf *b, const char *name, Span s) {
    size_t n_file = 16 + strlen(name) + 1, data = 36 + 8 + n_file;

    buf_add(b, "MSCF\0\0\0\0", 8);
    put32(b, (uint32_t)(data + 8 + s.n));
    put32(b, 0);
    put32(b, 36 + 8);
    put32(b, 0);
    put16(b, 0x0103);
    put16(b, 1);
    put16(b, 1);
    put16(b, 0);
    put32(b, 0);
    put32(b, (uint32_t)data);
    put16(b, 1);
    put16(b, 0);
    put32(b, (uint32_t)s.n);
    put32(b, 0);
    put16(b, 0);
    put16(b, 0x5821);
    put16(b, 0x6000);
    put16(b, 0x20);
    buf_add(b, name, strlen(name) + 1);
    put32(b, 0);
    put16(b, (uint32_t)s.n);
    put16(b, (uint32_t)s.n);
    buf_span(b, s);
}

static uint16_t crc16(Span s) {
    uint16_t crc = 0;

    for (size_t i = 0; i < s.n; i++) {
        crc ^= s.at[i];
        for (unsigned k = 0; k < 8; k++)
            crc = (uint16_t)(crc & 1 ? crc >> 1 ^ 0xA001 : crc >> 1);
    }
    return crc;
}

/* LHA, a header of level 0, method -lh0-: stored. */
static void build_lha(Buf *b, const char *name, Span s) {
    size_t start = b->n;
    uint8_t sum = 0;

    buf_byte(b, (uint8_t)(22 + strlen(name)));
    buf_byte(b, 0);
    buf_text(b, "-lh0-");
    put32(b, (uint32_t)s.n);
    put32(b, (uint32_t)s.n);
    put32(b, 0x58216000);
    buf_byte(b, 0x20);
    buf_byte(b, 0);
    buf_byte(b, (uint8_t)strlen(name));
    buf_text(b, name);
    put16(b, crc16(s));
    for (size_t i = start + 2; i < b->n; i++)
        sum = (uint8_t)(sum + b->at[i]);
    b->at[start + 1] = sum;
    buf_span(b, s);
    buf_byte(b, 0);
}

/* RAR 4: marker, archive header, a file header of method 0x30: stored. */
static void build_rar4(Buf *b, const char *name, Span s) {
    size_t start;
    uint32_t crc;

    buf_add(b, "Rar!\x1A\x07\0", 7);
    start = b->n;
    put16(b, 0);
    buf_byte(b, 0x73);
    put16(b, 0);
    put16(b, 13);
    put32(b, 0);
    put16(b, 0);
    crc = inflate_crc(0, span(b->at + start + 2, b->n - start - 2));
    b->at[start] = (uint8_t)crc;
    b->at[start + 1] = (uint8_t)(crc >> 8);
    start = b->n;
    put16(b, 0);
    buf_byte(b, 0x74);
    put16(b, 0x8000);
    put16(b, (uint32_t)(32 + strlen(name)));
    put32(b, (uint32_t)s.n);
    put32(b, (uint32_t)s.n);
    buf_byte(b, 3);
    put32(b, inflate_crc(0, s));
    put32(b, 0x58216000);
    buf_byte(b, 20);
    buf_byte(b, 0x30);
    put16(b, (uint32_t)strlen(name));
    put32(b, 0100644);
    buf_text(b, name);
    crc = inflate_crc(0, span(b->at + start + 2, b->n - start - 2));
    b->at[start] = (uint8_t)crc;
    b->at[start + 1] = (uint8_t)(crc >> 8);
    buf_span(b, s);
    buf_add(b, "\xC4\x3D\x7B\0\x40\7\0", 7);
}

/* A block of RAR 5: its sum, its size, what is in it. */
static void rar5_block(Buf *b, Span s) {
    _cleanup_(buf_done) Buf whole = {0};

    buf_byte(&whole, (uint8_t)s.n);
    buf_span(&whole, s);
    put32(b, inflate_crc(0, buf_as_span(&whole)));
    buf_span(b, buf_as_span(&whole));
}

/* RAR 5: a file header of method 0, with an extra record of encryption or without. */
static void rar5_file(Buf *b, const char *name, Span s, bool encrypted) {
    _cleanup_(buf_done) Buf h = {0};

    buf_byte(&h, 2);
    buf_byte(&h, encrypted ? 3 : 2);
    if (encrypted)
        buf_byte(&h, 5);
    buf_byte(&h, (uint8_t)s.n);
    buf_byte(&h, 4); /* has a CRC */
    buf_byte(&h, (uint8_t)s.n);
    buf_byte(&h, 0);
    put32(&h, inflate_crc(0, s));
    buf_byte(&h, 0);
    buf_byte(&h, 1);
    buf_byte(&h, (uint8_t)strlen(name));
    buf_text(&h, name);
    if (encrypted)
        buf_add(&h, "\4\1\0\0\17", 5);
    rar5_block(b, buf_as_span(&h));
    buf_span(b, s);
}

static void rar5_begin(Buf *b) {
    buf_add(b, "Rar!\x1A\x07\1\0", 8);
    rar5_block(b, span("\1\0\0", 3));
}

/* RPM: a lead, a signature and a header without a tag, a cpio. */
static void build_rpm(Buf *b, const char *name, Span s) {
    uint8_t lead[96] = {0xED, 0xAB, 0xEE, 0xDB, 3, 0};

    lead[79] = 5; /* the signature is a header */
    buf_add(b, lead, sizeof(lead));
    for (unsigned i = 0; i < 2; i++) {
        buf_add(b, "\x8E\xAD\xE8\1\0\0\0\0", 8);
        put_big32(b, 0);
        put_big32(b, 0);
    }
    build_archive(b, archive_write_set_format_cpio_newc, archive_write_add_filter_gzip, name, s);
}

static void test_formats_by_hand(void **state) {
    static void (*const builders[])(Buf *, const char *, Span) = {build_cab, build_lha, build_rar4,
                                                                  build_rpm};

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(builders); i++) {
        _cleanup_(buf_done) Buf b = {0};

        builders[i](&b, "file.txt", span_of(CANARY));
        assert_member(buf_as_span(&b), "a", "file.txt");
    }
}

static void test_rar5(void **state) {
    _cleanup_(buf_done) Buf b = {0};
    Recorder r = recorder_format();

    (void)state;
    rar5_begin(&b);
    rar5_file(&b, "file.txt", span_of(CANARY), false);
    rar5_file(&b, "locked.txt", span_of("ciphertext"), true);
    rar5_file(&b, "last.txt", span_of("clear"), false);
    rar5_block(&b, span("\5\0\0", 3));
    record_bytes(&r, buf_as_span(&b), "a.rar");
    assert_has(&r, "> file.txt\n# bytes us-ascii\n= @0 card 4111");
    assert_has(&r, "> locked.txt\n< encrypted(rar)\n");
    assert_has(&r, "> last.txt\n# bytes us-ascii\n= @0 clear\n< read\n");
    assert_has(&r, "\n< partial(member)\n");
    buf_clear(&b);
    buf_add(&b, "Rar!\x1A\x07\1\0", 8);
    rar5_block(&b, span("\4\0\0\0\17saltsaltsaltsalt", 21));
    buf_text(&b, "all that follows is ciphertext");
    record_bytes(&r, buf_as_span(&b), "a.rar");
    assert_string_equal(buf_cstr(&r.log), "< encrypted(rar)\n");
    buf_done(&r.log);
}

/* Made with `7z a -p`: the data of "secret.txt", and the same with its header (-mhe=on). */
static const char locked_data[] =
    "\x37\x7a\xbc\xaf\x27\x1c\x00\x04\x3b\x01\x8b\x31\x20\x00\x00\x00\x00\x00\x00\x00"
    "\x72\x00\x00\x00\x00\x00\x00\x00\x8e\xb3\x89\xb4\xcd\x7c\x7a\x62\xac\xa2\x0d\xcc"
    "\x96\xb6\x80\xb7\x6e\xd5\xa4\x62\x62\x8f\xcd\xc2\xf4\xc3\x73\x33\x02\xee\xd3\x2d"
    "\x2f\xaa\xc4\x5c\x01\x04\x06\x00\x01\x09\x20\x00\x07\x0b\x01\x00\x02\x24\x06\xf1"
    "\x07\x01\x12\x53\x0f\xe8\x82\x4d\xf8\x35\x79\x53\xf8\x06\xd9\x64\x7e\x89\x96\x2a"
    "\x4d\x21\x21\x01\x00\x01\x00\x0c\x1b\x17\x00\x08\x0a\x01\x25\x1a\x63\x52\x00\x00"
    "\x05\x01\x19\x01\x00\x11\x17\x00\x73\x00\x65\x00\x63\x00\x72\x00\x65\x00\x74\x00"
    "\x2e\x00\x74\x00\x78\x00\x74\x00\x00\x00\x19\x04\x00\x00\x00\x00\x14\x0a\x01\x00"
    "\xf3\xc4\x5e\x9c\x06\x7f\xdd\x01\x15\x06\x01\x00\x20\x80\xa4\x81\x00\x00";

static const char locked_header[] =
    "\x37\x7a\xbc\xaf\x27\x1c\x00\x04\x0e\x98\xa7\x1c\xa0\x00\x00\x00\x00\x00\x00\x00"
    "\x2f\x00\x00\x00\x00\x00\x00\x00\x31\xdb\x90\x7a\xb6\x21\xc2\x29\x92\x49\x12\xd9"
    "\x88\x45\xb4\x4e\xf4\x03\xff\x49\x15\x04\xf9\x6d\x76\x31\xa9\xd2\xaf\xdd\xe3\x6d"
    "\x71\x85\x06\x4d\xad\xa2\x58\x24\x39\x15\x50\x3d\x19\xa6\xd3\x4c\x5c\x52\xe9\x1e"
    "\xbd\x39\x8c\xb6\x8d\x2e\x0f\x53\xee\x5f\xb9\x9a\xcb\x48\x1e\x8b\x74\xa7\xd6\xee"
    "\xad\x79\xf9\xe2\xd6\x5e\x25\xe6\xb4\xe9\xa0\xb1\xc0\xd8\x5c\xb4\xc1\x6f\x57\xd4"
    "\x64\xd2\x81\x83\x94\x0f\xc3\xf5\x55\x1c\x5f\x57\x13\xb8\x25\x68\x4e\xf0\xac\xd4"
    "\x8b\x5b\x19\x77\x0c\xe7\xc2\x28\x15\xd3\x5b\x05\xd4\x59\x6e\xb6\x3e\xd9\xb1\x4c"
    "\x82\x08\x32\x34\xe1\x8e\x76\xbc\xc9\xe6\x02\x29\x38\xcd\x57\x47\x6d\xcc\x04\xe9"
    "\x76\x43\x94\x76\x20\xb9\xb5\x45\x5b\xd2\xca\x1f\x17\x06\x20\x01\x09\x80\x80\x00"
    "\x07\x0b\x01\x00\x01\x24\x06\xf1\x07\x01\x12\x53\x0f\xa4\xdb\xa2\x7f\xa0\x83\x01"
    "\x5f\xe0\x12\x46\x97\x69\x9b\xde\x21\x0c\x72\x0a\x01\xac\xeb\xb7\x18\x00\x00";

static void test_encrypted_7z(void **state) {
    Recorder r = recorder_format();

    (void)state;
    record_bytes(&r, span(locked_data, sizeof(locked_data) - 1), "a.7z");
    assert_has(&r, "> secret.txt\n");
    assert_has(&r, "\n< encrypted(7z)\n< partial(member)\n");
    record_bytes(&r, span(locked_header, sizeof(locked_header) - 1), "a.7z");
    assert_string_equal(buf_cstr(&r.log), "< encrypted(7z)\n");
    buf_done(&r.log);
}

static void test_behind_the_end(void **state) {
    static int (*const formats[])(struct archive *) = {archive_write_set_format_7zip,
                                                       archive_write_set_format_cpio_newc,
                                                       archive_write_set_format_cpio_odc};
    static void (*const builders[])(Buf *, const char *, Span) = {build_lha, build_rar4};
    Recorder r = recorder_format();

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(formats) + N_ELEMENTS(builders); i++) {
        _cleanup_(buf_done) Buf b = {0};

        if (i < N_ELEMENTS(formats))
            build_archive(&b, formats[i], NULL, "file", span_of(CANARY));
        else
            builders[i - N_ELEMENTS(formats)](&b, "file", span_of(CANARY));
        buf_text(&b, "something behind the end");
        record_bytes(&r, buf_as_span(&b), "a");
        assert_has(&r, "= @0 card 4111");
        assert_has(&r, "behind the end");
    }
    buf_done(&r.log);
}

/* An image has room that no file takes. */
static void test_iso_gap(void **state) {
    _cleanup_(buf_done) Buf b = {0};
    Recorder r = recorder_format();

    (void)state;
    build_archive(&b, archive_write_set_format_iso9660, NULL, "file", span_of("in a file"));
    assert_true(b.n > 300000);
    memcpy(b.at + b.n - 20000, "in no file", 10);
    record_bytes(&r, buf_as_span(&b), "a.iso");
    assert_has(&r, "= @0 in a file\n< read\n");
    assert_has(&r, "in no file");
    assert_has(&r, "\n< read\n");
    buf_done(&r.log);
}

/* Nothing comes of it: searched as bytes, and not called read. */
static void test_no_member(void **state) {
    static const struct {
        const char *head;
        size_t n;
    } cases[] = {
        {"7z\xBC\xAF\x27\x1C\0\4", 8},
        {"Rar!\x1A\x07\0", 7},
        {"Rar!\x1A\x07\1\0", 8},
        {"MSCF\0\0\0\0", 8},
        {"xar!\0\x1C\0\1", 8},
        {"070701", 6},
        {"!<arch>\n", 8},
        {"\xED\xAB\xEE\xDB\3", 5},
        {"WARC/1.0\r\n", 10},
    };
    Recorder r = recorder_format();

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        _cleanup_(buf_done) Buf b = {0};

        buf_add(&b, cases[i].head, cases[i].n);
        buf_text(&b, "----- no archive at all: " CANARY);
        record_bytes(&r, buf_as_span(&b), "a");
        assert_has(&r, "card 4111 1111 1111 1111");
        assert_has(&r, "< partial(corrupt)\n");
    }
    buf_done(&r.log);
}

/* A package: its members are compressed archives. */
static void test_deb(void **state) {
    static const TarMake make = {.name = "./etc/conf", .text = CANARY};
    _cleanup_(buf_done) Buf tar = {0}, b = {0}, xz = {0};
    Recorder r = recorder_format();

    (void)state;
    build_tar(&tar, &make);
    tar_end(&tar);
    build_archive(&xz, NULL, archive_write_add_filter_xz, "x", buf_as_span(&tar));
    buf_text(&b, "!<arch>\n");
    buf_printf(&b, "%-16s%-12d%-6d%-6d%-8s%-10d`\n2.0\n", "debian-binary", 0, 0, 0, "100644", 4);
    buf_printf(&b, "%-16s%-12d%-6d%-6d%-8s%-10zu`\n", "data.tar.xz", 0, 0, 0, "100644", xz.n);
    buf_span(&b, buf_as_span(&xz));
    record_bytes(&r, buf_as_span(&b), "a.deb");
    assert_has(&r, "> debian-binary\n");
    assert_has(&r, "> data.tar.xz\n> ./etc/conf\n# bytes us-ascii\n= @0 card 4111");
    assert_has(&r, "\n< read\n< read\n< read\n");
    buf_done(&r.log);
}

/* In another: the inner one is held, because it must be read by offset. */
static void test_nested(void **state) {
    _cleanup_(buf_done) Buf inner = {0}, outer = {0}, xz = {0};
    Recorder r = recorder_format();

    (void)state;
    build_archive(&inner, archive_write_set_format_7zip, NULL, "leaf", span_of(CANARY));
    build_archive(&outer, archive_write_set_format_7zip, NULL, "in.7z", buf_as_span(&inner));
    build_archive(&xz, archive_write_set_format_pax, archive_write_add_filter_xz, "out.7z",
                  buf_as_span(&outer));
    record_bytes(&r, buf_as_span(&xz), "a.tar.xz");
    assert_has(&r, "> out.7z\n");
    assert_has(&r, "> in.7z\n");
    assert_has(&r, "> leaf\n");
    assert_has(&r, "= @0 card 4111");
    assert_has(&r, "\n< read\n< read\n< read\n< read\n");
    buf_done(&r.log);
}

static void test_damage(void **state) {
    static int (*const formats[])(struct archive *) = {
        archive_write_set_format_7zip, archive_write_set_format_cpio_newc,
        archive_write_set_format_ar_bsd, archive_write_set_format_xar};
    static void (*const builders[])(Buf *, const char *, Span) = {build_cab, build_lha, build_rar4,
                                                                  build_rpm};
    _cleanup_(buf_done) Buf rar = {0};

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(formats); i++) {
        _cleanup_(buf_done) Buf b = {0};

        build_archive(&b, formats[i], NULL, "file", span_of("some text"));
        survive_damage(buf_as_span(&b), 0, "a");
    }
    for (size_t i = 0; i < N_ELEMENTS(builders); i++) {
        _cleanup_(buf_done) Buf b = {0};

        builders[i](&b, "file", span_of("some text"));
        survive_damage(buf_as_span(&b), 0, "a");
    }
    rar5_begin(&rar);
    rar5_file(&rar, "a", span_of("some text"), false);
    rar5_file(&rar, "b", span_of("ciphertext"), true);
    survive_damage(buf_as_span(&rar), 0, "a");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats),        cmocka_unit_test(test_formats_by_hand),
        cmocka_unit_test(test_rar5),           cmocka_unit_test(test_encrypted_7z),
        cmocka_unit_test(test_behind_the_end), cmocka_unit_test(test_no_member),
        cmocka_unit_test(test_iso_gap),        cmocka_unit_test(test_deb),
        cmocka_unit_test(test_nested),         cmocka_unit_test(test_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
