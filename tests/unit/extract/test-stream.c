/* Streams: one file inside, a tar in one step, what is behind the stream, what is cut off. */
#include "archives.h"

static void test_filters(void **state) {
    static const struct {
        int (*filter)(struct archive *);
        const char *name;
    } cases[] = {
        {archive_write_add_filter_bzip2, "a.txt.bz2"},
        {archive_write_add_filter_compress, "a.txt.Z"},
        {archive_write_add_filter_gzip, "a.txt.gz"},
        {archive_write_add_filter_lz4, "a.txt.lz4"},
        {archive_write_add_filter_lzip, "a.txt.lz"},
        {archive_write_add_filter_lzma, "a.txt.lzma"},
        {archive_write_add_filter_xz, "a.txt.XZ"},
        {archive_write_add_filter_zstd, "a.txt.zst"},
    };
    Recorder r = recorder_format();

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        _cleanup_(buf_done) Buf b = {0};

        build_archive(&b, NULL, cases[i].filter, "x", span_of(CANARY));
        record_bytes(&r, buf_as_span(&b), cases[i].name);
        assert_has(&r, "> a.txt\n");
        assert_has(&r, "# bytes us-ascii\n= @0 card 4111 1111 1111 1111, mail a@example.org\\n\n"
                       "< read\n< read\n");
    }
    buf_done(&r.log);
}

/* What begins with zeros is no empty tar. */
static void test_zeros_first(void **state) {
    static int (*const filters[])(struct archive *) = {
        archive_write_add_filter_bzip2, archive_write_add_filter_gzip, archive_write_add_filter_xz};
    _cleanup_(buf_done) Buf image = {0};
    Recorder r = recorder_format();

    (void)state;
    memset(buf_extend(&image, 65536), 0, 65536);
    buf_text(&image, CANARY);
    for (size_t i = 0; i < N_ELEMENTS(filters); i++) {
        _cleanup_(buf_done) Buf b = {0};

        build_archive(&b, NULL, filters[i], "x", buf_as_span(&image));
        record_bytes(&r, buf_as_span(&b), "disk.img");
        assert_has(&r, "> disk.img\n");
        assert_has(&r, "card 4111");
        assert_has(&r, "\n< read(raw)\n< read\n");
    }
    buf_done(&r.log);
}

static void test_gzip_name(void **state) {
    _cleanup_(buf_done) Buf b = {0};
    Recorder r = recorder_format();

    (void)state;
    build_gzip(&b, "dump.sql", 1000000000, span_of("x"));
    assert_string_equal(record_bytes(&r, buf_as_span(&b), "renamed.gz"),
                        "> dump.sql\n! member-time 1000000000000000000 1000000000000000000 \n"
                        "# bytes us-ascii\n= @0 x\n< read\n< read\n");
    buf_done(&r.log);
}

static void test_gzip_members(void **state) {
    _cleanup_(buf_done) Buf b = {0};
    Recorder r = recorder_format();

    (void)state;
    build_gzip(&b, NULL, 0, span_of("first "));
    for (unsigned i = 0; i < 5000; i++)
        build_gzip(&b, NULL, 0, span_of(""));
    build_gzip(&b, "not asked", 0, span_of(CANARY));
    buf_add(&b, "\0\0\0garbage", 10);
    record_bytes(&r, buf_as_span(&b), "a.gz");
    assert_has(&r, "> a\n# bytes us-ascii\n= @0 first card 4111");
    assert_has(&r, "garbage\n< read\n");
    buf_done(&r.log);
}

static void test_gzip_flaws(void **state) {
    static const struct {
        size_t cut; /* bytes of the end */
        size_t flip;
        const char *status;
    } cases[] = {
        {0, 8, "< partial(corrupt)\n< partial(corrupt)\n"},
        {0, 4, "< partial(inconsistent)\n< partial(inconsistent)\n"},
        {8, 0, "< partial(corrupt)\n< partial(corrupt)\n"},
        {12, 0, "< partial(corrupt)\n< partial(corrupt)\n"},
    };
    Recorder r = recorder_format();

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        _cleanup_(buf_done) Buf b = {0};

        build_gzip(&b, NULL, 0, span_of(CANARY));
        if (cases[i].flip)
            b.at[b.n - cases[i].flip] ^= 1;
        record_bytes(&r, span(b.at, b.n - cases[i].cut), "a.gz");
        assert_has(&r, "= @0 card 4111");
        assert_has(&r, cases[i].status);
    }
    buf_done(&r.log);
}

/* A name without end, and a header that is all there is. */
static void test_gzip_header(void **state) {
    _cleanup_(buf_done) Buf b = {0};
    Recorder r = recorder_format();

    (void)state;
    buf_add(&b, "\x1F\x8B\x08\x08\0\0\0\0\0\3", 10);
    for (unsigned i = 0; i < (2 << 20); i++)
        buf_byte(&b, 'n');
    record_bytes(&r, buf_as_span(&b), "a.gz");
    assert_has(&r, "< partial(corrupt)\n");
    record_bytes(&r, span(b.at, 10), "a.gz");
    assert_has(&r, "< partial(corrupt)\n");
    buf_done(&r.log);
}

static void test_tar_in_one_step(void **state) {
    static const TarMake makes[] = {{.name = "dir/file", .text = CANARY},
                                    {.name = "other", .text = "two"}};
    _cleanup_(buf_done) Buf tar = {0}, gz = {0}, xz = {0};
    Recorder r = recorder_format();

    (void)state;
    build_tar(&tar, &makes[0]);
    build_tar(&tar, &makes[1]);
    tar_end(&tar);
    buf_text(&tar, "behind");
    build_gzip(&gz, "a.tar", 5, buf_as_span(&tar));
    record_bytes(&r, buf_as_span(&gz), "a.tgz");
    assert_has(&r, "> dir/file\n# bytes us-ascii\n= @0 card 4111");
    assert_has(&r, "> other\n# bytes us-ascii\n= @0 two\n< read\n");
    assert_has(&r, "# bytes binary\n= behind\n< read\n"); /* no place in the gzip */
    build_archive(&xz, NULL, archive_write_add_filter_xz, "x", buf_as_span(&tar));
    record_bytes(&r, buf_as_span(&xz), "a.tar.xz");
    assert_has(&r, "> dir/file\n# bytes us-ascii\n= @0 card 4111");
    assert_has(&r, "< read\n");
    buf_done(&r.log);
}

static void test_behind_a_stream(void **state) {
    static int (*const filters[])(struct archive *) = {
        archive_write_add_filter_bzip2, archive_write_add_filter_lz4, archive_write_add_filter_xz,
        archive_write_add_filter_zstd};
    Recorder r = recorder_format();

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(filters); i++) {
        _cleanup_(buf_done) Buf b = {0};

        build_archive(&b, NULL, filters[i], "x", span_of(CANARY));
        buf_text(&b, "something behind the stream");
        record_bytes(&r, buf_as_span(&b), "a");
        assert_has(&r, "card 4111");
        assert_has(&r, "behind the stream");
    }
    buf_done(&r.log);
}

/* No signature: by the name, if it can be decoded. */
static void test_brotli(void **state) {
    /* uncompressed, of "canary data here 12345\n" */
    static const char bytes[] = "\x21\x58\0\4canary data here 12345\n\3";
    Recorder r = recorder_format();

    (void)state;
    record_bytes(&r, span(bytes, 28), "a.txt.br");
    assert_has(&r, "> a.txt\n# bytes us-ascii\n= @0 canary data here 12345\\n\n< read\n< read\n");
    record_bytes(&r, span(bytes, 28), "a.txt");
    assert_lacks(&r, ">");
    record_bytes(&r, span("\x91\x12\0\1 none of it", 15), "a.br");
    assert_lacks(&r, ">");
    record_bytes(&r, span(bytes, 20), "a.txt.br");
    assert_has(&r, "canary data");
    assert_has(&r, "< partial(corrupt)\n");
    buf_done(&r.log);
}

/* Of a stream in an archive, whose name is a path, the last part names what is inside. */
static void test_named_by_a_path(void **state) {
    _cleanup_(buf_done) Buf tar = {0}, b = {0};
    Recorder r = recorder_format();
    TarMake make = {.name = "./usr/doc/x.8.gz"};

    (void)state;
    build_gzip(&b, NULL, 0, span_of("text"));
    make.bytes = buf_as_span(&b);
    build_tar(&tar, &make);
    record_bytes(&r, buf_as_span(&tar), "a.tar");
    assert_has(&r, "> ./usr/doc/x.8.gz\n> x.8\n# bytes us-ascii\n= @0 text\n");
    buf_done(&r.log);
}

static void test_streams_in_streams(void **state) {
    _cleanup_(buf_done) Buf b = {0};
    Recorder r = recorder_format();

    (void)state;
    buf_text(&b, CANARY);
    for (unsigned i = 1; i <= 12; i++) {
        Buf next = {0};

        build_gzip(&next, NULL, i, buf_as_span(&b));
        buf_done(&b);
        b = next;
        record_bytes(&r, buf_as_span(&b), "a.gz");
        assert_has(&r, i <= 8 ? "= @0 card 4111" : "< limit(filters)\n");
    }
    buf_done(&r.log);
}

static void test_damage(void **state) {
    static const TarMake make = {.name = "dir/file", .text = CANARY};
    _cleanup_(buf_done) Buf tar = {0}, b = {0};

    (void)state;
    build_tar(&tar, &make);
    build_gzip(&b, "name", 7, buf_as_span(&tar));
    survive_damage(buf_as_span(&b), b.n, "a.gz");
    buf_clear(&b);
    build_archive(&b, NULL, archive_write_add_filter_xz, "x", span_of(CANARY));
    survive_damage(buf_as_span(&b), b.n, "a.xz");
    buf_clear(&b);
    build_archive(&b, NULL, archive_write_add_filter_zstd, "x", span_of(CANARY));
    survive_damage(buf_as_span(&b), b.n, "a.zst");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_zeros_first),
        cmocka_unit_test(test_gzip_name),
        cmocka_unit_test(test_gzip_members),
        cmocka_unit_test(test_gzip_flaws),
        cmocka_unit_test(test_gzip_header),
        cmocka_unit_test(test_tar_in_one_step),
        cmocka_unit_test(test_behind_a_stream),
        cmocka_unit_test(test_brotli),
        cmocka_unit_test(test_named_by_a_path),
        cmocka_unit_test(test_streams_in_streams),
        cmocka_unit_test(test_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
